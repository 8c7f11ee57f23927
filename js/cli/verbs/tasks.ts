// dagfill tasks: the tasks of the runs of a DAG as the store has them.
import { TASK_STATES } from "../../codes.js";
import type { TaskInstance } from "../../face.js";
import { flags } from "../flags.js";
import { exitCodes, runError } from "../report_error.js";
import { showRows } from "../rows.js";
import { chosenRuns, stateStyle, statesOf, storedDag, tookText } from "../stored_dag.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

type Row = TaskInstance & { executionDate: string };

export const tasks: Verb = {
  summary: "the tasks of a DAG's runs: states, attempts, durations, errors; DATE or RUN shows one run",
  positionals: ["DAG", "[DATE|RUN]"],
  flags: [...flags.dag, ...flags.state, ...flags.span, ...flags.store, ...flags.format, ...flags.json],
  async run(request) {
    const { positionals, values, notices, world } = request;
    const [dag = "", which] = positionals;
    const stored = await storedDag(dag, request);
    const { dagId } = stored;
    const states = statesOf(values.state, TASK_STATES);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const rows: Row[] = [];
      for (const { runId, executionDate } of await chosenRuns(store, stored, which, values)) {
        for (const instance of await store.listTaskInstances(dagId, runId)) {
          if (states === undefined || states.includes(instance.state))
            rows.push({ executionDate, ...instance });
        }
      }
      showRows(rows, columns, request, `no tasks of ${dagId}`);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

const columns: Column<Row>[] = [
  { title: "date", text: ({ executionDate }) => executionDate },
  { title: "task", text: ({ taskId }) => taskId },
  { title: "state", text: ({ state }) => state, style: stateStyle },
  { title: "attempt", text: ({ attempt }) => String(attempt), optional: 3 },
  { title: "started", text: ({ startedAt }) => startedAt ?? "", optional: 4 },
  { title: "took", text: tookText, optional: 1 },
  { title: "error", text: ({ error }) => runError(error, 200), optional: 2 },
];
