// A store of the host's, held to its word: an answer of another shape is STORE_FAILED, which says what was asked, what was expected
// and what came, instead of an error from the middle of whoever used it.
import { RUN_STATES } from "../codes.js";
import { DagfillError } from "../error.js";
import { callback, object, type Reader, type Spec, shape, text, wrong } from "../options.js";
import { shown } from "../shown.js";
import { REQUEST, RUN, TASK } from "./record.js";
import type { Lease, RunHistory, RunState, RunStore } from "./store.js";

type Method = Exclude<keyof RunStore, "durable" | "apply" | "close">;
type Answer<M extends Method> = Awaited<ReturnType<NonNullable<RunStore[M]>>>;

/** One for each store: whoever keeps something by its store keeps it by this. */
const known = new WeakMap<RunStore, RunStore>();

export function checkedStore(store: RunStore): RunStore {
  let checked = known.get(store);
  if (checked === undefined) {
    checked = check(store);
    known.set(store, checked);
    known.set(checked, checked);
  }
  return checked;
}

function check(store: RunStore): RunStore {
  const checked = {
    get durable() {
      return store.durable;
    },
    apply: (changes, fence) => store.apply(changes, fence),
    close: () => store.close(),
  } as RunStore;
  for (const method of Object.keys(ANSWERS) as Method[]) {
    if (OPTIONAL.has(method) && typeof store[method] !== "function") continue;
    Object.assign(checked, { [method]: (...args: unknown[]) => ask(store, method, args) });
  }
  return checked;
}

async function ask(store: RunStore, method: Method, args: unknown[]): Promise<unknown> {
  if (typeof store[method] !== "function") throw refused(wrong(method, "a function", store[method]));
  const answer = await (store[method] as (...args: unknown[]) => unknown)(...args);
  try {
    return ANSWERS[method](answer, method);
  } catch (error) {
    throw refused(error);
  }
}

function refused(error: unknown): unknown {
  return error instanceof DagfillError ? new DagfillError("STORE_FAILED", `store.${error.message}`) : error;
}

function listOf<T>(reader: Reader<T>, expected: string): Reader<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw wrong(path, `an array of ${expected}`, value);
    return value.map((one, index) => reader(one, `${path}: [${index}]`));
  };
}

const orNull =
  <T>(reader: Reader<T>): Reader<T | null> =>
  (value, path) =>
    value === null ? null : reader(value, path);

const finite: Reader<number> = (value, path) => {
  if (!Number.isFinite(value)) throw wrong(path, "a number", value);
  return value as number;
};

function column<T>(kind: { new (length: number): T; readonly name: string }): Reader<T> {
  return (value, path) => {
    // By name: a column may come from another realm, such as a frame's.
    if (Object.prototype.toString.call(value) === `[object ${kind.name}]`) return value as T;
    throw wrong(path, `a ${kind.name}`, value);
  };
}

const columns = shape(
  {
    executionMs: column(Float64Array),
    state: column(Uint8Array),
    startMs: column(Float64Array),
    endMs: column(Float64Array),
    attempt: column(Uint32Array),
    runIds: callback<RunHistory["runIds"]>(),
  } satisfies Partial<Spec<RunHistory>>,
  "a history in columns",
);

const history: Reader<RunHistory> = (value, path) => {
  const read = columns(value, path);
  for (const { length } of [read.state, read.startMs, read.endMs, read.attempt]) {
    if (length === read.executionMs.length) continue;
    throw new DagfillError(
      "STORE_FAILED",
      `${path}: expected columns of ${read.executionMs.length} runs, got one of ${shown(length)}`,
    );
  }
  return read;
};

const xcom: Reader<Answer<"getXcom">> = (value, path) => {
  for (const [taskId, values] of Object.entries(object(value, path))) object(values, `${path}: ${taskId}`);
  return value as Answer<"getXcom">;
};

const OPTIONAL: ReadonlySet<Method> = new Set(["listHistory", "listRequests", "countRuns"] as const);

/** The reader of each method's answer. */
const ANSWERS = {
  listRuns: listOf(shape(RUN), "run records"),
  listTaskInstances: listOf(shape(TASK), "task instances"),
  getXcom: xcom,
  loadBackfill: (value, path) => orNull(shape({}, "a stored backfill, or null"))(value ?? null, path),
  listBackfills: listOf(shape({ id: text, snapshot: object }), "{ id, snapshot }"),
  acquireLease: orNull(
    shape(
      {
        epoch: finite,
        renew: callback<Lease["renew"]>(),
        release: callback<Lease["release"]>(),
      } satisfies Spec<Lease>,
      "a lease, or null",
    ),
  ),
  readLease: orNull(
    shape({ owner: text, epoch: finite, expiresAt: finite }, "{ owner, epoch, expiresAt }, or null"),
  ),
  listHistory: history,
  listRequests: listOf(shape({ seq: finite, request: REQUEST }), "{ seq, request }"),
  countRuns: shape(
    Object.fromEntries(RUN_STATES.map((state) => [state, finite])),
    "how many runs are in each state",
  ) as Reader<Record<RunState, number>>,
} satisfies { [M in Method]: Reader<unknown> };
