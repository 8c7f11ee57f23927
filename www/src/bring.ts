import type { Dag, ScheduleInput, Task } from "dagfill";
import { CLOCK_POLICIES } from "./clockPolicies";
import type { Draft, DraftTask } from "./model";

/** The fields of a DAG that the form edits; all others are kept as they are in `rest`. */
type Edited = Pick<Draft, "dagId" | "tasks" | "schedule" | "timeZone" | "kind" | "dst" | "rest">;

/** A DAG from elsewhere as what the form edits. */
export function draftOfDag(dag: Dag): Edited {
  const { dagId, tasks = [], schedule, timeZone = "UTC", kind = "interval", dst, ...rest } = dag;
  const policy = CLOCK_POLICIES.find(({ value }) => value === dst)?.value;
  return {
    dagId,
    tasks: tasks.map(draftOfTask),
    schedule: scheduleText(schedule),
    timeZone,
    kind,
    dst: policy ?? "airflow",
    // A rule of `{ gap, fold }` has no place in the form: it is kept, and counts before what the form says.
    rest: { ...rest, ...(dst !== undefined && policy === undefined ? { dst } : {}) },
  };
}

function draftOfTask({ taskId, command = "", dependsOn = [], ...rest }: Task): DraftTask {
  return {
    taskId,
    command,
    dependsOn: [...dependsOn],
    ...(Object.keys(rest).length > 0 ? { rest } : {}),
  };
}

/** A schedule as the text of the form's field: cron and periods as they are, every other one as JSON. */
export function scheduleText(schedule: ScheduleInput): string {
  if (schedule === null) return "";
  if (typeof schedule === "string") return schedule;
  if (isList(schedule)) return JSON.stringify(schedule);
  if ("every" in schedule && schedule.anchor === undefined) return schedule.every;
  if ("cron" in schedule && typeof schedule.cron === "string") {
    const { cron, dialect = "unix", dayMatch = "or" } = schedule;
    const [, , date, , weekday] = cron.trim().split(/\s+/);
    // How the two days combine only matters where both are restricted.
    if (dialect === "unix" && (dayMatch === "or" || date === "*" || weekday === "*")) return cron;
  }
  return JSON.stringify(schedule);
}

/** `Array.isArray` does not know lists that are read-only. */
const isList = (schedule: ScheduleInput): schedule is readonly string[] => Array.isArray(schedule);
