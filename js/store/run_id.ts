// The ids that runs get where nobody names them.
import type { RunType } from "./store.js";

/** `<run type>__<logical date in UTC>`, as Airflow 2 names runs; `date` as `iso` writes it. */
export function runIdOf(type: RunType, date: string): string {
  const point = date.indexOf(".");
  // A fraction of a second has six digits there.
  const time = point < 0 ? date.slice(0, -1) : `${date.slice(0, -1)}000`;
  return `${type}__${time}+00:00`;
}
