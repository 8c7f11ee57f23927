// A comparison of schedules in words.
import type { DateInput, ScheduleInput, TimetableOptions } from "../schedule/input.js";
import type { Warning } from "../warning.js";

interface Columns {
  kind: Uint8Array;
  sizes: Uint32Array;
  before: Float64Array;
  after: Float64Array;
  overlapSeconds: Float64Array;
  uncoveredSeconds: Float64Array;
}
type Counts = Record<"kept" | "moved" | "orphaned" | "missing" | "split" | "merged", number>;

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** "90 minutes", "23 hours", "2 days". */
function span(seconds: number): string {
  for (const [noun, length] of [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const) {
    if (seconds >= 2 * length || seconds === length) {
      if (seconds % length === 0) return plural(seconds / length, noun);
    }
  }
  return plural(seconds, "second");
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

/** How far all dates moved, where that is one distance. */
function shift({ kind, sizes, before, after }: Columns): string {
  let [old, current] = [0, 0];
  let distance: number | undefined;
  for (const [row, number] of kind.entries()) {
    if (number === 1) {
      const moved = (after[current] as number) - (before[old] as number);
      if (distance !== undefined && distance !== moved) return "";
      distance = moved;
    }
    old += sizes[2 * row] as number;
    current += sizes[2 * row + 1] as number;
  }
  if (distance === undefined) return "";
  return ` by ${span(Math.abs(distance) / 1000)} ${distance > 0 ? "later" : "earlier"}`;
}

/** One sentence: how many dates, what becomes of them, and what is covered twice or not at all. */
export function changeText(columns: Columns, counts: Counts): string {
  const { before, after, overlapSeconds, uncoveredSeconds } = columns;
  const facts = [
    counts.kept > 0 && `${counts.kept} kept`,
    counts.moved > 0 && `${counts.moved} moved${shift(columns)}`,
    counts.split > 0 && `${counts.split} split`,
    counts.merged > 0 && `several merged into one ${counts.merged === 1 ? "once" : `${counts.merged} times`}`,
    counts.orphaned > 0 && `${counts.orphaned} orphaned`,
    counts.missing > 0 && `${counts.missing} missing`,
  ].filter((fact) => fact !== false);
  const [twice, open] = [sum(overlapSeconds), sum(uncoveredSeconds)];
  const cover = [twice > 0 && `${span(twice)} covered twice`, open > 0 && `${span(open)} uncovered`].filter(
    (fact) => fact !== false,
  );
  const dates = `${plural(before.length, "date")} before, ${after.length} after`;
  return `${dates}: ${facts.join(", ") || "nothing to compare"}.${cover.length === 0 ? "" : ` Of the time they cover, ${cover.join(" and ")}.`}`;
}

interface Side {
  schedule: ScheduleInput;
  /** `startDate` is a Dag's: a period without an anchor counts from it. */
  options: TimetableOptions & { startDate?: DateInput };
}

const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);

/** Warnings about effects of changed options which the comparison of dates does not show. */
export function changeWarnings(before: Side, after: Side, counts: Counts): Warning[] {
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, message });
  const changed = counts.moved + counts.orphaned + counts.missing + counts.split + counts.merged;
  const effect =
    changed === 0
      ? "no date of this range differs"
      : `${changed} of ${changed + counts.kept} rows of this range differ`;
  const covers = ({ options: { kind = "interval", interval } }: Side) =>
    interval !== undefined
      ? `the ${interval} before its date`
      : kind === "trigger"
        ? "nothing"
        : "the time from its date to the next";
  if (covers(before) !== covers(after)) {
    warn(
      "kind_changed",
      `The same date means something else: a run covered ${covers(before)}, and will cover ${covers(after)}. Runs that exist keep what they covered.`,
    );
  }
  const zone = ({ options }: Side) => options.timeZone ?? "UTC";
  if (zone(before) !== zone(after)) {
    const same = changed === 0 ? "; zones with one offset differ around clock changes only" : "";
    warn("time_zone_changed", `The zone was ${zone(before)} and will be ${zone(after)}: ${effect}${same}.`);
  }
  if (differ(before.options.dst ?? "airflow", after.options.dst ?? "airflow"))
    warn("dst_rule_changed", `The rule for clock changes is another one: ${effect}.`);
  const left = ({ options: { exclude, roll, calendars } }: Side) => [exclude ?? [], roll, calendars];
  if (differ(left(before), left(after)))
    warn("exclusions_changed", `Exclusions or calendars are others: ${effect}.`);
  const period = ({ schedule }: Side) =>
    (typeof schedule === "object" && schedule !== null && "every" in schedule ? schedule : undefined) as
      | { every: string; anchor?: DateInput }
      | undefined;
  const [old, current] = [period(before), period(after)];
  const from = [old?.anchor ?? before.options.startDate, current?.anchor ?? after.options.startDate];
  if (old !== undefined && old.every === current?.every && differ(from[0], from[1]))
    warn("anchor_changed", `The period counts from another anchor: ${effect}.`);
  return warnings;
}
