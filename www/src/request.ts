import type { BackfillOptions, Dag, ScheduleInput } from "dagfill";
import { dayIn } from "dagfill/planning";
import { readBound } from "./bounds";
import { readConf } from "./conf";
import type { Draft } from "./model";

/** Above this many dates the page stops: nobody can look at more. */
export const HARD_LIMIT = 2_000_000;

/** A text that begins with P is a period, with { or [ JSON of the package's `ScheduleInput`, an empty one no schedule, every other one cron or a preset. */
export function scheduleOf(text: string): ScheduleInput {
  const trimmed = text.trim();
  if (trimmed.startsWith("{") || trimmed.startsWith("[")) {
    try {
      return JSON.parse(trimmed) as ScheduleInput;
    } catch {
      // As cron it is refused with its place.
      return trimmed;
    }
  }
  if (trimmed === "") return null;
  return trimmed.startsWith("P") ? { every: trimmed } : trimmed;
}

/** Whether a schedule is a period: what Airflow calls a timedelta. */
export const isPeriod = (schedule: ScheduleInput): schedule is Extract<ScheduleInput, { every: string }> =>
  typeof schedule === "object" && schedule !== null && "every" in schedule;

/** The draft as the package's `Dag`. */
export function dagOf(draft: Draft): Dag {
  return {
    ...(draft.dst === "airflow" ? {} : { dst: draft.dst }),
    ...draft.rest,
    dagId: draft.dagId,
    schedule: scheduleOf(draft.schedule),
    timeZone: draft.timeZone.trim(),
    ...(draft.kind === "interval" ? {} : { kind: draft.kind }),
    tasks: draft.tasks.map((task) => ({
      ...task.rest,
      taskId: task.taskId,
      ...(task.dependsOn.length ? { dependsOn: task.dependsOn } : {}),
      ...(task.command ? { command: task.command } : {}),
    })),
  };
}

/** The bounds with words such as "yesterday" read at `now`. */
export function fixedRange({ from, to, timeZone }: Draft, now: number): { from: string; to: string } {
  const today = dayIn(timeZone.trim(), now);
  return { from: readBound(from, "start", today), to: readBound(to, "end", today) };
}

/** The draft as the package's `BackfillOptions`, leaving out what equals a default. Relative bounds are civil dates of
 *  the schedule's zone at `now`. */
export function optionsOf(draft: Draft, now: number): BackfillOptions {
  const today = dayIn(draft.timeZone.trim(), now);
  const conf = readConf(draft.conf);
  return {
    dagId: draft.dagId,
    startDate: readBound(draft.from, "start", today),
    endDate: readBound(draft.to, "end", today),
    ...(draft.parallel === 1 ? {} : { maxParallelRuns: draft.parallel }),
    ...(draft.which === "none" ? {} : { reprocess: draft.which }),
    ...(draft.backwards ? { runBackwards: true } : {}),
    ...(conf.ok && Object.keys(conf.value).length ? { conf: conf.value } : {}),
    ...(draft.notDue ? { includeNotDue: true } : {}),
    ...(draft.exclude.length ? { excludeDates: draft.exclude } : {}),
  };
}
