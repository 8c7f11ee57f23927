// The options with which dates run again: those of the backfill that they were part of.
import type { BackfillOptions } from "../face.js";
import { optionDefaults } from "../plan/option_defaults.js";
import { iso } from "../time.js";
import type { DateAgain, StoredBackfill } from "./dates_again.js";

type Name = keyof BackfillOptions;

/** What says which dates, and what is done with the run that stands there: whoever runs dates again says both. */
const CHOICE: readonly Name[] = [
  "dagId",
  "startDate",
  "endDate",
  "dates",
  "excludeDates",
  "includeNotDue",
  "rerunFailed",
  "resetDagRun",
  "reprocess",
  "dryRun",
  "cascade",
];

/** `retry`: all that the backfill was told of how to run. */
export const keptByRetry = (name: Name): boolean => !CHOICE.includes(name);

/** `clear`: what the templates of the runs depend on, beside their conf, which runs keep. It runs all tasks. */
export const keptByClear = (name: Name): boolean =>
  name === "chunk" || name === "macroTimeZone" || name === "onUnknown";

/** Left out, so that dates of no backfill run with those that were given nothing else. */
const DEFAULTS: Partial<Record<string, unknown>> = optionDefaults;

interface How {
  dagId: string;
  isKept: (name: Name) => boolean;
  /** What the command line says, which comes before what is stored. */
  given: Partial<BackfillOptions>;
  /** What is done with runs that exist. */
  action: Partial<BackfillOptions>;
  /** Later dates wait for earlier ones, also of other backfills. */
  inOrder: boolean;
}

/** The backfills that run the dates again: one for all dates with the same options. */
export function batchesOf(dates: readonly DateAgain[], how: How): BackfillOptions[] {
  const batches: { own: Own; dates: number[] }[] = [];
  const known = new Map<string, (typeof batches)[number]>();
  const ownOf = owns(how);
  for (const again of [...dates].sort((a, b) => a.date - b.date)) {
    const own = ownOf(again);
    const batch = how.inOrder ? batches.at(-1) : known.get(own.key);
    if (batch?.own.key === own.key) batch.dates.push(again.date);
    else {
      const next = { own, dates: [again.date] };
      batches.push(next);
      known.set(own.key, next);
    }
  }
  return batches.map((batch) => batchOf(how.dagId, batch.own.options, batch.dates.map(iso)));
}

function batchOf(dagId: string, options: Partial<BackfillOptions>, dates: string[]): BackfillOptions {
  const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)];
  // A run that exists is run again even if its date is not due, because it has been started before.
  return { ...options, dagId, startDate, endDate, dates, includeNotDue: true };
}

interface Own {
  options: Partial<BackfillOptions>;
  /** The same for dates that can run as one backfill. */
  key: string;
}

/** The options of a date, which are read once for all dates of a backfill with the same tasks. */
function owns(how: How): (again: DateAgain) => Own {
  const made = new Map<string, Own>();
  return (again) => {
    const { backfill, fromStart = false, moreTasks = [] } = again;
    const place = JSON.stringify([backfill?.id, fromStart, moreTasks]);
    const known = made.get(place);
    if (known !== undefined) return known;
    const options = optionsOf(again, how);
    // Chunks are counted within one backfill, and a conf by date is known by its rows.
    const isAlone = options.chunk !== undefined || options.confFor !== undefined;
    const own = { options, key: JSON.stringify([options, isAlone ? place : ""]) };
    made.set(place, own);
    return own;
  };
}

function optionsOf(
  { backfill, fromStart, moreTasks = [] }: DateAgain,
  { isKept, given, action }: How,
): Partial<BackfillOptions> {
  const stored = Object.entries(backfill?.options ?? {});
  const kept = stored.filter(([name, value]) => isKept(name as Name) && value !== DEFAULTS[name]);
  const options: Partial<BackfillOptions> = { ...Object.fromEntries(kept), ...confOf(backfill, isKept) };
  if (options.taskIds !== undefined) options.taskIds = [...options.taskIds, ...moreTasks];
  // A canary that was approved is not asked about again.
  if (backfill?.snapshot.approval === "approved") delete options.canary;
  if (given.conf !== undefined) delete options.confFor;
  if (given.taskIds !== undefined) delete options.withUpstream;
  return { ...options, ...given, ...(fromStart === true ? { resetDagRun: true } : action) };
}

/** The conf that a function told by date: it is stored by row. */
function confOf(
  backfill: StoredBackfill | undefined,
  isKept: How["isKept"],
): Pick<BackfillOptions, "confFor"> {
  const { confs, plan } = backfill?.snapshot ?? {};
  if (confs === undefined || plan === undefined || !isKept("confFor")) return {};
  const byDate = new Map(Array.from(plan.executionDate, (date, row) => [iso(date), confs[row]]));
  return { confFor: (date) => byDate.get(date) ?? {} };
}
