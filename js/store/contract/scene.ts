// Shared parts of the contract's suites: the runs and changes that they write, and how a store is opened, asked and closed.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.

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
export function suiteOf(name, open, { test, assert }) {
  const it = (what, body) =>
    test(`${name}: ${what}`, async () => {
      const clock = { now: Date.UTC(2024, 5, 1) };
      const opened = await open(clock);
      try {
        await body(opened.store, { clock, twin: opened.twin });
      } finally {
        await opened.store.close();
        await opened.done?.();
      }
    });

  /** The error of a promise that has to be refused with `code`. */
  async function refused(promise, code, index) {
    const error = await promise.then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.ok(error !== undefined, `expected ${code}, but it was accepted`);
    assert.equal(error.name, "DagfillError", String(error?.stack ?? error));
    assert.equal(error.code, code, error.message);
    if (index !== undefined) assert.equal(error.details?.index, index, error.message);
    return error;
  }

  async function everything(store) {
    const runs = await store.listRuns({ dagId: DAG });
    const rest = await Promise.all(
      runs.map(async ({ runId }) => [
        await store.listTaskInstances(DAG, runId),
        await store.getXcom(DAG, runId),
      ]),
    );
    return JSON.stringify([runs, rest, await store.listBackfills()]);
  }
  const dates = async (store, query) =>
    (await store.listRuns({ dagId: DAG, ...query })).map((run) => Number(run.executionDate.slice(8, 10)));

  return { it, assert, refused, everything, dates };
}
