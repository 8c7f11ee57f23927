// Times of a history as epoch milliseconds.
import { isCompactDay } from "../../options.js";
import { instantMs } from "../../store/instant.js";
import { instantIn } from "../wall_clock.js";
import type { Time } from "./rows.js";

/** The last instant that a Date can hold. */
const LAST_MS = 8.64e15;

/** Reads times. A text with an offset is an instant, one without is UTC, as databases write it; a date alone is the first instant of that
 *  day in the DAG's zone. */
export function timeReader(timeZone = "UTC"): (time: Time) => number | undefined {
  const days = new Map<string, number | undefined>();
  return (time) => {
    // A day without its dashes, such as 20240101, is no instant of 1970.
    if (typeof time === "number")
      return Math.abs(time) <= LAST_MS && !isCompactDay(time) ? Math.floor(time) : undefined;
    const text = time.trim();
    if (!isDay(text)) return instantMs(text) ?? instantMs(`${withoutName(text)}Z`);
    if (!days.has(text)) days.set(text, instantIn(timeZone, text));
    return days.get(text);
  };
}

function isDay(text: string): boolean {
  return text.length === "2024-01-01".length && instantMs(`${text}T00:00Z`) !== undefined;
}

/** BigQuery writes the name of the zone behind the time. */
function withoutName(text: string): string {
  return text.endsWith(" UTC") ? text.slice(0, -4) : text;
}
