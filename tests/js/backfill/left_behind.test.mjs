// What somebody left behind: runs of an owner that is gone, and runs that ignore their abortion.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { day, days, service, settle } from "./scene.mjs";

/** Under the lease of its DAG only this backfill drives, so that a run of that owner was left behind. Else the preview would promise
 *  to run it again, and the start would skip it as in flight, for ever. */
test("a run that an earlier backfill of the DAG left running counts as failed, also under its own lease", async () => {
  const store = new MemoryStore();
  const left = {
    runId: "backfill__2024-01-02T00:00:00+00:00",
    dagId: "etl",
    executionDate: day(2),
    dataInterval: { start: day(2), end: day(3) },
    runType: "backfill",
    state: "running",
    conf: {},
    backfillId: "gone",
    owner: "dag:etl",
    attempt: 3,
    startedAt: day(9),
  };
  await store.apply([{ type: "create-run", run: left }]);
  const attempts = [];
  const backfills = service({ store, executeRun: ({ attempt }) => void attempts.push(attempt) });
  const options = days(3, { rerunFailed: true });
  const preview = await backfills.preview(options);
  assert.deepEqual(preview.counts, { ...preview.counts, rerun: 1 });
  const result = await backfills.backfill({ ...options, planHash: preview.planHash });
  assert.equal(result.completed, 1);
  assert.deepEqual(attempts, [4]);
});

/** Else a run by hand that hangs can never be given up: its caller waits as long as the callback likes. */
test("a run by hand that ignores its abortion is given up after 30 seconds", async (t) => {
  const controller = new AbortController();
  let started;
  const isRunning = new Promise((resolve) => {
    started = resolve;
  });
  const executeRun = () => {
    started();
    return new Promise(() => {});
  };
  let clock = Date.UTC(2025, 0, 1);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const store = new MemoryStore();
  const run = service({ store, executeRun, now: () => clock }).trigger({
    dagId: "etl",
    executionDate: day(1),
    signal: controller.signal,
  });
  let outcome = "waits";
  run.then(({ state }) => (outcome = state));
  await isRunning;
  controller.abort();
  await settle();
  const pass = async (ms) => {
    clock += ms;
    t.mock.timers.tick(ms);
    await settle();
  };
  await pass(29_999);
  assert.equal(outcome, "waits");
  await pass(1);
  assert.equal(outcome, "failed");
  assert.equal((await store.listRuns({ dagId: "etl" }))[0].state, "failed");
});
