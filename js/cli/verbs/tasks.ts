// dagfill tasks: the tasks of the runs of a DAG as the store has them.
import { TASK_STATES } from "../../codes.js";
import type { TaskInstance } from "../../face.js";
import { shown } from "../../shown.js";
import { runsOfChunks } from "../chunk_runs.js";
import { flags } from "../flags.js";
import { noteInterrupted, type Shown, shownRuns } from "../interrupted.js";
import { localDate } from "../local_date.js";
import { exitCodes, runError } from "../report_error.js";
import { formatOf, noneOf, showRows } from "../rows.js";
import {
  chosenRuns,
  inOrder,
  isOrderOpen,
  noRun,
  startIn,
  stateStyle,
  statesOf,
  storedDag,
  tookSeconds,
  tookText,
} from "../stored_dag.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

type Row = Shown<TaskInstance> & { executionDate: string };

export const tasks: Verb = {
  summary: "list the tasks of a DAG's runs: states, attempts, durations, errors; DATE or RUN shows one run",
  positionals: ["DAG", "[DATE|RUN]"],
  flags: [...flags.dag, ...flags.state, ...flags.span, ...flags.store, ...flags.format, ...flags.json],
  async run(request) {
    const { positionals, values, notices, world } = request;
    const [dag = "", which] = positionals;
    const states = statesOf(values.state, [...TASK_STATES, "interrupted"] as const);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const stored = await storedDag(dag, store, request);
      const { dagId, timeZone } = stored;
      const chosen = await chosenRuns(store, stored, which, request);
      const found = await shownRuns(store, await runsOfChunks(store, stored, chosen, request));
      if (which !== undefined && found.length === 0) throw noRun(stored, which, request);
      const rows: Row[] = [];
      let isOpen = false;
      for (const { runId, executionDate, state: ofRun } of found) {
        const instances = await store.listTaskInstances(dagId, runId);
        isOpen ||= isOrderOpen(instances, stored);
        for (const instance of inOrder(instances, stored)) {
          const isDead = ofRun === "interrupted" && instance.state === "running";
          const state = isDead ? "interrupted" : instance.state;
          if (states === undefined || states.includes(state))
            rows.push({ executionDate, ...instance, state });
        }
      }
      showRows(rows, columnsIn(timeZone), request, noneOf("tasks", dagId, values));
      if (isOpen && rows.length > 1 && formatOf(request) === "table")
        notices.line(
          `tasks that were not started stand in no order: for that of the DAG give its file in place of ${shown(dag)}`,
        );
      if (rows.some(({ state }) => state === "interrupted")) noteInterrupted(found, request);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

const columnsIn = (timeZone: string | undefined): Column<Row>[] => [
  { title: "date", text: ({ executionDate }) => localDate(executionDate, timeZone) },
  { title: "task", text: ({ taskId }) => taskId },
  { title: "state", text: ({ state }) => state, style: stateStyle },
  { title: "attempt", text: ({ attempt }) => String(attempt), optional: 3 },
  { title: "started", text: startIn(timeZone), data: ({ startedAt }) => startedAt ?? "", optional: 4 },
  { title: "finished", text: ({ finishedAt }) => finishedAt ?? "", isDataOnly: true },
  { title: "took", text: tookText, data: tookSeconds, optional: 1 },
  { title: "error", text: ({ error }) => runError(error, 200), below: true },
];
