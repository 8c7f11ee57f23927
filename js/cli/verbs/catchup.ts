// dagfill catchup: the runs that schedule would start now. Nothing is started or written.
import type { PlannedRun } from "../../face.js";
import { zoneOf } from "../bounds.js";
import { type DueRuns, dueRuns, type StandingRun } from "../due_runs.js";
import { firstFew } from "../first_few.js";
import { flags } from "../flags.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { localDate } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { formatOf, showRows } from "../rows.js";
import type { Column } from "../table.js";
import type { Verb } from "../verb.js";

export const catchup: Verb = {
  summary: "list the runs that schedule would start now, and the due dates that it leaves alone",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.store, ...flags.format, ...flags.json],
  async run(request) {
    const { positionals, values, terminal, notices, world } = request;
    const dag = chooseDag(await loadDagFile(positionals[0] ?? ""), values.dagId);
    const store = await world.openStore(values.store, "read", notices);
    try {
      const plan = await dueRuns(store, dag, Date.now());
      const format = formatOf(request);
      if (format === "json") {
        terminal.line(JSON.stringify(plan));
        return exitCodes.ok;
      }
      const timeZone = zoneOf(dag);
      const notes = notesOn(plan, timeZone);
      const none = notes.length === 0 ? "nothing is due" : "nothing new is due";
      showRows(plan.due, columnsIn(timeZone), request, none);
      if (format !== "table") return exitCodes.ok;
      for (const line of notes) terminal.line(terminal.paint("yellow", line));
      const { nextRunAt } = plan;
      terminal.line(
        terminal.paint("dim", `next ${nextRunAt === null ? "never" : localDate(nextRunAt, timeZone)}`),
      );
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

/** A line each for the due dates that are not started, and for runs that are started again. */
function notesOn(
  { restarted, taken, waiting, skipped, skippedWithRun }: DueRuns,
  timeZone: string | undefined,
): string[] {
  const named = ({ executionDate, runId, state }: StandingRun) =>
    `${localDate(executionDate, timeZone)} (${runId}, ${state})`;
  const listed = (runs: readonly StandingRun[]) => firstFew(runs, MOST_NAMED, named);
  const lines: string[] = [];
  if (restarted.length > 0) {
    const are = restarted.length === 1 ? "1 run was" : `${restarted.length} runs were`;
    lines.push(`${are} left by a process that died, and schedule starts again: ${listed(restarted)}`);
  }
  if (taken.length > 0) {
    const have = taken.length === 1 ? "1 due date has" : `${taken.length} due dates have`;
    lines.push(`${have} a run already, and schedule starts no other: ${listed(taken)}`);
  }
  if (waiting !== null) {
    const { length } = waiting.dates;
    const wait = length === 1 ? "1 due date waits" : `${length} due dates wait`;
    lines.push(`${wait} (dependsOnPast) for the success of ${listed([waiting.behind])}`);
  }
  if (skipped !== null) {
    const range = `from ${localDate(skipped.from, timeZone)} to ${localDate(skipped.to, timeZone)}`;
    const have = skippedWithRun === 0 ? "" : `; ${skippedWithRun} of them have a run`;
    lines.push(`${skipped.count} left out by catchup, ${range}${have}`);
  }
  return lines;
}

const MOST_NAMED = 3;

const columnsIn = (timeZone: string | undefined): Column<PlannedRun>[] => [
  { title: "date", text: ({ executionDate }) => localDate(executionDate, timeZone) },
  { title: "due", text: ({ runAfter }) => localDate(runAfter, timeZone) },
  { title: "data interval ends", text: ({ dataInterval: { end } }) => localDate(end, timeZone), optional: 2 },
  { title: "run", text: ({ runId }) => runId, optional: 1 },
];
