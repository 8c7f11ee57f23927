// dagfill runs: the runs of a DAG as the store has them.
import { RUN_STATES } from "../../codes.js";
import type { RunRecord } from "../../face.js";
import { flags } from "../flags.js";
import { noteInterrupted, type Shown, shownRuns, storedStates } from "../interrupted.js";
import { localDate } from "../local_date.js";
import { exitCodes, runError } from "../report_error.js";
import { noneOf, showRows } from "../rows.js";
import {
  startIn,
  stateStyle,
  statesOf,
  storedDag,
  storedSpan,
  tookSeconds,
  tookText,
} from "../stored_dag.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

export const runs: Verb = {
  summary: "list the runs of a DAG: states, durations, errors",
  positionals: ["DAG"],
  flags: [
    ...flags.dag,
    ...flags.state,
    ...flags.span,
    ...flags.limit,
    ...flags.newest,
    ...flags.store,
    ...flags.format,
    ...flags.json,
  ],
  async run(request) {
    const { positionals, values, notices, world } = request;
    const states = statesOf(values.state, [...RUN_STATES, "interrupted"] as const);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const dag = await storedDag(positionals[0] ?? "", store, request);
      const { dagId, timeZone } = dag;
      const asked = storedStates(states, ["queued", "running"]);
      const limit = values.limit as number | undefined;
      // The store does not know which of the open runs are interrupted: where these are chosen, the limit counts afterwards.
      const isChosenHere = states?.some(
        (state) => state === "interrupted" || state === "running" || state === "queued",
      );
      const stored = await store.listRuns({
        dagId,
        ...(asked !== undefined && { states: asked }),
        ...storedSpan(dag, values, request),
        ...(limit !== undefined && isChosenHere !== true && { limit }),
        ...(values.newest === true && { order: "desc" as const }),
      });
      const found = (await shownRuns(store, stored))
        .filter(({ state }) => states === undefined || states.includes(state))
        .slice(0, limit);
      showRows(found, columnsIn(timeZone), request, noneOf("runs", dagId, values));
      noteInterrupted(found, request);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

const columnsIn = (timeZone: string | undefined): Column<Shown<RunRecord>>[] => [
  { title: "date", text: ({ executionDate }) => localDate(executionDate, timeZone) },
  { title: "state", text: ({ state }) => state, style: stateStyle },
  { title: "type", text: ({ runType }) => runType, optional: 4 },
  { title: "attempt", text: ({ attempt }) => String(attempt), optional: 3 },
  { title: "started", text: startIn(timeZone), data: ({ startedAt }) => startedAt ?? "", optional: 5 },
  { title: "finished", text: ({ finishedAt }) => finishedAt ?? "", isDataOnly: true },
  { title: "took", text: tookText, data: tookSeconds, optional: 1 },
  { title: "run", text: ({ runId }) => runId, optional: 6 },
  { title: "error", text: ({ error }) => runError(error, 200), below: true },
];
