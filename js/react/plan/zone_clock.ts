// Instants on the clock of a schedule's zone.
import { offsetText } from "./days.js";

/** `2026-03-29 03:30 +02:00`; on the clock of UTC where the host does not know the zone. */
export function zoneTime(instant: string, timeZone: string): string {
  const ms = Date.parse(instant);
  const utc = `${instant.slice(0, 16).replace("T", " ")}Z`;
  try {
    // Swedish writes dates as ISO 8601 does.
    const format = new Intl.DateTimeFormat("sv-u-ca-gregory-nu-latn", {
      dateStyle: "short",
      timeStyle: "medium",
      timeZone,
    });
    const local = format.format(ms);
    const offset = Math.round((Date.parse(`${local.replace(" ", "T")}Z`) - ms) / 1000);
    return `${local.replace(/:00$/, "")} ${offsetText(offset)}`;
  } catch {
    return utc;
  }
}
