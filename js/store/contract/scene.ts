// Shared parts of the contract's suites: the runs and changes that they write, and how a store is opened, asked and closed.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { Calls } from "../../contract/calls.js";
import { difference, errorText, printed } from "../../contract/printed.js";
import { tracedStore } from "./traced.js";

export const DAG = "sales";
export const day = (n) => new Date(Date.UTC(2024, 0, n)).toISOString().replace(".000Z", "Z");
export const ms = (n) => Date.UTC(2024, 0, n);
export const idOf = (n) => `backfill__${day(n).replace("Z", "+00:00")}`;

/** A run of January n-th. */
export function aRun(n, more = {}) {
  return {
    runId: idOf(n),
    dagId: DAG,
    executionDate: day(n),
    dataInterval: { start: day(n), end: day(n + 1) },
    runType: "backfill",
    state: "queued",
    conf: {},
    attempt: 1,
    ...more,
  };
}
export const create = (n, more) => ({ type: "create-run", run: aRun(n, more) });
export const update = (n, change, more = {}) => ({
  type: "update-run",
  dagId: DAG,
  runId: idOf(n),
  change,
  ...more,
});
export const task = (n, taskId, more = {}) => ({
  type: "save-task-instance",
  instance: { dagId: DAG, runId: idOf(n), taskId, state: "success", attempt: 1, ...more },
});
export const xcom = (n, taskId, key, value) => ({
  type: "set-xcom",
  dagId: DAG,
  runId: idOf(n),
  taskId,
  key,
  value,
});
export const backfill = (id, more = {}) => ({
  type: "save-backfill",
  id,
  dagId: DAG,
  finished: false,
  snapshot: { id },
  ...more,
});

/** The argument of each suite. */
export function suiteOf(name, open, { test, assert: given }) {
  const it = (what, body) =>
    test(`${name}: ${what}`, async () => {
      const clock = { now: Date.UTC(2024, 5, 1) };
      const opened = await open(clock);
      const calls = new Calls(given);
      const { twin } = opened;
      const suite = toolsOf(calls);
      try {
        await body(tracedStore(opened.store, calls), {
          ...suite,
          clock,
          twin: twin && (async () => tracedStore(await twin(), calls, "(second store)")),
        });
      } catch (error) {
        throw calls.explained(error);
      } finally {
        await opened.store.close();
        await opened.done?.();
      }
    });
  return { it };
}

/** The checks and helpers of a test, for its store. */
function toolsOf(calls) {
  const assert = calls.checks;

  /** The error of a call that has to be refused with `code`; `index`: the place of the change that it has to name. */
  async function refused(promise, code, index) {
    const { text, args } = calls.of(promise);
    const [changes] = args;
    const named = index === undefined ? "" : ` whose details.index is ${index}`;
    const which = index > 0 && changes.length > 3 ? ` (changes[${index}] is ${printed(changes[index])})` : "";
    const wanted = `${text}: expected it to reject with a DagfillError of code ${code}${named}${which}, got`;
    const error = await promise.then(
      (value) => calls.fail(`${wanted} fulfilled with ${printed(value)}`),
      (thrown) => thrown,
    );
    const isRight =
      error?.name === "DagfillError" &&
      error.code === code &&
      (index === undefined || error.details?.index === index);
    if (!isRight) {
      const without =
        error?.name === "DagfillError" && error.details === undefined ? " (without details)" : "";
      calls.fail(`${wanted} ${errorText(error)}${without}`);
    }
    return error;
  }

  /** The lease that a call has to give. */
  async function taken(promise, why = "nobody else holds it") {
    const { text } = calls.of(promise);
    const lease = await promise;
    return lease ?? calls.fail(`${text}: expected a lease, since ${why}; got ${lease}`);
  }

  async function everything(store) {
    const runs = await store.listRuns({ dagId: DAG });
    const [tasks, xcom] = [{}, {}];
    for (const { runId } of runs) {
      tasks[runId] = await store.listTaskInstances(DAG, runId);
      xcom[runId] = await store.getXcom(DAG, runId);
    }
    return JSON.stringify({ runs, tasks, xcom, backfills: await store.listBackfills() });
  }
  /** A batch that was refused has left nothing: the store reads as `before`. */
  async function unchanged(store, before) {
    const now = await everything(store);
    if (now === before) return;
    const where = difference(JSON.parse(now), JSON.parse(before));
    calls.fail(`store.apply() of a batch that was refused has changed the store: ${where}`);
  }
  const dates = async (store, query) =>
    (await store.listRuns({ dagId: DAG, ...query })).map((run) => Number(run.executionDate.slice(8, 10)));

  return { assert, refused, taken, everything, unchanged, dates };
}
