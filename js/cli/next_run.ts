// The time of a scheduler's next run, also if its event does not know it.
import { type Dag, planCatchup, type SchedulerEvent } from "../face.js";

/** The event; a tick without a next run gets that of the schedules. The scheduler has not planned a DAG whose slots are taken by runs of a dead
 *  process, and so says that there is none. */
export function withNextRun(event: SchedulerEvent, dags: readonly Dag[]): SchedulerEvent {
  if (event.type !== "tick" || event.nextRunAt !== null) return event;
  const { at } = event;
  const next = dags.flatMap((dag) => {
    if (dag.schedule === null) return [];
    // Dates that are due already are not needed here: with "latest" only the newest of them is planned.
    const { nextRunAt } = planCatchup({ ...dag, catchup: "latest" }, { now: at });
    return nextRunAt === null ? [] : [nextRunAt];
  });
  next.sort((one, other) => Date.parse(one) - Date.parse(other));
  return { ...event, nextRunAt: next[0] ?? null };
}
