// Canary, breaker and start windows, driven by the service; what survives a crash; what others approve.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore, planBackfill } from "dagfill";
import { storeOfADeadProcess } from "../store/faulty.mjs";
import { broken, daily, day, days, gate, listen, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

const canary = (approve = "manual", dates = 2) => ({ backfillId: "b", canary: { dates, approve } });

/** A service whose runs are counted, and those in `fails` fail. */
function counting(more = {}) {
  const started = [];
  const executeRun = ({ executionDate }) => {
    started.push(executionDate);
    if (more.fails?.(started.length)) throw new Error("no");
  };
  return { started, service: service({ store: more.store ?? new MemoryStore(), executeRun }) };
}

test("a canary waits for approval, which another process may give", async () => {
  const store = new MemoryStore();
  const { started, service: driver } = counting({ store });
  const heard = listen();
  const backfill = await driver.start(days(6, { ...canary(), maxParallelRuns: 4 }), heard.hooks);
  await settle();
  assert.deepEqual(started, [day(1), day(2)]);
  const [{ results }] = heard.of("awaiting-approval");
  assert.deepEqual(
    results.map(({ executionDate, state }) => [executionDate, state]),
    [1, 2].map((number) => [day(number), "success"]),
  );
  const other = service({ store });
  assert.equal((await other.list())[0].state, "awaiting_approval");
  await other.approve("b");
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, started.length], ["success", 6, 6]);
  const life = heard.types().filter((type) => !type.startsWith("run-"));
  assert.deepEqual(life, ["started", "awaiting-approval", "resumed", "finished"]);
  await assert.rejects(driver.approve("b"), { code: "UNKNOWN_BACKFILL" });
});

test("a rejected canary cancels, and only who waits can be answered", async () => {
  const work = gate();
  const driver = service({ executeRun: work.executeRun });
  const backfill = await driver.start(days(4, canary()));
  await work.until(1);
  await assert.rejects(driver.approve("b"), { code: "INVALID_OPTION", message: /approval: not yet/ });
  await assert.rejects(driver.approve("b", "yes"), { code: "INVALID_OPTION", field: "verdict" });
  work.end(1);
  await work.until(2);
  work.end(2);
  await settle();
  await driver.approve("b", false);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 2, 2]);
});

test("a function answers for the canary; one that throws, or answers no boolean, leaves it to approve", async () => {
  const seen = [];
  const decide = (results) => {
    seen.push(results.map(({ state }) => state));
    return results.every(({ state }) => state === "success");
  };
  const good = counting();
  assert.equal((await good.service.backfill(days(4, canary(decide)))).state, "success");
  const bad = counting({ fails: (run) => run === 2 });
  const result = await bad.service.backfill(
    days(
      4,
      canary(async (results) => decide(results)),
    ),
  );
  assert.deepEqual([result.state, result.canceled, bad.started.length], ["canceled", 2, 2]);
  assert.deepEqual(seen, [
    ["success", "success"],
    ["success", "failed"],
  ]);
  for (const [approve, why] of [
    [() => undefined, /answered undefined/],
    [() => Promise.reject(new Error("lost")), /threw Error: lost/],
  ]) {
    const heard = listen();
    const { service: driver } = counting();
    const backfill = await driver.start(days(4, canary(approve)), heard.hooks);
    await settle();
    const [{ warning }] = heard.of("warning");
    assert.equal(warning.code, "approval_failed");
    assert.match(warning.message, why);
    await driver.approve("b");
    assert.equal((await backfill.result).completed, 4);
  }
});

test("waiting for approval survives the process, and so does the approval", async () => {
  const store = new MemoryStore();
  const mortal = storeOfADeadProcess(store);
  const dead = counting({ store: mortal.store });
  await dead.service.start(
    days(
      6,
      canary(() => new Promise(() => {})),
    ),
  );
  await settle();
  await mortal.die();

  const again = storeOfADeadProcess(store);
  const second = counting({ store: again.store });
  const heard = listen();
  await second.service.resume("b", heard.hooks);
  await settle();
  assert.deepEqual([heard.types(), second.started], [["started", "awaiting-approval"], []]);
  assert.equal(heard.of("awaiting-approval")[0].results.length, 2);
  await again.die();
  // Approved while nobody drives it; whoever says the other thing then is told so.
  const last = counting({ store });
  await last.service.approve("b");
  await last.service.approve("b");
  await assert.rejects(last.service.approve("b", false), {
    code: "INVALID_OPTION",
    message: /approval: approve was asked before/,
  });
  const result = await (await last.service.resume("b")).result;
  assert.deepEqual([result.state, last.started], ["success", [3, 4, 5, 6].map(day)]);
});

test("a canary of everything asks nobody", async () => {
  const { service: driver } = counting();
  const result = await driver.backfill(
    days(
      3,
      canary(() => assert.fail("nothing is left to approve"), 3),
    ),
  );
  assert.equal(result.state, "success");
});

test("a breaker stops a backfill whose runs fail, says why, and stays so after a crash", async () => {
  const store = new MemoryStore();
  const heard = listen();
  const { started, service: driver } = counting({ store, fails: (run) => run > 2 });
  const breaker = { failures: 3, window: 5, action: "stop" };
  const result = await driver.backfill(days(20, { backfillId: "b", breaker }), heard.hooks);
  assert.deepEqual([result.state, result.failed, result.canceled, started.length], ["failed", 3, 15, 5]);
  const [{ warning }] = heard.of("warning");
  assert.deepEqual(warning, {
    code: "breaker_tripped",
    message: "3 failures among the latest 5 runs: no further runs start",
  });
});

test("a breaker pauses until somebody has looked, and counts afresh then, also in another process", async () => {
  const store = new MemoryStore();
  const mortal = storeOfADeadProcess(store);
  const dead = counting({ store: mortal.store, fails: () => true });
  const heard = listen();
  const breaker = { ratio: 0.5, window: 2, action: "pause" };
  await dead.service.start(days(9, { backfillId: "b", breaker }), heard.hooks);
  await settle();
  assert.deepEqual([dead.started.length, heard.of("paused").length], [2, 1]);
  await mortal.die();
  let now = Date.UTC(2025, 5, 1, 13);
  const started = [];
  const executeRun = ({ executionDate }) => {
    now += 1;
    started.push(executionDate);
    if (started.length === 1) throw new Error("the first one again");
  };
  const next = new BackfillService({ dags: [daily], store, executeRun, now: () => now });
  const backfill = await next.resume("b");
  await settle();
  assert.deepEqual(started, []);
  await next.unpause("b");
  // One failure and one success are half, so that it pauses again; the failures of before are forgotten.
  await settle();
  assert.equal(started.length, 2);
  await next.unpause("b");
  const result = await backfill.result;
  assert.deepEqual([result.failed, result.completed], [3, 6]);
});

test("a breaker aborts what runs", async () => {
  const work = gate();
  const driver = service({ executeRun: work.executeRun });
  const breaker = { failures: 1, action: "abort" };
  const backfill = await driver.start(days(5, { breaker, maxParallelRuns: 2 }));
  await work.until(2);
  work.fail(1);
  await settle();
  assert.equal(work.context(2).signal.aborted, true);
  work.fail(2);
  const result = await backfill.result;
  assert.deepEqual([result.failed, result.canceled, work.started.length], [1, 4, 2]);
});

test("runs start only inside their windows, by the clock of the schedule's zone", async () => {
  const begun = Date.now();
  const now = () => Date.parse("2025-06-01T19:59:59.700Z") + Date.now() - begun;
  const started = [];
  const dag = { ...daily, timeZone: "Europe/Berlin" };
  const executeRun = () => void started.push(new Date(now()).toISOString());
  const driver = service({ dag, executeRun, now });
  const startWindows = [{ cron: "0 22 * * *", duration: "PT8H" }];
  const result = await driver.backfill(days(3, { startWindows }));
  assert.equal(result.state, "success");
  assert.equal(started.length, 3);
  // 22:00 in Berlin.
  for (const at of started) assert.ok(at >= "2025-06-01T20:00:00", at);
});

test("estimates know the windows", () => {
  const night = { cron: "0 22 * * *", duration: "PT1H" };
  const options = { ...days(9), startWindows: [night] };
  const preview = planBackfill(daily, options, [], "2025-06-01T12:00:00Z");
  // Two runs of half an hour a night.
  assert.deepEqual(preview.estimate({ runDuration: "PT30M" }), {
    makespan: ((22 - 12) * 60 + 4 * 24 * 60 + 30) * 60_000,
    finishAt: "2025-06-05T22:30:00Z",
    peak: 1,
  });
});

test("wrong valves are refused with what was expected", async () => {
  const driver = service();
  for (const [options, field] of [
    [{ canary: { dates: 0, approve: "manual" } }, "canary.dates"],
    [{ canary: { dates: 1 } }, "canary"],
    [{ canary: { dates: 1, approve: "auto" } }, "canary.approve"],
    [{ breaker: { action: "pause" } }, "breaker"],
    [{ breaker: { failures: 2 } }, "breaker"],
    [{ breaker: { failures: 2, action: "halt" } }, "breaker.action"],
    [{ breaker: { ratio: 0, action: "stop" } }, "breaker.ratio"],
    [{ breaker: { ratio: 1.5, action: "stop" } }, "breaker.ratio"],
    [{ breaker: { failures: 30, window: 20, action: "stop" } }, "breaker.failures"],
    [{ startWindows: [] }, "startWindows"],
    [{ startWindows: [{ cron: "0 22 * * *" }] }, "startWindows[0]"],
    [{ startWindows: [{ cron: "0 0 30 2 *", duration: "PT1H" }] }, "startWindows[0].cron"],
    [{ startWindows: [{ cron: "0 22 * * *", duration: 0 }] }, "startWindows[0].duration"],
  ]) {
    await assert.rejects(driver.preview(days(2, options)), { code: "INVALID_OPTION", field });
  }
  const typo = { startWindows: [{ cron: "0 25 * * *", duration: "PT1H" }] };
  await assert.rejects(driver.preview(days(2, typo)), { code: "INVALID_CRON" });
});
