// What somebody left behind: runs of an owner that is gone, and runs that ignore their abortion.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { day, days, gate, service, settle } from "./scene.mjs";

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

/** Else its date would look failed, and the advice (reprocess "failed") would end in BACKFILL_EXISTS. */
test("a date in flight of an interrupted backfill is in_flight, and whoever asks for it is led to the resume", async () => {
  const store = new MemoryStore();
  const work = gate();
  const first = await service({ store, executeRun: work.executeRun }).start(days(2, { backfillId: "b" }));
  await work.until(1);
  work.end(1);
  await work.until(2);
  const { apply } = store;
  store.apply = async () => {
    throw new Error("the process has died");
  };
  work.end(2);
  await assert.rejects(first.result, { code: "STORE_FAILED" });
  store.apply = apply;

  const host = service({ store });
  const second = days(2, { startDate: day(2) });
  for (const options of [second, { ...second, rerunFailed: true }, { ...second, reprocess: "completed" }]) {
    const preview = await host.preview(options);
    const [{ action, reason, existingState }] = preview.runs;
    assert.deepEqual([action, reason, existingState], ["skip", "in_flight", "running"]);
    const [warning, ...others] = preview.warnings;
    assert.equal(warning.code, "interrupted_backfill");
    assert.match(
      warning.message,
      /backfill b was interrupted and has 1 of these dates: .* until it is resumed/,
    );
    assert.deepEqual(
      others.map(({ code }) => code).filter((code) => code === "unfinished_left_alone"),
      [],
    );
    await assert.rejects(host.start(options), { code: "BACKFILL_EXISTS", hint: /resume\("b"\)/ });
  }
  await assert.rejects(host.trigger({ dagId: "etl", executionDate: day(2) }), {
    code: "RUN_EXISTS",
    hint: /resume\("b"\)/,
  });
  // A plan without the date is none of that backfill's business.
  assert.equal((await host.backfill(days(3, { startDate: day(3) }))).state, "success");
  await host.discard("b");
  const [run] = (await host.preview(second)).runs;
  assert.deepEqual([run.action, run.existingState], ["rerun", "canceled"]);
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
