// dagfill catchup: the runs that a scheduler would start now. Nothing is started or written.
import { type Dag, type PlannedRun, planCatchup, type RunStore } from "../../face.js";
import { zoneOf } from "../bounds.js";
import { flags } from "../flags.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { localDate } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { formatOf, showRows } from "../rows.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

export const catchup: Verb = {
  summary: "list the runs of a DAG that are due now, and those that its catchup leaves out",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.store, ...flags.format, ...flags.json],
  async run(request) {
    const { positionals, values, terminal, notices, world } = request;
    const dag = chooseDag(await loadDagFile(positionals[0] ?? ""), values.dagId);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const plan = planCatchup(dag, { now: Date.now(), lastRun: await lastScheduled(store, dag) });
      const format = formatOf(request);
      if (format === "json") {
        terminal.line(JSON.stringify(plan));
        return exitCodes.ok;
      }
      const timeZone = zoneOf(dag);
      showRows(plan.due, columnsIn(timeZone), request, "nothing is due");
      if (format !== "table") return exitCodes.ok;
      const { skipped, nextRunAt } = plan;
      if (skipped !== null) {
        terminal.line(
          terminal.paint(
            "yellow",
            `${skipped.count} left out by catchup, from ${localDate(skipped.from, timeZone)} to ${localDate(skipped.to, timeZone)}`,
          ),
        );
      }
      terminal.line(
        terminal.paint("dim", `next ${nextRunAt === null ? "never" : localDate(nextRunAt, timeZone)}`),
      );
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

/** The newest date with a scheduled run: the scheduler has settled everything up to it. */
async function lastScheduled(store: RunStore, { dagId }: Dag): Promise<string | null> {
  const [newest] = await store.listRuns({ dagId, runTypes: ["scheduled"], order: "desc", limit: 1 });
  return newest?.executionDate ?? null;
}

const columnsIn = (timeZone: string | undefined): Column<PlannedRun>[] => [
  { title: "date", text: ({ localDate }) => localDate },
  { title: "due", text: ({ runAfter }) => localDate(runAfter, timeZone) },
  { title: "data interval ends", text: ({ dataInterval: { end } }) => localDate(end, timeZone), optional: 2 },
  { title: "run", text: ({ runId }) => runId, optional: 1 },
];
