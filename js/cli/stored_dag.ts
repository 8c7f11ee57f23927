// The DAG of a verb that reads only the store, by id or file: its zone, the order of its tasks, and the runs that are meant.
import { existsSync } from "node:fs";
import { DagfillError } from "../error.js";
import {
  type Dag,
  type RunRecord,
  type RunStore,
  type Task,
  type TaskInstance,
  validateDag,
} from "../face.js";
import { nearest } from "../nearest.js";
import { shown } from "../shown.js";
import { spanOf, zoneOf } from "./bounds.js";
import { oneOf } from "./flag_values.js";
import { chooseDag, loadDagFile, looksLikeFile } from "./load_dag.js";
import { localDate } from "./local_date.js";
import { shownWord } from "./server_url.js";
import type { Style } from "./terminal.js";
import { quoted, typedLine } from "./typed_line.js";
import type { Request } from "./verb.js";

/** A DAG of a store. */
export interface StoredDag {
  dagId: string;
  /** The zone in which its dates are read and shown: that of the file's DAG, else that of its last backfill. */
  timeZone: string | undefined;
  /** The tasks in the order in which they run, where a file was given. */
  order: readonly string[];
  /** The tasks that are commands; undefined where no file was given. */
  commands?: ReadonlySet<string>;
}

/** The file's DAG where the argument is a file, else the store's DAG of that id. UNKNOWN_DAG where the store has none of that id. */
export async function storedDag(
  text: string,
  store: RunStore,
  { values }: Pick<Request, "values">,
): Promise<StoredDag> {
  if (existsSync(text) || looksLikeFile(text)) {
    const dag = chooseDag(await loadDagFile(text), values.dagId);
    return {
      dagId: dag.dagId,
      timeZone: zoneOf(dag),
      order: validateDag(dag).order,
      commands: commandsOf(dag),
    };
  }
  const backfills = await store.listBackfills({ dagId: text });
  const timeZone = timeZoneOf(backfills.at(-1)?.snapshot);
  if (backfills.length === 0 && (await store.listRuns({ dagId: text, limit: 1 })).length === 0)
    throw await unknownDag(text, store);
  return { dagId: text, timeZone, order: [] };
}

/** The tasks of a DAG that are commands: their own, or that of all, which a function of their own displaces. */
function commandsOf({ tasks = [], taskDefaults }: Dag): ReadonlySet<string> {
  const isCommand = ({ command, run }: Task) =>
    command !== undefined || (run === undefined && taskDefaults?.command !== undefined);
  return new Set(tasks.filter(isCommand).map(({ taskId }) => taskId));
}

/** The zone of a stored backfill's dates. */
export function timeZoneOf(snapshot: unknown): string | undefined {
  const { plan, options } = (snapshot ?? {}) as {
    plan?: { timeZone?: unknown };
    options?: { timeZone?: unknown };
  };
  const zone = plan?.timeZone ?? options?.timeZone;
  return typeof zone === "string" ? zone : undefined;
}

async function unknownDag(text: string, store: RunStore): Promise<DagfillError> {
  const ids = await backfilledDags(store);
  const meant = nearest(text, ids);
  return new DagfillError(
    "UNKNOWN_DAG",
    `expected a DAG that the store has runs of, or a file, got ${shownWord(text)}`,
    {
      hint:
        meant !== undefined
          ? `did you mean ${shown(meant)}?`
          : ids.length === 0
            ? "the store has no backfills: --store names another"
            : `it has ${listedIds(ids)}`,
    },
  );
}

/** The DAGs that the store has backfills of. */
export async function backfilledDags(store: RunStore): Promise<string[]> {
  const snapshots = (await store.listBackfills()).map(({ snapshot }) => snapshot as { dagId?: unknown });
  return [...new Set(snapshots.flatMap(({ dagId }) => (typeof dagId === "string" ? [dagId] : [])))];
}

/** The first ids of a list. */
export function listedIds(ids: readonly string[]): string {
  const listed = ids.slice(0, 10).map((id) => shown(id));
  return `${listed.join(", ")}${ids.length > 10 ? ", ..." : ""}`;
}

/** The states of `--state`, separated by commas. */
export function statesOf<State extends string>(value: unknown, known: readonly State[]): State[] | undefined {
  if (value === undefined) return undefined;
  return (value as string[]).map((text) => oneOf(text, known, "state"));
}

/** The range of `--from` and `--to`, read in the DAG's zone. Where that is not known, `notices` says that it was read as UTC. */
export function storedSpan(
  { dagId, timeZone }: StoredDag,
  values: Record<string, unknown>,
  { notices }: Pick<Request, "notices">,
): { from?: number; to?: number } {
  const open = [values.from, values.to].some(
    (text) => typeof text === "string" && !/[zZ]$|[+-]\d\d:?\d\d$/.test(text),
  );
  if (timeZone === undefined && open)
    notices.line(
      `dates are read as UTC, because the store does not know the zone of ${dagId}; give its file, or an offset as in 2024-01-01T00:00+09:00`,
    );
  return spanOf(values, timeZone);
}

/** The runs of a range of dates, or those of that date or run id. */
export async function chosenRuns(
  store: RunStore,
  dag: StoredDag,
  which: string | undefined,
  request: Pick<Request, "values" | "notices">,
): Promise<RunRecord[]> {
  const { dagId } = dag;
  // Run ids begin with their type.
  const isDate = which !== undefined && /^(\d{4}(-|$)|[+-]P|(now|today|yesterday|tomorrow)$)/.test(which);
  const span = storedSpan(dag, isDate ? { from: which, to: which } : request.values, request);
  const found = await store.listRuns({ dagId, ...span });
  return which === undefined || isDate ? found : found.filter(({ runId }) => runId === which);
}

/** The one run, or those of one date. INVALID_OPTION where there is none. */
export function noRun(
  { dagId }: StoredDag,
  which: string,
  { positionals: [dag = ""], values }: Pick<Request, "positionals" | "values">,
): DagfillError {
  return new DagfillError("INVALID_OPTION", `expected a run of ${dagId}, got none at ${which}`, {
    hint: typedLine("to list them", `runs ${quoted(dag)}`, values),
  });
}

/** Tasks in the order in which they run: that of the DAG where it is known, else that of their starts, behind them those that were not started by
 *  their ends. */
export function inOrder(tasks: readonly TaskInstance[], { order }: StoredDag): TaskInstance[] {
  const place = new Map(order.map((taskId, index) => [taskId, index]));
  const placeOf = ({ taskId }: TaskInstance) => place.get(taskId) ?? order.length;
  const byTime = (one: string | undefined, other: string | undefined) => compare(msOf(one), msOf(other));
  return [...tasks].sort(
    (one, other) =>
      placeOf(one) - placeOf(other) ||
      byTime(one.startedAt, other.startedAt) ||
      byTime(one.finishedAt, other.finishedAt),
  );
}

/** Whether nothing tells the order of some tasks: several were never started, and the DAG is not known. */
export function isOrderOpen(tasks: readonly TaskInstance[], { order }: StoredDag): boolean {
  return order.length === 0 && tasks.filter(({ startedAt }) => startedAt === undefined).length > 1;
}

const msOf = (date: string | undefined) => (date === undefined ? Number.POSITIVE_INFINITY : Date.parse(date));
const compare = (one: number, other: number): number => (one < other ? -1 : one > other ? 1 : 0);

const styles: Partial<Record<string, Style>> = {
  success: "green",
  failed: "red",
  upstream_failed: "red",
  running: "cyan",
  up_for_retry: "yellow",
  interrupted: "yellow",
  canceled: "dim",
  skipped: "dim",
};

/** The colour of a state of a run or a task. */
export const stateStyle = ({ state }: { state: string }): Style | undefined => styles[state];

interface Span {
  startedAt?: string;
  finishedAt?: string;
}

/** When something was started, on the clock of the zone; empty where it was not. */
export const startIn =
  (timeZone: string | undefined) =>
  ({ startedAt }: Span): string =>
    startedAt === undefined ? "" : localDate(startedAt, timeZone);

const tookMs = ({ startedAt, finishedAt }: Span) =>
  Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "");

/** How long something has taken in seconds, as a number; empty where it has not ended. */
export function tookSeconds(span: Span): string {
  const ms = tookMs(span);
  return Number.isNaN(ms) ? "" : String(ms / 1000);
}

/** How long something has taken; empty where it has not ended. */
export function tookText(span: Span): string {
  const ms = tookMs(span);
  return Number.isNaN(ms) ? "" : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
