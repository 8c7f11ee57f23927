import type { BackfillOptions, Dag, ScheduleInput } from "dagfill";
import { readBound, todayIn } from "./bounds";
import { readConf } from "./conf";
import type { Draft } from "./model";

/** Above this many dates the page stops: nobody can look at more. */
export const HARD_LIMIT = 2_000_000;

/** A text that begins with P is a period, every other one cron or a preset. */
export function scheduleOf(text: string): ScheduleInput {
  const trimmed = text.trim();
  return trimmed.startsWith("P") ? { every: trimmed } : trimmed;
}

/** The draft as the package's `Dag`. */
export function dagOf(draft: Draft): Dag {
  return {
    dagId: draft.dagId,
    schedule: scheduleOf(draft.schedule),
    timeZone: draft.timeZone.trim(),
    ...(draft.kind === "interval" ? {} : { kind: draft.kind }),
    ...(draft.dst === "airflow" ? {} : { dst: draft.dst }),
    tasks: draft.tasks.map((task) => ({
      taskId: task.taskId,
      ...(task.dependsOn.length ? { dependsOn: task.dependsOn } : {}),
      ...(task.command ? { command: task.command } : {}),
    })),
  };
}

/** The draft as the package's `BackfillOptions`, leaving out what equals a default. Relative bounds are civil dates of
 *  the schedule's zone at `now`. */
export function optionsOf(draft: Draft, now: number): BackfillOptions {
  const today = todayIn(draft.timeZone.trim(), now);
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
