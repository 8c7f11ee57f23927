// A plan as a calendar: a row per month, a sign per day. If a day has several runs, a start takes precedence over a skip.
import { ACTIONS, type BackfillPreview, SKIP_REASONS, type SkipReason } from "../face.js";
import { shorten } from "./table.js";
import type { Style, Terminal } from "./terminal.js";

type Kind = "reset" | "rerun" | "create" | "skip";
/** How many dates of a civil day have each action. */
type Day = Record<Kind, number>;

/** How an action looks, in the calendar and elsewhere. */
export const looks: Record<Kind, { style: Style; unicode: string; ascii: string }> = {
  create: { style: "green", unicode: "■", ascii: "+" },
  rerun: { style: "yellow", unicode: "▲", ascii: "r" },
  reset: { style: "magenta", unicode: "◆", ascii: "x" },
  skip: { style: "dim", unicode: "·", ascii: "." },
};

const kinds = Object.keys(looks) as Kind[];
const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const mostMonths = 24;

/** The lines of the calendar; none for a plan without dates. */
export function calendar(preview: BackfillPreview, terminal: Terminal): string[] {
  const months = monthsOf(preview);
  if (months.size === 0) return [];
  const indent = "  ";
  const scale = `${indent}${" ".repeat(10)}${[5, 10, 15, 20, 25, 30].map((day) => String(day).padStart(5)).join("")}`;
  const { head, left, tail } = shorten([...months], mostMonths);
  let year = "";
  const line = ([month, row]: [string, Map<number, Day>]) => {
    const [ofYear = "", number = "1"] = splitMonth(month);
    const label = `${ofYear === year ? "    " : ofYear.padEnd(4)} ${monthNames[Number(number) - 1] ?? ""}`;
    year = ofYear;
    return `${indent}${terminal.paint("dim", label.padEnd(10))}${signs(row, terminal)}`;
  };
  return [
    terminal.paint("dim", scale),
    ...head.map(line),
    ...(left > 0
      ? [`${indent}${terminal.paint("dim", `${terminal.sign("…", "...")} ${left} more months`)}`]
      : []),
    ...tail.map(line),
    `${indent}${" ".repeat(10)}${legend(
      [...months.values()].flatMap((row) => [...row.values()]),
      preview,
      terminal,
    )}`,
  ];
}

/** The days that have dates, by their month on the clock of the plan's zone. From the columns, since `days()` costs as much as the plan. */
function monthsOf(preview: BackfillPreview): Map<string, Map<number, Day>> {
  const { executionDate, offsetSeconds, action } = preview.columns();
  const months = new Map<string, Map<number, Day>>();
  executionDate.forEach((ms, index) => {
    const [date = ""] = new Date(ms + (offsetSeconds[index] ?? 0) * 1_000).toISOString().split("T");
    const [month, number] = [date.slice(0, -3), Number(date.slice(-2))];
    const row = months.get(month) ?? new Map<number, Day>();
    const day = row.get(number) ?? { create: 0, rerun: 0, reset: 0, skip: 0 };
    day[ACTIONS[action[index] ?? 0] ?? "skip"] += 1;
    months.set(month, row.set(number, day));
  });
  return months;
}

function splitMonth(month: string): [string, string] {
  const at = month.lastIndexOf("-");
  return [month.slice(0, at), month.slice(at + 1)];
}

/** The month's signs, equal neighbours painted as one. */
function signs(row: ReadonlyMap<number, Day>, terminal: Terminal): string {
  let line = "";
  let stretch = "";
  let style: Style | undefined;
  const flush = () => {
    line += style === undefined ? stretch : terminal.paint(style, stretch);
    stretch = "";
  };
  const last = Math.max(...row.keys());
  for (let number = 1; number <= last; number += 1) {
    const day = row.get(number);
    const kind = day === undefined ? undefined : strongest(day);
    const next = kind === undefined ? undefined : looks[kind].style;
    if (next !== style) flush();
    style = next;
    stretch += kind === undefined ? " " : terminal.sign(looks[kind].unicode, looks[kind].ascii);
  }
  flush();
  return line;
}

function strongest(day: Day): Kind | undefined {
  return (["reset", "rerun", "create", "skip"] as const).find((kind) => day[kind] > 0);
}

/** The sign of an action in its colour. */
function look(kind: Kind, terminal: Terminal): string {
  const { style, unicode, ascii } = looks[kind];
  return terminal.paint(style, terminal.sign(unicode, ascii));
}

/** The signs with their actions; of what is skipped, the reasons with their counts where there are several. */
function legend(days: readonly Day[], preview: BackfillPreview, terminal: Terminal): string {
  const reasons = [...skippedBy(preview)].map(([reason, count], _, all) =>
    all.length === 1 ? reason : `${count} ${reason}`,
  );
  return kinds
    .filter((kind) => days.some((day) => strongest(day) === kind))
    .map((kind) => `${look(kind, terminal)} ${kind}${kind === "skip" ? ` (${reasons.join(", ")})` : ""}`)
    .join("  ");
}

/** How many dates a plan skips, by reason. */
export function skippedBy(preview: BackfillPreview): Map<SkipReason, number> {
  const counts = new Map<SkipReason, number>();
  for (const number of preview.columns().reason) {
    const reason = SKIP_REASONS[number];
    if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}
