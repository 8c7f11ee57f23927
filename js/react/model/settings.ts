// The settings that a page gives for the backfill it shows.
import type {
  BackfillEvent,
  BackfillOptions,
  Dag,
  DateInput,
  Duration,
  Engine,
  ExecuteRun,
  ExecuteTask,
  KnownRun,
  RunStore,
} from "../../face.js";
import type { LocaleText } from "../locale.js";

export interface BackfillSettings {
  /** null: there is no DAG yet, and nothing is planned. */
  dag: Dag | null | undefined;
  /** Without `dagId`, which is the DAG's. May be a new object each time: a plan is made again when what it says has changed. */
  options: Omit<BackfillOptions, "dagId" | "planHash" | "dryRun">;
  /** Where runs are recorded. Default: memory, one for each DAG, which forgets them with the page. Another store is used when nothing
   *  runs. */
  store?: RunStore | undefined;
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
export type PlannableSettings = BackfillSettings & { dag: Dag };

/** The same text for the same request: functions count by presence, dates by their instant. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === "function" ? "function" : typeof member === "bigint" ? String(member) : member,
  );
}

/** Whether two histories say the same, element by element. */
export function isSameHistory(a: Iterable<KnownRun> | undefined, b: Iterable<KnownRun> | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((run: KnownRun, at) => {
    const other = b[at] as KnownRun;
    return run === other || (run.state === other.state && isSameDate(run.executionDate, other.executionDate));
  });
}

/** Whether dates mean the same in both DAGs. */
export function isSameTimetable(a: Dag | null | undefined, b: Dag | null | undefined): boolean {
  if (a === b) return true;
  const of = (dag: Dag | null | undefined) => [
    dag?.schedule,
    dag?.timeZone,
    dag?.kind,
    dag?.dst,
    dag?.interval,
  ];
  return a?.dagId === b?.dagId && textOf(of(a)) === textOf(of(b));
}

function isSameDate(a: DateInput, b: DateInput): boolean {
  return a === b || (a instanceof Date && b instanceof Date && a.getTime() === b.getTime());
}
