import { renderRange } from "dagfill";
import { clock, dayOf, dayText, offsetText } from "../days";
import { dagOf, optionsOf } from "../request";
import type { HeldPlan } from "./plan";
import { whyOf } from "./why";

const CHUNK = 5000;

/** The plan as a file, made in pieces so that a million rows never stand in memory as one text. */
export function exportPlan(held: HeldPlan, format: "json" | "csv"): Blob {
  const parts: Blob[] = [];
  const { executionDate } = held.preview.columns();
  const total = executionDate.length;
  parts.push(new Blob([format === "csv" ? csvHead(held) : jsonHead(held)]));
  for (let from = 0; from < total; from += CHUNK) {
    const to = Math.min(total, from + CHUNK);
    parts.push(new Blob([rows(held, from, to, format, to === total)]));
  }
  if (format === "json") parts.push(new Blob(["\n  ]\n}\n"]));
  return new Blob(parts, { type: format === "csv" ? "text/csv" : "application/json" });
}

function csvHead(held: HeldPlan): string {
  const fixed = [
    "index",
    "local",
    "utc",
    "offset",
    "interval_start",
    "interval_end",
    "action",
    "reason",
    "run_id",
    "why",
  ];
  return `${[...fixed, ...held.draft.tasks.map((task) => `command:${task.taskId}`)].map(cell).join(",")}\r\n`;
}

function jsonHead(held: HeldPlan): string {
  const { preview } = held;
  const head = {
    dag: dagOf(held.draft),
    options: optionsOf(held.draft, held.now),
    planHash: preview.planHash,
    start: preview.start,
    end: preview.end,
    counts: preview.counts,
    warnings: preview.warnings,
    clockChanges: preview.clockChanges,
  };
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "runs": [`;
}

function rows(held: HeldPlan, from: number, to: number, format: "json" | "csv", last: boolean): string {
  const { preview, draft, dag } = held;
  const { executionDate, offsetSeconds } = preview.columns();
  const conf = optionsOf(draft, held.now).conf;
  const commands = draft.tasks.map((task) =>
    renderRange(task.command, executionDate.subarray(from, to), dag.schedule, {
      timeZone: dag.timeZone,
      kind: dag.kind,
      dst: dag.dst,
      dagId: dag.dagId,
      taskId: task.taskId,
      runType: "backfill",
      ...(conf ? { conf } : {}),
    }),
  );
  held.records ??= new Map(preview.existingRuns.map((record) => [record.executionDate, record]));
  const lines: string[] = [];
  for (let row = from; row < to; row++) {
    const run = preview.run(row);
    if (!run) continue;
    const why = whyOf(run, draft.which, held.records.get(run.executionDate));
    const texts = commands.map((command) => command[row - from] ?? "");
    if (format === "json") {
      const named = Object.fromEntries(draft.tasks.map((task, at) => [task.taskId, texts[at]]));
      lines.push(`\n    ${JSON.stringify({ ...run, why, commands: named })}`);
      continue;
    }
    const at = executionDate[row] ?? 0;
    const offset = offsetSeconds[row] ?? 0;
    const local = `${dayText(dayOf(at, offset))} ${clock(at, offset)}`;
    const { start, end } = run.dataInterval;
    const fixed = [String(row + 1), local, run.executionDate, offsetText(offset), start, end];
    lines.push([...fixed, run.action, run.reason ?? "", run.runId, why, ...texts].map(cell).join(","));
  }
  return format === "csv" ? `${lines.join("\r\n")}\r\n` : `${lines.join(",")}${last ? "" : ","}`;
}

/** RFC 4180, and no text that a spreadsheet would take for a formula. */
function cell(text: string): string {
  const safe = "=+-@\t\r".includes(text[0] ?? "x") && !isOffset(text) ? `'${text}` : text;
  return [",", '"', "\n", "\r"].some((character) => safe.includes(character))
    ? `"${safe.replaceAll('"', '""')}"`
    : safe;
}

const isOffset = (text: string) => text.length >= 6 && text[3] === ":";
