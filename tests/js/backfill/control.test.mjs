// Pause, resume, cancel and the number of slots, from outside, from callbacks and from listeners.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { delays } from "../store/faulty.mjs";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

test("pause lets runs end and starts none, resume goes on", async () => {
  const work = gate();
  const heard = listen();
  const store = new MemoryStore();
  const backfills = service({ executeRun: work.executeRun, store });
  const backfill = await backfills.start(days(4, { maxParallelRuns: 2 }), heard.hooks);
  await work.until(2);
  backfill.pause();
  backfill.pause();
  work.end(1);
  await settle();
  assert.equal(work.started.length, 2);
  assert.equal((await backfills.list())[0].state, "paused");
  backfill.resume();
  await work.until(3);
  assert.equal((await backfills.list())[0].state, "running");
  for (const number of [2, 3]) work.end(number);
  await work.until(4);
  work.end(4);
  assert.equal((await backfill.result).state, "success");
  const life = heard.types().filter((type) => !type.startsWith("run-"));
  assert.deepEqual(life, ["started", "paused", "resumed", "finished"]);
});

test("cancel lets runs end and cancels the others", async () => {
  const work = gate();
  const heard = listen();
  const store = new MemoryStore();
  const backfill = await service({ executeRun: work.executeRun, store }).start(
    days(5, { maxParallelRuns: 2 }),
    heard.hooks,
  );
  await work.until(2);
  const canceled = backfill.cancel();
  await settle();
  assert.equal(work.context(1).signal.aborted, false);
  work.end(1);
  work.fail(2);
  const result = await canceled;
  assert.deepEqual([result.state, result.completed, result.failed, result.canceled], ["canceled", 1, 1, 3]);
  assert.equal(work.started.length, 2);
  assert.equal((await store.listRuns({ dagId: "etl" })).length, 2);
});

test("cancel may abort what runs: one that obeys is canceled, one that ends all the same has succeeded", async () => {
  const work = gate();
  const heard = listen();
  const backfill = await service({ executeRun: work.executeRun }).start(
    days(5, { maxParallelRuns: 2, retries: 3 }),
    heard.hooks,
  );
  await work.until(2);
  const canceled = backfill.cancel({ running: "abort" });
  await settle();
  const { signal, runId } = work.context(1);
  assert.equal(signal.reason.code, "ABORTED");
  assert.ok(signal.reason.message.includes(runId));
  work.fail(1, signal.reason);
  work.end(2, "done");
  const result = await canceled;
  assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 1, 4]);
  assert.deepEqual(result.results.map((run) => run.state).slice(0, 2), ["canceled", "success"]);
  assert.match(result.results[0].error.message, /was canceled/);
  assert.deepEqual(heard.of("canceling").length, 1);
});

test("cancel that aborts gives up what does not settle", async () => {
  const work = gate();
  const heard = listen();
  const backfill = await service({ executeRun: work.executeRun }).start(
    days(3, { abortGrace: 10 }),
    heard.hooks,
  );
  await work.until(1);
  const result = await backfill.cancel({ running: "abort" });
  assert.deepEqual([result.state, result.failed, result.canceled], ["canceled", 1, 2]);
  assert.equal(heard.of("warning")[0].warning.code, "run_abandoned");
  work.end(1);
});

test("finish first, abort later", async () => {
  const work = gate();
  const backfill = await service({ executeRun: work.executeRun }).start(days(3));
  await work.until(1);
  backfill.cancel();
  await settle();
  assert.equal(work.context(1).signal.aborted, false);
  backfill.cancel({ running: "abort" });
  await settle();
  assert.equal(work.context(1).signal.aborted, true);
  // And not back again.
  backfill.cancel();
  work.fail(1);
  assert.deepEqual((await backfill.result).canceled, 3);
});

test("cancel while a retry waits, and while paused", async () => {
  const heard = listen();
  const executeRun = () => {
    throw new Error("again");
  };
  const store = new MemoryStore();
  const backfill = await service({ executeRun, store }).start(
    days(2, { retries: 1, retryDelay: "PT1H" }),
    heard.hooks,
  );
  await settle();
  backfill.pause();
  await settle();
  const result = await backfill.cancel();
  assert.deepEqual([result.state, result.canceled], ["canceled", 2]);
  assert.deepEqual(
    (await store.listRuns({ dagId: "etl" })).map((run) => run.state),
    ["canceled", "canceled"],
  );
});

test("a callback that pauses or cancels at once holds back its neighbours of the same batch", async () => {
  for (const word of ["pause", "cancel"]) {
    const first = gate();
    const started = [];
    let backfill;
    const executeRun = (context) => {
      started.push(context.executionDate);
      if (started.length === 1) return first.executeRun(context);
      if (started.length === 3) backfill[word]();
    };
    const store = new MemoryStore();
    backfill = await service({ executeRun, store }).start(days(9));
    await first.until(1);
    backfill.setMaxParallelRuns(5);
    await settle();
    // Four took the new slots, two of them started.
    assert.equal((await store.listRuns({ dagId: "etl" })).length, 5);
    assert.deepEqual(started, [day(1), day(2), day(3)]);
    first.end(1);
    backfill.resume();
    const result = await backfill.result;
    assert.deepEqual(
      [result.state, result.completed, result.canceled, started.length],
      word === "pause" ? ["success", 9, 0, 9] : ["canceled", 3, 6, 3],
    );
  }
});

test("listeners may steer too", async () => {
  const started = [];
  const executeRun = ({ executionDate }) => void started.push(executionDate);
  let backfill;
  const heard = listen({
    onEvent: (event) => {
      if (event.type === "run-started" && event.run.executionDate === day(3)) backfill.cancel();
    },
  });
  const backfills = service({ executeRun, store: delays(new MemoryStore(), () => settle(1)) });
  backfill = await backfills.start(days(9), heard.hooks);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 3, 6]);
  assert.deepEqual(started, [day(1), day(2), day(3)]);
});

test("slots can be added and taken away", async () => {
  const work = gate();
  const backfill = await service({ executeRun: work.executeRun }).start(days(9));
  await work.until(1);
  backfill.setMaxParallelRuns(3);
  await work.until(3);
  backfill.setMaxParallelRuns(1);
  work.end(1);
  work.end(2);
  await settle();
  assert.equal(work.started.length, 3);
  work.end(3);
  await work.until(4);
  await settle();
  assert.equal(work.started.length, 4);
  for (const wrong of [0, -1, 1.5, Number.NaN, "2", Number.POSITIVE_INFINITY, 2 ** 40]) {
    assert.throws(() => backfill.setMaxParallelRuns(wrong), { code: "INVALID_OPTION" }, String(wrong));
  }
  assert.throws(() => backfill.cancel({ running: "kill" }), { code: "INVALID_OPTION" });
  backfill.cancel();
  work.end(4);
  await backfill.result;
  // Nothing of it means anything now, and nothing throws.
  backfill.pause();
  backfill.resume();
  backfill.setMaxParallelRuns(2);
  assert.equal((await backfill.cancel()).state, "canceled");
});

test("a callback may widen the backfill that runs it", async () => {
  let most = 0;
  let inFlight = 0;
  let backfill;
  const executeRun = async () => {
    most = Math.max(most, ++inFlight);
    await settle(2);
    backfill.setMaxParallelRuns(4);
    inFlight -= 1;
  };
  backfill = await service({ executeRun }).start(days(12));
  assert.equal((await backfill.result).state, "success");
  assert.equal(most, 4);
});

test("a signal that is aborted cancels and aborts", async () => {
  const work = gate();
  const controller = new AbortController();
  const heard = listen({ signal: controller.signal });
  const backfill = await service({ executeRun: work.executeRun }).start(days(3), heard.hooks);
  await work.until(1);
  controller.abort();
  await settle();
  assert.equal(work.context(1).signal.aborted, true);
  work.fail(1);
  assert.equal((await backfill.result).state, "canceled");
});

test("a signal that was aborted before starts nothing, and news come in their order", async () => {
  const started = [];
  const heard = listen({ signal: AbortSignal.abort() });
  const store = new MemoryStore();
  const result = await service({ executeRun: (run) => void started.push(run), store }).backfill(
    days(3),
    heard.hooks,
  );
  assert.deepEqual([result.state, result.canceled, started.length], ["canceled", 3, 0]);
  assert.deepEqual(heard.types(), ["started", "canceling", "finished"]);
  assert.deepEqual(await store.listRuns({ dagId: "etl" }), []);
});
