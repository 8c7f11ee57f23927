// When the next run of a scheduler is due, also where its event does not know.
import { type Dag, planCatchup, type SchedulerEvent } from "../face.js";

/** The event; a tick without a next run gets that of the schedules. The scheduler has not planned a DAG whose slots runs of a dead process have
 *  taken, and so says that there is none. */
export function withNextRun(event: SchedulerEvent, dags: readonly Dag[]): SchedulerEvent {
  if (event.type !== "tick" || event.nextRunAt !== null) return event;
  const { at } = event;
  const next = dags.flatMap((dag) => {
    if (dag.schedule === null) return [];
    // What is due already is not asked for: of all that, only the newest date is planned.
    const { nextRunAt } = planCatchup({ ...dag, catchup: "latest" }, { now: at });
    return nextRunAt === null ? [] : [nextRunAt];
  });
  next.sort((one, other) => Date.parse(one) - Date.parse(other));
  return { ...event, nextRunAt: next[0] ?? null };
}
