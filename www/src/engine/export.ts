import { clock, dayOf, dayText, offsetText } from "dagfill/planning";
import type { Draft, PlanView, RowDetail } from "../model";
import { dagOf, optionsOf } from "../request";
import { type DateState, isLater, type Moment } from "./moment";

export { momentOf } from "./moment";

/** The most rows, and the most texts of commands, that are read at once: the page takes them in between two frames. */
const MOST_ROWS = 500;
const MOST_TEXTS = 10_000;

/** Chunks that are read ahead. */
const AHEAD = 2;

export type ExportFormat = "json" | "csv" | "html";

/** A plan to be written, or a backfill, and where its rows come from. */
export interface Exported {
  draft: Draft;
  now: number;
  plan: PlanView;
  /** The backfill that is shown; null for a plan. */
  run: Moment | null;
  /** Rows from `from` to before `to`, as the page shows them. */
  details: (from: number, to: number) => Promise<readonly RowDetail[]>;
}

/** A row as a file has it. */
export interface ExportedRow {
  row: number;
  detail: RowDetail;
  /** Of a backfill. */
  state: DateState | undefined;
}

/** The plan as a file, made in pieces so that a million rows never stand in memory as one text. */
export async function exportPlan(exported: Exported, format: ExportFormat): Promise<Blob> {
  // The report's code is loaded only for a report.
  if (format === "html") return (await import("./report")).reportOf(exported);
  const isCsv = format === "csv";
  const parts: Blob[] = [new Blob([isCsv ? csvHead(exported) : jsonHead(exported)])];
  let separator = "";
  for await (const rows of chunksOf(exported, exported.plan.total)) {
    const lines = rows.map((row) => (isCsv ? csvLine(exported, row) : jsonLine(exported, row)));
    parts.push(new Blob([separator, lines.join(isCsv ? "" : ",")]));
    if (!isCsv) separator = ",";
  }
  if (!isCsv) parts.push(new Blob(["\n  ]\n}\n"]));
  return new Blob(parts, { type: isCsv ? "text/csv" : "application/json" });
}

/** The first `count` rows in chunks. While one is taken in and written, the worker makes the next ones. */
export async function* chunksOf(exported: Exported, count: number): AsyncGenerator<ExportedRow[]> {
  // A row has at least one text for each task of the DAG.
  const texts = Math.max(1, exported.draft.tasks.length);
  const size = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_TEXTS / texts)));
  const read = async (from: number): Promise<ExportedRow[]> => {
    const to = Math.min(count, from + size);
    const [details, states] = await Promise.all([exported.details(from, to), exported.run?.states(from, to)]);
    return details.map((detail, at) => ({ row: from + at, detail, state: states?.[at] }));
  };
  const reading: Promise<ExportedRow[]>[] = [];
  for (let next = 0; next < count || reading.length > 0; ) {
    for (; next < count && reading.length <= AHEAD; next += size) {
      const rows = read(next);
      // When one reading fails, nobody waits for those behind it.
      rows.catch(() => {});
      reading.push(rows);
    }
    yield (await reading.shift()) ?? [];
  }
}

/** The head of a file of a backfill tells it from that of a plan. */
function jsonHead({ draft, now, plan, run }: Exported): string {
  const { planHash, start, end, counts, warnings } = plan;
  const clockChanges = plan.clockChanges.map(({ day: _, ...change }) => change);
  const options = optionsOf(draft, now);
  const own = run
    ? { ...backfillOf(run), start, end, progress: run.progress }
    : { planHash, start, end, counts };
  const head = { dag: dagOf(draft), options, ...own, warnings, clockChanges };
  return `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "runs": [`;
}

const backfillOf = ({ backfillId, state, at }: Moment) => ({
  ...{ backfillId, state },
  stateAt: new Date(at).toISOString(),
  // The page runs no command.
  simulated: true,
});

/** The commands of a row, in the order of the draft's tasks; empty for a task without one. */
export function commandsOf({ tasks }: Draft, { commands }: RowDetail): string[] {
  const texts = new Map(commands.map(({ taskId, text }) => [taskId, text]));
  return tasks.map(({ taskId }) => texts.get(taskId) ?? "");
}

type Planned = Partial<Pick<RowDetail, "action" | "why">> & { reason?: string; existingState?: string };

/** The plan's part of a row, where the plan is known. */
export function plannedOf({ detail, state }: ExportedRow): Planned {
  const { action, reason, existing, why } = detail;
  if (state !== undefined && isLater(detail, state)) return {};
  return { action, ...(reason && { reason }), ...(existing && { existingState: existing.state }), why };
}

function jsonLine({ draft }: Exported, exported: ExportedRow): string {
  const { executionDate, localDate, dataInterval, runAfter, runId } = exported.detail;
  const texts = commandsOf(draft, exported.detail);
  const { why, ...planned } = plannedOf(exported);
  const { record: _, ...state } = exported.state ?? {};
  const date = { executionDate, localDate, dataInterval, runAfter, runId, ...planned, ...state, why };
  const commands = Object.fromEntries(draft.tasks.map((task, place) => [task.taskId, texts[place]]));
  return `\n    ${JSON.stringify({ ...date, commands })}`;
}

const DATE = ["index", "local", "utc", "offset", "interval_start", "interval_end"];
const PLANNED = ["action", "reason", "run_id", "why"];
const STATE = ["state", "state_at", "started_at", "finished_at", "attempt", "error"];

function csvHead({ draft, run }: Exported): string {
  const commands = draft.tasks.map((task) => `command:${task.taskId}`);
  return csvRow([...DATE, ...PLANNED, ...(run ? STATE : []), ...commands]);
}

function csvLine({ draft, plan, run }: Exported, exported: ExportedRow): string {
  const { row, detail, state } = exported;
  const { executionDate, dataInterval, runId } = detail;
  const { action = "", reason = "", why = "" } = plannedOf(exported);
  const offset = plan.offsets[row] ?? 0;
  const instant = plan.dates[row] ?? 0;
  return csvRow([
    ...[String(row + 1), `${dayText(dayOf(instant, offset))} ${clock(instant, offset)}`],
    ...[executionDate, offsetText(offset), dataInterval.start, dataInterval.end],
    ...[action, reason, runId, why],
    ...(run && state ? stateCells(run, state) : []),
    ...commandsOf(draft, detail),
  ]);
}

const stateCells = ({ at }: Moment, { state, startedAt, finishedAt, attempt, error }: DateState) => [
  ...[state, new Date(at).toISOString(), startedAt ?? "", finishedAt ?? ""],
  ...[String(attempt ?? ""), error?.message ?? ""],
];

const csvRow = (cells: readonly string[]) => `${cells.map(cell).join(",")}\r\n`;

const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[,"\n\r]/;

/** RFC 4180, and no text that a spreadsheet would take for a formula. */
function cell(text: string): string {
  const safe = FORMULA.test(text) && !isOffset(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const isOffset = (text: string) => text.length >= 6 && text[3] === ":";
