// dagfill runs: the runs of a DAG as the store has them.
import { RUN_STATES } from "../../codes.js";
import type { RunRecord } from "../../face.js";
import { flags } from "../flags.js";
import { localDate } from "../local_date.js";
import { exitCodes, runError } from "../report_error.js";
import { showRows } from "../rows.js";
import { noteDead, stateStyle, statesOf, storedDag, storedSpan, tookText } from "../stored_dag.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

export const runs: Verb = {
  summary: "the runs of a DAG: states, durations, errors",
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
    const states = statesOf(values.state, RUN_STATES);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const dag = await storedDag(positionals[0] ?? "", store, request);
      const { dagId, timeZone } = dag;
      const found = await store.listRuns({
        dagId,
        ...(states !== undefined && { states }),
        ...storedSpan(dag, values, request),
        ...(values.limit !== undefined && { limit: values.limit as number }),
        ...(values.newest === true && { order: "desc" as const }),
      });
      showRows(found, columnsIn(timeZone), request, `no runs of ${dagId}`);
      await noteDead(store, dagId, found, request);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

const columnsIn = (timeZone: string | undefined): Column<RunRecord>[] => [
  { title: "date", text: ({ executionDate }) => localDate(executionDate, timeZone) },
  { title: "state", text: ({ state }) => state, style: stateStyle },
  { title: "type", text: ({ runType }) => runType, optional: 4 },
  { title: "attempt", text: ({ attempt }) => String(attempt), optional: 3 },
  { title: "started", text: ({ startedAt }) => startedAt ?? "", optional: 5 },
  { title: "took", text: tookText, optional: 1 },
  { title: "run", text: ({ runId }) => runId, optional: 6 },
  { title: "error", text: ({ error }) => runError(error, 200), below: true },
];
