// A store of the host's, held to its word: an answer of another shape is STORE_FAILED, which says what was asked, what was expected
// and what came, instead of an error from the middle of whoever used it.
import { RUN_STATES, RUN_TYPES, TASK_STATES } from "../codes.js";
import { DagfillError } from "../error.js";
import { shown } from "../shown.js";
import { instantMs, instantText } from "./instant.js";
import type { Lease, RunHistory, RunRecord, RunState, RunStore, TaskInstance } from "./store.js";
import { REQUESTS } from "./store.js";

type Method = Exclude<keyof RunStore, "durable">;

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
  return {
    ...optional(store),
    get durable() {
      return store.durable;
    },
    async listRuns(query) {
      const runs = list(await ask(store, "listRuns", query), "listRuns", "run records");
      for (const [index, run] of runs.entries()) each(run, `listRuns: [${index}]`, RUN);
      return (runs as RunRecord[]).map(normalised);
    },
    async listTaskInstances(dagId, runId) {
      const tasks = list(
        await ask(store, "listTaskInstances", dagId, runId),
        "listTaskInstances",
        "task instances",
      );
      for (const [index, task] of tasks.entries()) each(task, `listTaskInstances: [${index}]`, TASK);
      return tasks as TaskInstance[];
    },
    async getXcom(dagId, runId) {
      const xcom = await ask(store, "getXcom", dagId, runId);
      if (!isObject(xcom)) throw garbage("getXcom", "an object by task id", xcom);
      for (const [taskId, values] of Object.entries(xcom as object)) {
        if (!isObject(values)) throw garbage(`getXcom: ${taskId}`, "an object by key", values);
      }
      return xcom as Awaited<ReturnType<RunStore["getXcom"]>>;
    },
    async loadBackfill(id) {
      const snapshot = await ask(store, "loadBackfill", id);
      if (snapshot === undefined || snapshot === null) return null;
      if (!isObject(snapshot)) throw garbage("loadBackfill", "a stored backfill, or null", snapshot);
      return snapshot as Awaited<ReturnType<RunStore["loadBackfill"]>>;
    },
    async listBackfills(query) {
      const all = list(await ask(store, "listBackfills", query), "listBackfills", "{ id, snapshot }");
      for (const [index, one] of all.entries()) {
        each(one, `listBackfills: [${index}]`, { id: TEXT, snapshot: OBJECT });
      }
      return all as Awaited<ReturnType<RunStore["listBackfills"]>>;
    },
    apply: (changes, fence) => store.apply(changes, fence),
    async acquireLease(name, owner, ttlMs) {
      const lease = await ask(store, "acquireLease", name, owner, ttlMs);
      if (lease !== null) each(lease, "acquireLease", LEASE, "a lease, or null");
      return lease as Lease | null;
    },
    async readLease(name) {
      const held = await ask(store, "readLease", name);
      if (held !== null) each(held, "readLease", HOLDER, "{ owner, epoch, expiresAt }, or null");
      return held as Awaited<ReturnType<RunStore["readLease"]>>;
    },
    close: () => store.close(),
  };
}

/** The methods that a store need not have. */
function optional(store: RunStore): Pick<RunStore, "listHistory" | "listRequests" | "countRuns"> {
  return {
    ...(typeof store.listHistory === "function" && {
      async listHistory(query) {
        const history = await ask(store, "listHistory", query);
        each(history, "listHistory", HISTORY, "a history in columns");
        const { executionMs, state, startMs, endMs, attempt } = history as RunHistory;
        for (const column of [state, startMs, endMs, attempt]) {
          if (column.length === executionMs.length) continue;
          throw garbage("listHistory", `columns of ${executionMs.length} runs`, `one of ${column.length}`);
        }
        return history as RunHistory;
      },
    }),
    ...(typeof store.listRequests === "function" && {
      async listRequests(id) {
        const requests = list(await ask(store, "listRequests", id), "listRequests", "{ seq, request }");
        for (const [index, one] of requests.entries()) each(one, `listRequests: [${index}]`, REQUEST);
        return requests as Awaited<ReturnType<NonNullable<RunStore["listRequests"]>>>;
      },
    }),
    ...(typeof store.countRuns === "function" && {
      async countRuns(query) {
        const counts = await ask(store, "countRuns", query);
        each(counts, "countRuns", COUNTS, "how many runs are in each state");
        return counts as Record<RunState, number>;
      },
    }),
  };
}

async function ask(store: RunStore, method: Method, ...args: unknown[]): Promise<unknown> {
  if (typeof store[method] !== "function") throw garbage(method, "a function", store[method]);
  return (store[method] as (...args: unknown[]) => unknown)(...args);
}

/** What a member must be: its words, and whether a value is one. */
type Expected = readonly [string, (value: unknown) => boolean];

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const oneOf = (words: readonly unknown[]): Expected => [words.join(", "), (value) => words.includes(value)];
const absentOr = ([words, is]: Expected): Expected => [
  `${words}, or undefined`,
  (value) => value === undefined || is(value),
];

const TEXT: Expected = ["a text", (value) => typeof value === "string"];
const NUMBER: Expected = ["a number", Number.isFinite];
const ATTEMPT: Expected = [
  "an integer >= 0",
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
];
const OBJECT: Expected = ["an object", isObject];
const FUNCTION: Expected = ["a function", (value) => typeof value === "function"];
const INSTANT: Expected = [
  "an instant such as 2024-01-01T00:00:00Z",
  (value) => typeof value === "string" && instantMs(value) !== undefined,
];

const columnOf = (kind: { readonly name: string }): Expected => [
  `a ${kind.name}`,
  // By name: a column may come from another realm, such as a frame's.
  (value) => Object.prototype.toString.call(value) === `[object ${kind.name}]`,
];

type Shape = Record<string, Expected>;

const RUN: Shape = {
  runId: TEXT,
  dagId: TEXT,
  executionDate: INSTANT,
  runType: oneOf(RUN_TYPES),
  state: oneOf(RUN_STATES),
  conf: OBJECT,
  attempt: ATTEMPT,
  backfillId: absentOr(TEXT),
  key: absentOr(TEXT),
  chunk: absentOr(TEXT),
  failures: absentOr(ATTEMPT),
  owner: absentOr(TEXT),
  startedAt: absentOr(INSTANT),
  finishedAt: absentOr(INSTANT),
};
const TASK: Shape = {
  taskId: TEXT,
  state: oneOf(TASK_STATES),
  attempt: ATTEMPT,
  startedAt: absentOr(INSTANT),
};
const HISTORY: Shape = {
  executionMs: columnOf(Float64Array),
  state: columnOf(Uint8Array),
  startMs: columnOf(Float64Array),
  endMs: columnOf(Float64Array),
  attempt: columnOf(Uint32Array),
  runIds: FUNCTION,
};
const REQUEST: Shape = { seq: NUMBER, request: oneOf(REQUESTS) };
const COUNTS: Shape = Object.fromEntries(RUN_STATES.map((state) => [state, NUMBER]));
const LEASE: Shape = { epoch: NUMBER, renew: FUNCTION, release: FUNCTION };
const HOLDER: Shape = { owner: TEXT, epoch: NUMBER, expiresAt: NUMBER };

function list(value: unknown, place: string, of: string): unknown[] {
  if (!Array.isArray(value)) throw garbage(place, `an array of ${of}`, value);
  return value;
}

function each(value: unknown, place: string, shape: Shape, what = "an object"): void {
  if (!isObject(value)) throw garbage(place, what, value);
  for (const member in shape) {
    const [words, is] = shape[member] as Expected;
    const got = (value as Record<string, unknown>)[member];
    if (!is(got)) throw garbage(`${place}.${member}`, words, got);
  }
}

/** The record with its instants in dagfill's own form: a store of the host's may keep them as its database writes them. */
function normalised(run: RunRecord): RunRecord {
  const executionDate = own(run.executionDate);
  const startedAt = run.startedAt && own(run.startedAt);
  const finishedAt = run.finishedAt && own(run.finishedAt);
  if (executionDate === run.executionDate && startedAt === run.startedAt && finishedAt === run.finishedAt) {
    return run;
  }
  return {
    ...run,
    executionDate,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(finishedAt === undefined ? {} : { finishedAt }),
  };
}

function own(text: string): string {
  return instantText(text, instantMs(text) ?? Number.NaN);
}

function garbage(place: string, expected: string, got: unknown): DagfillError {
  return new DagfillError("STORE_FAILED", `store.${place}: expected ${expected}, got ${shown(got)}`);
}
