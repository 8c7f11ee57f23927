// The settings that a page gives for the backfill it shows.
import {
  type BackfillEvent,
  type BackfillOptions,
  BackfillService,
  type Dag,
  type Duration,
  type Engine,
  type ExecuteRun,
  type ExecuteTask,
  type KnownRun,
  type RunStore,
} from "../../face.js";
import type { LocaleText } from "../locale.js";

export interface BackfillSettings {
  /** null: there is no DAG yet, and nothing is planned. */
  dag: Dag | null | undefined;
  /** Without `dagId`, which is the DAG's. May be a new object each time: a plan is made again when what it says has changed. null: there
   *  are none yet, and nothing is planned. */
  options: Omit<BackfillOptions, "dagId" | "planHash" | "dryRun"> | null | undefined;
  /** Where runs are recorded. Default: memory, one for each DAG, which forgets them with the page. Another store is used when nothing
   *  runs. null: it is not there yet, and nothing is planned or started without its records. */
  store?: RunStore | null | undefined;
  /** Runs that another system knows of, where there is no `store`. */
  existing?: Iterable<KnownRun> | undefined;
  /** Called on the page for each date; its promise settles the run. */
  executeRun?: ExecuteRun | undefined;
  /** Called on the page for each task of each date, in the order of the DAG. */
  executeTask?: ExecuteTask | undefined;
  /** Where runs are executed instead: see `dagfill/engine`. */
  engine?: Engine | undefined;
  /** How long a run takes, for the estimate. Default: as past runs in the store did. */
  runDuration?: Duration | undefined;
  /** Texts of the components; English where it says nothing. */
  locale?: LocaleText | undefined;
  /** false: plans are made on the page's thread. Default true. */
  worker?: boolean | undefined;
  /** Every event of a backfill that this page drives. */
  onEvent?: ((event: BackfillEvent) => void) | undefined;
}

/** Settings from which something can be planned. */
export type PlannableSettings = BackfillSettings & {
  dag: Dag;
  options: NonNullable<BackfillSettings["options"]>;
  store?: RunStore | undefined;
};

/** The same text for the same request: functions count by presence, dates by their instant. A value that contains itself has
 *  the text of that error. */
export function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, (_, member) =>
      typeof member === "function" ? "function" : typeof member === "bigint" ? String(member) : member,
    );
  } catch (thrown) {
    return String(thrown);
  }
}

/** Whether there is a DAG and there are options, and the store is not waited for: without one of them nothing is planned. */
export function hasPlan<T extends BackfillSettings>(settings: T): settings is T & PlannableSettings {
  return Boolean(settings.dag && settings.options) && settings.store !== null;
}

/** Whether two settings are planned over different runs: another store, another DAG, or other known runs. */
export function isOtherStore(a: BackfillSettings, b: BackfillSettings): boolean {
  return (
    a.store !== b.store ||
    a.dag?.dagId !== b.dag?.dagId ||
    (a.existing !== undefined && !isSameTimetable(a.dag, b.dag)) ||
    !BackfillService.isSameHistory(a.existing, b.existing)
  );
}

/** Whether dates mean the same in both DAGs. */
function isSameTimetable(a: Dag | null | undefined, b: Dag | null | undefined): boolean {
  const of = (dag: Dag | null | undefined) =>
    textOf([dag?.schedule, dag?.timeZone, dag?.kind, dag?.dst, dag?.interval]);
  return a === b || of(a) === of(b);
}
