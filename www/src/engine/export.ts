import { clock, dayOf, dayText, offsetText } from "dagfill/planning";
import type { Draft, PlanView, RowDetail } from "../model";
import { copiedDag, optionsOf } from "../request";

/** The most rows, and the most texts of commands, that are read at once. */
const MOST_ROWS = 1_000;
const MOST_TEXTS = 20_000;

export type ExportFormat = "json" | "csv" | "html";

/** A plan to be written, and where its rows come from. */
export interface Exported {
  draft: Draft;
  now: number;
  plan: PlanView;
  /** Rows from `from` to before `to`, as the page shows them. */
  details: (from: number, to: number) => Promise<readonly RowDetail[]>;
}

/** The plan as a file, made in pieces so that a million rows never stand in memory as one text. */
export async function exportPlan(exported: Exported, format: ExportFormat): Promise<Blob> {
  // The report's code is loaded only for a report.
  if (format === "html") return (await import("./report")).reportOf(exported);
  const { total } = exported.plan;
  const parts: Blob[] = [new Blob([format === "csv" ? csvHead(exported) : jsonHead(exported)])];
  const chunk = chunkOf(exported);
  for (let from = 0; from < total; from += chunk) {
    const to = Math.min(total, from + chunk);
    const lines = linesOf(exported, from, await exported.details(from, to), format);
    const end = format === "csv" ? "\r\n" : to < total ? "," : "";
    parts.push(new Blob([lines.join(format === "csv" ? "\r\n" : ","), end]));
  }
  if (format === "json") parts.push(new Blob(["\n  ]\n}\n"]));
  return new Blob(parts, { type: format === "csv" ? "text/csv" : "application/json" });
}

/** The number of rows that are read at once: a row has at least one text for each task of the DAG. */
export const chunkOf = ({ draft }: Exported): number =>
  Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_TEXTS / Math.max(1, draft.tasks.length))));

function csvHead({ draft }: Exported): string {
  const fixed = [
    ...["index", "local", "utc", "offset", "interval_start", "interval_end"],
    ...["action", "reason", "run_id", "why"],
  ];
  return `${[...fixed, ...draft.tasks.map((task) => `command:${task.taskId}`)].map(cell).join(",")}\r\n`;
}

function jsonHead({ draft, now, plan }: Exported): string {
  const { planHash, start, end, counts, warnings } = plan;
  const clockChanges = plan.clockChanges.map(({ day: _, ...change }) => change);
  const head = { dag: copiedDag(draft), options: optionsOf(draft, now), planHash, start, end, counts };
  return `${JSON.stringify({ ...head, warnings, clockChanges }, null, 2).slice(0, -2)},\n  "runs": [`;
}

/** The commands of a row, in the order of the draft's tasks; empty for a task without one. */
export function commandsOf({ tasks }: Draft, { commands }: RowDetail): string[] {
  const texts = new Map(commands.map(({ taskId, text }) => [taskId, text]));
  return tasks.map(({ taskId }) => texts.get(taskId) ?? "");
}

function linesOf(
  { draft, plan }: Exported,
  from: number,
  details: readonly RowDetail[],
  format: "json" | "csv",
): string[] {
  return details.map((detail, at) => {
    const { executionDate, localDate, dataInterval, runAfter, runId, action, reason, existing, why } = detail;
    const texts = commandsOf(draft, detail);
    if (format === "json") {
      const named = Object.fromEntries(draft.tasks.map((task, place) => [task.taskId, texts[place]]));
      const date = { executionDate, localDate, dataInterval, runAfter, runId, action };
      const more = { ...(reason && { reason }), ...(existing && { existingState: existing.state }) };
      return `\n    ${JSON.stringify({ ...date, ...more, why, commands: named })}`;
    }
    const offset = plan.offsets[from + at] ?? 0;
    const instant = plan.dates[from + at] ?? 0;
    const fixed = [
      ...[String(from + at + 1), `${dayText(dayOf(instant, offset))} ${clock(instant, offset)}`],
      ...[executionDate, offsetText(offset), dataInterval.start, dataInterval.end],
      ...[action, reason ?? "", runId, why],
    ];
    return [...fixed, ...texts].map(cell).join(",");
  });
}

/** RFC 4180, and no text that a spreadsheet would take for a formula. */
function cell(text: string): string {
  const safe = "=+-@\t\r".includes(text[0] ?? "x") && !isOffset(text) ? `'${text}` : text;
  return [",", '"', "\n", "\r"].some((character) => safe.includes(character))
    ? `"${safe.replaceAll('"', '""')}"`
    : safe;
}

const isOffset = (text: string) => text.length >= 6 && text[3] === ":";
