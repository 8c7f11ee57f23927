import type { BackfillOptions } from "dagfill";
import type { Draft } from "./model";
import { json, option, printable, shell } from "./quote";
import { type Range, type Ranges, type Rows, rangesOf } from "./ranges";
import { isPeriod, scheduleOf } from "./request";

/** Up to this number of ranges, each has a command of its own. */
const MOST_RANGES = 10;
/** Up to this number of excluded days are listed by their dates. */
const MOST_DAYS = 12;

/** A plan as commands of Airflow 3. Without columns of a plan there is one command, over the range as it was typed. */
export function airflow3(draft: Draft, options: BackfillOptions, now: number, plan: Rows | null): string {
  const read = rangesFor(options, plan);
  const command = ({ from, to }: Range) => {
    const flags = [
      option("dag-id", draft.dagId),
      option("from-date", from),
      option("to-date", to),
      `--max-active-runs ${draft.parallel}`,
      `--reprocess-behavior ${draft.which}`,
      ...(draft.backwards ? ["--run-backwards"] : []),
      ...(options.conf ? [option("dag-run-conf", json(options.conf))] : []),
    ];
    const isFuture = plan !== null && Date.parse(from) >= now;
    return [
      ...(isFuture
        ? ["# Airflow 3 refuses a range that is wholly in the future (InvalidBackfillDate), as this one is."]
        : []),
      ["airflow backfill create", ...flags].join(" \\\n  "),
    ];
  };
  const timetable = isPeriod(scheduleOf(draft.schedule))
    ? "DeltaDataIntervalTimetable"
    : "CronDataIntervalTimetable";
  return lines(
    clockRemark(draft),
    draft.kind === "interval" ? [`# The DAG must use a ${timetable} (Airflow 3 plans by trigger time).`] : [],
    gapRemark(read, ["# Airflow 3 has one backfill of a DAG at a time: wait for the end of each."]),
    read.ranges.length > 0 ? ["# Add --dry-run to see the dates first."] : [],
    commands(read, command),
  );
}

export function airflow2(draft: Draft, options: BackfillOptions, plan: Rows | null): string {
  const read = rangesFor(options, plan);
  const dagId = shell(draft.dagId);
  // Behind `--` nothing is an option.
  const [before, behind] = draft.dagId.startsWith("-") ? ["", [`-- ${dagId}`]] : [` ${dagId}`, []];
  const command = ({ from, to }: Range) => {
    const flags = [
      option("start-date", from),
      option("end-date", to),
      ...(draft.which === "failed" ? ["--rerun-failed-tasks"] : []),
      ...(draft.which === "completed" ? ["--reset-dagruns", "--yes"] : []),
      ...(draft.backwards ? ["--run-backwards"] : []),
      ...(options.conf ? [option("conf", json(options.conf))] : []),
    ];
    return [[`airflow dags backfill${before}`, ...flags, ...behind].join(" \\\n  ")];
  };
  const timetable = isPeriod(scheduleOf(draft.schedule))
    ? "# Airflow 2 has no timetable of a period by trigger time: it plans other data intervals."
    : "# The DAG must use a CronTriggerTimetable (Airflow 2 plans by data interval).";
  return lines(
    clockRemark(draft),
    draft.kind === "trigger" ? [timetable] : [],
    gapRemark(read, []),
    draft.which === "none"
      ? ['# Airflow 2 has no flag for "missing only": existing failed tasks stop its backfill.']
      : [],
    draft.which === "failed"
      ? ["# --rerun-failed-tasks reruns failed tasks inside the runs of the range."]
      : [],
    [`# No flag for parallel runs: set max_active_runs=${draft.parallel} in the DAG, or use a pool.`],
    read.ranges.length > 0 ? ["# Add --dry-run to see the tasks first."] : [],
    commands(read, command),
  );
}

function rangesFor(options: BackfillOptions, plan: Rows | null): Ranges {
  if (plan !== null) return rangesOf(plan);
  const typed = { from: String(options.startDate), to: String(options.endDate) };
  return { whole: typed, ranges: [typed], without: [] };
}

/** One command for each range. Above MOST_RANGES there is one for all of them, as a comment, since it would run the excluded days, too. */
function commands({ ranges, whole }: Ranges, command: (range: Range) => string[]): string[] {
  if (ranges.length <= MOST_RANGES) return ranges.flatMap(command);
  return command(whole).flatMap((text) => text.split("\n").map((line) => `# ${line}`));
}

/** Comments about the excluded days; `several` are added where there is more than one command. */
function gapRemark({ ranges, without }: Ranges, several: string[]): string[] {
  if (without.length === 0) return [];
  if (ranges.length === 0) return ["# Every date of this plan is taken out: nothing is left to run."];
  const more = without.length > MOST_DAYS ? ` and ${without.length - MOST_DAYS} more days` : "";
  const days = `# Without ${without.slice(0, MOST_DAYS).join(", ")}${more}:`;
  if (ranges.length > MOST_RANGES)
    return [
      `${days} ${ranges.length} ranges, each of which needs a command.`,
      "# The command below is over all of them and runs the days that are taken out, too: it is a comment.",
    ];
  return [`${days} one command for each range that is left.`, ...(ranges.length > 1 ? several : [])];
}

function clockRemark({ dst }: Draft): string[] {
  return dst === "airflow"
    ? []
    : [`# Clock changes: "${printable(dst)}" is dagfill's; Airflow has its own rule only.`];
}

const lines = (...parts: string[][]): string => `${parts.flat().join("\n")}\n`;
