// A plan in the terminal: how it was read, counts, calendar, rows, warnings. And as one JSON object.
import { ACTIONS, type BackfillPreview, type PlannedRun } from "../face.js";
import { shortened } from "../visible.js";
import { calendar, looks } from "./calendar.js";
import { datesInRuns } from "./chunk_runs.js";
import { inFlags } from "./flag_words.js";
import { localDate, offsetText, withLocalDates } from "./local_date.js";
import { type Column, layOut, shorten } from "./table.js";
import type { Terminal } from "./terminal.js";
import type { Request } from "./verb.js";

const mostRows = 20;

/** Prints a plan. `rows`: "all", "some" (the first and last of many), or "none". */
export function showPlan(
  preview: BackfillPreview,
  { terminal, values }: Pick<Request, "terminal" | "values">,
  rows: "all" | "some" | "none",
): void {
  for (const line of header(preview, terminal, values)) terminal.line(line);
  const strip = calendar(preview, terminal);
  if (strip.length > 0) {
    terminal.line();
    for (const line of strip) terminal.line(line);
  }
  if (rows !== "none" && preview.counts.total > 0) {
    terminal.line();
    showRows(preview, terminal, rows === "all" ? Number.POSITIVE_INFINITY : mostRows);
  }
  showWarnings(preview, terminal);
}

function header(preview: BackfillPreview, terminal: Terminal, values: Request["values"]): string[] {
  const { dagId, timeZone, start, end, counts } = preview;
  const parts = ACTIONS.filter((kind) => counts[kind] > 0).map((kind) =>
    terminal.paint(looks[kind].style, `${counts[kind]} ${kind}`),
  );
  return [
    `${terminal.paint("bold", shortened(dagId, 200))}  ${localDate(start, timeZone)} ${terminal.sign("→", "->")} ${localDate(end, timeZone)}  ${timeZone}`,
    `${datesInRuns(counts.total, preview, values)}${parts.length > 0 ? ": " : ""}${parts.join(", ")}`,
  ];
}

function showRows(preview: BackfillPreview, terminal: Terminal, most: number): void {
  const columns: Column<PlannedRun>[] = [
    { title: "date", text: (run) => localDate(run.executionDate, preview.timeZone) },
    { title: "action", text: (run) => run.action, style: (run) => looks[run.action].style },
    { title: "reason", text: (run) => run.reason ?? "" },
    { title: "was", text: (run) => run.existingState ?? "", optional: 2 },
    {
      title: "data interval ends",
      text: (run) =>
        run.dataInterval.end === run.dataInterval.start
          ? ""
          : localDate(run.dataInterval.end, preview.timeZone),
      optional: 4,
    },
    // A later date of a chunk is in the run of the first one.
    { title: "run", text: (run) => run.chunk ?? run.runId, optional: 3 },
  ];
  const { head, left, tail } = shortenedRuns(preview, most);
  const middle = `  ${terminal.paint("dim", `${terminal.sign("…", "...")} ${left} more dates (--all shows them)`)}`;
  layOut(columns, [...head, ...tail], terminal).forEach((lines, index) => {
    if (left > 0 && index === head.length + 1) terminal.line(middle);
    for (const line of lines) terminal.line(line);
  });
}

/** The first and last of many rows, which are the only ones made. */
function shortenedRuns(preview: BackfillPreview, most: number): ReturnType<typeof shorten<PlannedRun>> {
  const { total } = preview.counts;
  if (total <= most) return shorten(preview.runs, most);
  const { head, left, tail } = shorten([...Array(total).keys()], most);
  const rows = (places: readonly number[]) => places.flatMap((place) => preview.run(place) ?? []);
  return { head: rows(head), left, tail: rows(tail) };
}

/** The warnings of the plan, one a line. */
function showWarnings({ clockChanges, timeZone, warnings }: BackfillPreview, terminal: Terminal): void {
  if (warnings.length > 0) terminal.line();
  for (const { code, message } of warnings)
    terminal.line(
      `${terminal.paint("yellow", "warning")} ${code}: ${inFlags(withLocalDates(message, timeZone))}`,
    );
  // The clock changes are listed only if no warning has named them.
  if (warnings.some(({ code }) => code.includes("clock"))) return;
  for (const { at, offsetBefore, offsetAfter } of clockChanges.slice(0, 4)) {
    terminal.line(
      terminal.paint(
        "dim",
        `clock change ${localDate(at, timeZone)}: UTC${offsetText(offsetBefore)} to UTC${offsetText(offsetAfter)}`,
      ),
    );
  }
}

/** The plan without its rows, for programs. */
export function planSummary(preview: BackfillPreview) {
  const { dagId, timeZone, start, end, counts, planHash, warnings, clockChanges } = preview;
  return { dagId, timeZone, start, end, counts, planHash, warnings, clockChanges };
}

/** Everything of the plan, for programs. */
export function planJson(preview: BackfillPreview): Record<string, unknown> {
  const { dates, existingRuns, newRuns, runs } = preview;
  return { ...planSummary(preview), dates, existingRuns, newRuns, runs };
}
