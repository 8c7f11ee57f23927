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
  /** Without `dagId`, which is the DAG's. May be a new object each time: a plan is made again when what it says has changed. null: there
   *  are none yet, and nothing is planned. */
  options: Omit<BackfillOptions, "dagId" | "planHash" | "dryRun"> | null | undefined;
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
export type PlannableSettings = BackfillSettings & {
  dag: Dag;
  options: NonNullable<BackfillSettings["options"]>;
};

/** The same text for the same request: functions count by presence, dates by their instant. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    typeof member === "function" ? "function" : typeof member === "bigint" ? String(member) : member,
  );
}

export function isList(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === "object" &&
    typeof (value as Partial<Iterable<unknown>>)?.[Symbol.iterator] === "function"
  );
}

const lists = new WeakMap<Iterable<KnownRun>, KnownRun[]>();

/** The runs of a history. What can be read only once is read once. */
export function listOf(history: Iterable<KnownRun>): KnownRun[] {
  if (Array.isArray(history)) return history;
  const list = lists.get(history) ?? [...history];
  lists.set(history, list);
  return list;
}

/** Whether there is something to plan. */
export function hasPlan<T extends BackfillSettings>(settings: T): settings is T & PlannableSettings {
  return Boolean(settings.dag && settings.options);
}

/** Whether other runs are planned over. */
export function isOtherStore(a: BackfillSettings, b: BackfillSettings): boolean {
  return (
    a.store !== b.store ||
    a.dag?.dagId !== b.dag?.dagId ||
    (a.existing !== undefined && !isSameTimetable(a.dag, b.dag)) ||
    !isSameHistory(a.existing, b.existing)
  );
}

/** Whether two histories say the same, element by element. */
function isSameHistory(a: Iterable<KnownRun> | undefined, b: Iterable<KnownRun> | undefined): boolean {
  if (a === b) return true;
  if (!isList(a) || !isList(b)) return false;
  const [list, others] = [listOf(a), listOf(b)];
  return (
    list.length === others.length &&
    list.every((run: KnownRun | null, at) => {
      const other = others[at] as KnownRun | null;
      return (
        run === other || (run?.state === other?.state && isSameDate(run?.executionDate, other?.executionDate))
      );
    })
  );
}

/** Whether dates mean the same in both DAGs. */
function isSameTimetable(a: Dag | null | undefined, b: Dag | null | undefined): boolean {
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

function isSameDate(a: DateInput | undefined, b: DateInput | undefined): boolean {
  return Object.is(a instanceof Date ? +a : a, b instanceof Date ? +b : b);
}
