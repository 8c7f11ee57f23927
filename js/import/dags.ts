// The answer of an importer: DAGs, and a note for each part of the source that could not be taken over.
import { TRIGGER_RULES } from "../codes.js";
import type { Dag, Task } from "../dag/dag.js";
import { shortened, visible } from "../visible.js";

/** One remark about the source; `line` counts from 1 where the source has lines. */
export interface ImportNote {
  line?: number;
  /** "error": the DAGs, or the one of `dagId`, cannot be used as they are. */
  severity?: "error";
  dagId?: string;
  message: string;
}

/** The answer of `importDag`. Every DAG passes `validateDag`, unless a note says why not. */
export interface ImportedDags {
  dags: Dag[];
  notes: ImportNote[];
}

/** Limits of the notes, beyond which no one reads on. */
const MOST_NOTES = 1_000;
const LONGEST_NOTE = 500;

/** Collects the answer while a source is read. */
export class Collector {
  readonly dags: Dag[] = [];
  readonly #notes = new Map<string, ImportNote>();
  #more = 0;

  /** A remark, once. */
  note(text: string, line?: number, more: Pick<ImportNote, "severity" | "dagId"> = {}): void {
    const message = visible(shortened(text, LONGEST_NOTE));
    const key = `${line} ${message}`;
    if (this.#notes.has(key)) return;
    if (this.#notes.size >= MOST_NOTES) this.#more += 1;
    else this.#notes.set(key, { ...(line === undefined ? {} : { line }), message, ...more });
  }

  result(): ImportedDags {
    const notes = [...this.#notes.values()].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
    if (this.#more > 0) notes.push({ message: `${this.#more} further notes are left out` });
    return { dags: this.dags, notes };
  }
}

/** Rules of Airflow that differ from one of dagfill only where all tasks before were skipped. */
const NEAREST_RULES: { readonly [name: string]: Task["triggerRule"] } = {
  none_failed_min_one_success: "none_failed",
  none_failed_or_skipped: "none_failed",
  all_done_min_one_success: "all_done",
};

/** A trigger rule of Airflow. What has no counterpart of its name is noted; "dummy" is the old name of "always". */
export function triggerRule(name: string, note: (message: string) => void): Task["triggerRule"] | undefined {
  if (name === "dummy") return "always";
  const nearest = Object.hasOwn(NEAREST_RULES, name) ? NEAREST_RULES[name] : undefined;
  const rule = nearest ?? TRIGGER_RULES.find((known) => known === name);
  if (nearest !== undefined)
    note(
      `trigger rule ${name} is imported as ${nearest}, which also runs where all tasks before it were skipped`,
    );
  else if (rule === undefined) note(`trigger rule ${name} is not known: all_success`);
  return rule;
}

/** Milliseconds as an ISO 8601 duration, which a person can read in the DAG. */
export function isoDuration(ms: number): string {
  if (ms === 0) return "PT0S";
  let rest = Math.abs(ms);
  const take = (unit: number) => {
    const count = Math.floor(rest / unit);
    rest -= count * unit;
    return count;
  };
  const [days, hours, minutes] = [take(86_400_000), take(3_600_000), take(60_000)];
  const part = (count: number, letter: string) => (count === 0 ? "" : `${count}${letter}`);
  const time = part(hours, "H") + part(minutes, "M") + part(rest / 1000, "S");
  return `${ms < 0 ? "-" : ""}P${part(days, "D")}${time === "" ? "" : `T${time}`}`;
}

/** A fixed period as a schedule. A period of whole days is hours: Airflow's timedelta does not follow the wall clock. */
export function everyOf(ms: number): { every: string } {
  const hours = ms / 3_600_000;
  return { every: Number.isInteger(hours) ? `PT${hours}H` : isoDuration(ms) };
}

/** How much before its tick a run covers, in fixed milliseconds or months; `undefined` for nothing. Airflow counts a day as 24 hours, so that
 *  in a zone with clock changes whole days are written as hours. */
export function coveredBefore(
  { ms, months }: { ms?: number | undefined; months?: number | undefined },
  zone = "UTC",
): string | undefined {
  if ((ms ?? 0) > 0) return zone === "UTC" ? isoDuration(ms as number) : everyOf(ms as number).every;
  return (months ?? 0) > 0 ? `P${months}M` : undefined;
}

/** The note about a CronTriggerTimetable whose runs cover an interval before their tick. */
export function intervalNote(interval: string): string {
  return `Airflow dates a run of this timetable by the start of its interval, ${interval} before it is due; here its date ({{ ds }}, executionDate) is when it is due: write {{ data_interval_start | ds }} for the start`;
}

/** The note about `max_active_tasks`, whose meaning differs between the versions; `undefined` for Airflow 3, where it is ours. */
export function activeTasksNote(
  count: number,
  { number, isSure }: { number: 2 | 3; isSure: boolean },
): string | undefined {
  if (number === 3 && isSure) return undefined;
  const which = isSure ? "this DAG is of Airflow 2" : "which of them this DAG is of is not known";
  return `max_active_tasks ${count} counts the tasks of all runs together in Airflow 2, those of one run in Airflow 3 and here; ${which}: imported as it is, for each run; to limit all runs together, limit the runs, too (maxActiveRuns, or maxParallelRuns of a backfill)`;
}

/** A command that is no template where it comes from, as one that stays as it is; `note` is told where braces had to be kept. */
export function verbatim(command: string, note: (message: string) => void): string {
  if (!["{{", "{%", "{#"].some((mark) => command.includes(mark))) return command;
  note("braces in the command are no template: they are kept as they are by {% raw %}");
  // A `{%` could end the raw block early, so it is printed by an expression of its own.
  return command
    .split("{%")
    .map((part) => `{% raw %}${part}{% endraw %}`)
    .join('{{ "{%" }}');
}

/** A name that a DAG or task may have, made of any text. */
export function slug(text: string): string {
  const kept = Array.from(text, (character) => (isWordCharacter(character) ? character : "_")).join("");
  return (
    kept
      .split("_")
      .filter((part) => part !== "")
      .join("_")
      .slice(0, 60) || "unnamed"
  );
}

function isWordCharacter(character: string): boolean {
  return (
    (character >= "a" && character <= "z") ||
    (character >= "A" && character <= "Z") ||
    (character >= "0" && character <= "9")
  );
}

/** `name`, or the first of `name_2`, `name_3`, ... that is not taken; takes it. `taken` holds the last number of each name. */
export function unique(name: string, taken: Map<string, number>, sign = "_", first = 2): string {
  let [free, number] = [name, taken.get(name) ?? first - 1];
  while (taken.has(free)) {
    number += 1;
    free = `${name}${sign}${number}`;
  }
  taken.set(name, number);
  if (free !== name) taken.set(free, first - 1);
  return free;
}
