// The options with which `retry` and `clear` run dates again: those of the backfill that each date was part of.
import type { BackfillOptions } from "../face.js";
import { optionDefaults } from "../plan/option_defaults.js";
import { iso } from "../time.js";
import type { RerunDate, StoredBackfill } from "./rerun_dates.js";

type Name = keyof BackfillOptions;

/** Options that choose the dates, and say what is done with existing runs: the verb sets these itself. */
const SELECTION: readonly Name[] = [
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

/** `retry` keeps all options that say how runs are executed. */
export const keptByRetry = (name: Name): boolean => !SELECTION.includes(name);

/** `clear` runs all tasks, and keeps the options that templates depend on. Runs keep their conf themselves. */
export const keptByClear = (name: Name): boolean =>
  name === "chunk" || name === "macroTimeZone" || name === "onUnknown";

/** Options with these values are left out, so that dates without a backfill can share one with dates whose backfill had only defaults. */
const DEFAULTS: Partial<Record<string, unknown>> = optionDefaults;

interface RerunSettings {
  dagId: string;
  isKept: (name: Name) => boolean;
  /** Options of the command line, which replace stored ones. */
  given: Partial<BackfillOptions>;
  /** The option for existing runs: `reprocess` or `resetDagRun`. */
  action: Partial<BackfillOptions>;
  /** Later dates wait for earlier ones, also of other backfills. */
  inOrder: boolean;
}

/** The options of the backfills that run the dates again: one backfill for all dates with the same options. */
export function rerunBatches(dates: readonly RerunDate[], settings: RerunSettings): BackfillOptions[] {
  const batches: { shared: DateOptions; dates: number[] }[] = [];
  const byKey = new Map<string, (typeof batches)[number]>();
  const optionsFor = optionsReader(settings);
  for (const rerun of [...dates].sort((a, b) => a.date - b.date)) {
    const shared = optionsFor(rerun);
    const batch = settings.inOrder ? batches.at(-1) : byKey.get(shared.key);
    if (batch?.shared.key === shared.key) batch.dates.push(rerun.date);
    else {
      const next = { shared, dates: [rerun.date] };
      batches.push(next);
      byKey.set(shared.key, next);
    }
  }
  return batches.map(({ shared, dates }) => batchOf(settings.dagId, shared.options, dates.map(iso)));
}

function batchOf(dagId: string, options: Partial<BackfillOptions>, dates: string[]): BackfillOptions {
  const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)];
  // A run that exists is run again even if its date is not due, because it has been started before.
  return { ...options, dagId, startDate, endDate, dates, includeNotDue: true };
}

interface DateOptions {
  options: Partial<BackfillOptions>;
  /** The same for dates that can run as one backfill. */
  key: string;
}

/** Reads the options of a date, once for all dates of a backfill with the same tasks. */
function optionsReader(settings: RerunSettings): (rerun: RerunDate) => DateOptions {
  const cache = new Map<string, DateOptions>();
  return (rerun) => {
    const { backfill, fromStart = false, addedTaskIds = [] } = rerun;
    const origin = JSON.stringify([backfill?.id, fromStart, addedTaskIds]);
    const cached = cache.get(origin);
    if (cached !== undefined) return cached;
    const options = optionsOf(rerun, settings);
    // Chunks are counted within one backfill, and a conf by date is stored by its rows.
    const isBoundToBackfill = options.chunk !== undefined || options.confFor !== undefined;
    const read = { options, key: JSON.stringify([options, isBoundToBackfill ? origin : ""]) };
    cache.set(origin, read);
    return read;
  };
}

function optionsOf(
  { backfill, fromStart, addedTaskIds = [] }: RerunDate,
  { isKept, given, action }: RerunSettings,
): Partial<BackfillOptions> {
  const stored = Object.entries(backfill?.options ?? {});
  const kept = stored.filter(([name, value]) => isKept(name as Name) && value !== DEFAULTS[name]);
  const options: Partial<BackfillOptions> = { ...Object.fromEntries(kept), ...confOf(backfill, isKept) };
  if (options.taskIds !== undefined) options.taskIds = [...options.taskIds, ...addedTaskIds];
  // A canary that was approved is not asked about again.
  if (backfill?.snapshot.approval === "approved") delete options.canary;
  if (given.conf !== undefined) delete options.confFor;
  if (given.taskIds !== undefined) delete options.withUpstream;
  return { ...options, ...given, ...(fromStart === true ? { resetDagRun: true } : action) };
}

/** The conf of each date where `confFor` gave it: the store has its results by row, not the function. */
function confOf(
  backfill: StoredBackfill | undefined,
  isKept: RerunSettings["isKept"],
): Pick<BackfillOptions, "confFor"> {
  const { confs, plan } = backfill?.snapshot ?? {};
  if (confs === undefined || plan === undefined || !isKept("confFor")) return {};
  const byDate = new Map(Array.from(plan.executionDate, (date, row) => [iso(date), confs[row]]));
  return { confFor: (date) => byDate.get(date) ?? {} };
}
