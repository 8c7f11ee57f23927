import type { EngineError } from "./model";

/** The field of the form at which an error is shown; null for one of the whole plan. */
export type FaultyField = "schedule" | "timeZone" | "from" | "to";

const OF_SCHEDULE = ["INVALID_CRON", "INVALID_DURATION", "NO_SCHEDULE"];

export function faultyField(error: EngineError | null): FaultyField | null {
  // The fields of a task are in the list of tasks.
  if (!error || error.field?.includes("tasks")) return null;
  if (OF_SCHEDULE.includes(error.code)) return "schedule";
  if (error.code === "UNKNOWN_TIME_ZONE") return "timeZone";
  const name = error.field?.split(".").at(-1);
  if (name === "startDate" || name === "start") return "from";
  if (name === "endDate" || name === "end") return "to";
  return null;
}

export const FIELD_WORDS: Record<FaultyField, string> = {
  schedule: "Schedule",
  timeZone: "Time zone",
  from: "From",
  to: "To",
};
