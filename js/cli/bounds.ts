// Dates on the command line, read as the bounds of a backfill are: also relative to now, and whole months and years.
import { DagfillError } from "../error.js";
import { type Dag, planBackfill } from "../face.js";
import { localDate } from "./local_date.js";
import type { Terminal } from "./terminal.js";

/** A bound as epoch milliseconds: `2024-01-01` (the whole day in the zone), `2024-01`, `yesterday`, `-P7D`, `now`, or an instant. INVALID_DATE
 *  names the flag. */
function boundOf(text: string, edge: "start" | "end", field: string, timeZone = "UTC"): number {
  // Planning this schedule, whose only date is far outside, reads the bounds and does little else.
  const dag = { dagId: "bounds", schedule: { dates: ["0001-01-01"] }, timeZone };
  try {
    const { start, end } = planBackfill(dag, { startDate: text, endDate: text });
    return Date.parse(edge === "start" ? start : end);
  } catch (error) {
    if (!(error instanceof DagfillError)) throw error;
    throw new DagfillError(error.code, error.message, { ...error, field });
  }
}

/** The zone of a DAG's dates. A cron text may name it itself, as in CRON_TZ=Asia/Tokyo. */
export function zoneOf({ schedule, timeZone }: Timing): string | undefined {
  if (schedule === null) return timeZone;
  const dag = { dagId: "zone", schedule, ...(timeZone !== undefined && { timeZone }) };
  return planBackfill(dag, { startDate: 0, endDate: 0 }).timeZone;
}

interface Timing extends Pick<Dag, "schedule"> {
  timeZone?: string | undefined;
}

/** The bounds of `--from` and `--to`, which have to be there. */
export function rangeOf(
  { from, to }: Record<string, unknown>,
  timeZone: string | undefined,
): { start: number; end: number } {
  checkOrder([from, "--from"], [to, "--to"], () => timeZone);
  return {
    start: boundOf(given(from, "--from"), "start", "--from", timeZone),
    end: boundOf(given(to, "--to"), "end", "--to", timeZone),
  };
}

function given(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw new DagfillError("INVALID_OPTION", `expected ${field} DATE`, {
    field,
    hint: "--from 2024-01-01 --to 2024-12-31, or -P7D, yesterday, 2024-01",
  });
}

/** Refuses a range that ends before it starts. Texts that are no dates are refused elsewhere. `timeZone` is called only if it is needed. */
export function checkOrder(
  [start, startFlag]: readonly [unknown, string],
  [end, endFlag]: readonly [unknown, string],
  timeZone: () => string | undefined,
): void {
  if (typeof start !== "string" || typeof end !== "string") return;
  // Two days in order need no plan to be read, which would take as long as the requested plan.
  if ([start, end].every((text) => /^\d{4}-\d\d-\d\d$/.test(text)) && start <= end) return;
  let isInverted = false;
  try {
    const zone = timeZone();
    isInverted = boundOf(start, "start", startFlag, zone) > boundOf(end, "end", endFlag, zone);
  } catch (error) {
    if (!(error instanceof DagfillError)) throw error;
  }
  if (!isInverted) return;
  throw new DagfillError(
    "INVALID_OPTION",
    `expected ${endFlag} at or after ${startFlag}, got ${start} to ${end}`,
    {
      field: endFlag,
      hint: `${startFlag} ${end} ${endFlag} ${start} is the range between them`,
    },
  );
}

/** The bounds of `--from` and `--to` that are given, as a store reads them. */
export function spanOf(
  { from, to }: Record<string, unknown>,
  timeZone: string | undefined,
): { from?: number; to?: number } {
  checkOrder([from, "--from"], [to, "--to"], () => timeZone);
  return {
    ...(typeof from === "string" && { from: boundOf(from, "start", "--from", timeZone) }),
    ...(typeof to === "string" && { to: boundOf(to, "end", "--to", timeZone) }),
  };
}

/** The instants of a day, a month or a year in the zone; `undefined` for a text that names one instant. */
export function spanNamed(
  text: string,
  field: string,
  timeZone: string | undefined,
): { start: number; end: number } | undefined {
  if (!/^(today|yesterday|tomorrow|\d{4}(-\d\d){0,2})$/.test(text)) return undefined;
  return { start: boundOf(text, "start", field, timeZone), end: boundOf(text, "end", field, timeZone) };
}

/** One date. A date relative to now, or a whole month or year, becomes its first instant; any other text is left for the core to read. The core takes
 *  the second of two instants of a repeated hour, which is reported. */
export function dateOf(
  text: string,
  field: string,
  timeZone: string | undefined,
  notices: Pick<Terminal, "line" | "paint">,
): string {
  const isRelative = /^([+-]P.*|now|today|yesterday|tomorrow|\d{4}(-\d\d)?)$/s.test(text);
  if (isRelative) return new Date(boundOf(text, "start", field, timeZone)).toISOString();
  if (timeZone === undefined || !/^\d{4}-\d\d-\d\d[T ]\d\d/.test(text)) return text;
  const [first, second] = (["start", "end"] as const).map((edge) =>
    localDate(new Date(boundOf(text, edge, field, timeZone)).toISOString(), timeZone),
  );
  if (first !== second)
    notices.line(
      `${notices.paint("yellow", "warning")} ${field}: ${text} comes twice in ${timeZone}: it is read as ${second}, and not as ${first}; write the offset to choose`,
    );
  return text;
}
