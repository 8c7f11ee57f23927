// The core's half of a scheduler, made of its DAGs; it asks the store for all else.
import type { CheckedDag } from "../../dag/dag.js";
import { call, type Raw } from "../../raw.js";
import { timetableOf } from "../../schedule/timetable.js";
import type { MachineHost } from "../machine/machine.js";

export type RawScheduler = InstanceType<Raw["RawScheduler"]>;

export function makeScheduler(dags: readonly CheckedDag[], host: MachineHost): RawScheduler {
  return call((wasm) => {
    const schedules = new wasm.RawSchedules();
    for (const { timetable, startDate, endDate, catchup, maxActiveRuns, dependsOnPast } of dags) {
      const [policy, amount] =
        typeof catchup === "string" ? [catchup, 0] : (Object.entries(catchup)[0] as [string, number]);
      schedules.add(timetableOf(timetable), startDate, endDate, policy, amount, maxActiveRuns, dependsOnPast);
    }
    return new wasm.RawScheduler(schedules, host);
  });
}
