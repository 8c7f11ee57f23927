// The dates between which an Airflow DAG runs.
import { instantMs } from "../../store/instant.js";
import { iso } from "../../time.js";
import { instantIn } from "../wall_clock.js";
import type { ArgumentReader } from "./arguments.js";
import { Moment } from "./value.js";

/** Airflow's `core.default_timezone`, in which it reads dates that have none. */
const DEFAULT_ZONE = "UTC";

export interface Bounds {
  /** The zone of the DAG, which is that of its start. */
  zone: string | undefined;
  /** The bounds as dates of a DAG in this zone. */
  in(zone: string | undefined): { startDate?: string; endDate?: string };
}

export function boundsOf(args: ArgumentReader): Bounds {
  const [start, end] = [args.moment("start_date"), args.moment("end_date")];
  // A text is read in the zone of the DAG, which the start sets; a datetime is not.
  const isText = typeof args.get("end_date") === "string";
  const last = isText && end !== undefined ? new Moment(end.text, start?.zone) : end;
  return {
    zone: start?.zone ?? undefined,
    in: (zone) => ({
      ...(start !== undefined && { startDate: dateIn(zone, start) }),
      ...(last !== undefined && { endDate: midnight(dateIn(zone, last)) }),
    }),
  };
}

/** The date as a text of the DAG's zone: as it is written if that is the same time there, else the instant. */
function dateIn(zone = DEFAULT_ZONE, { text, zone: given }: Moment): string {
  const own = given ?? DEFAULT_ZONE;
  if (own === zone || instantMs(text) !== undefined) return text;
  const ms = instantIn(own, text);
  return ms === undefined ? text : iso(ms);
}

/** A date without a time is a whole day here, and its midnight in Airflow. */
function midnight(text: string): string {
  return text.length === "2024-01-01".length ? `${text}T00:00:00` : text;
}
