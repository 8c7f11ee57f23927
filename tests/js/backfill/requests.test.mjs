// Pause, unpause and cancel by id: from another service over the same store, while somebody drives the backfill and while nobody does.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { storeOfADeadProcess } from "../store/faulty.mjs";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

const told = (event, heard) =>
  new Promise((resolve) => {
    const look = setInterval(() => {
      if (heard.of(event).length > 0) resolve(clearInterval(look));
    }, 20);
  });

test("another service pauses, unpauses and cancels; the driver obeys within 5 s, and says so when it is stored", async () => {
  const store = new MemoryStore();
  const work = gate();
  const heard = listen();
  const [driver, other] = [service({ store, executeRun: work.executeRun }), service({ store })];
  const backfill = await driver.start(days(4, { backfillId: "b" }), heard.hooks);
  await work.until(1);
  await other.pause("b");
  await told("paused", heard);
  assert.equal((await other.list())[0].state, "paused");
  work.end(1);
  await settle();
  assert.equal(work.started.length, 1);
  await other.unpause("b");
  await told("resumed", heard);
  await work.until(2);
  await other.cancel("b", { running: "abort" });
  await told("canceling", heard);
  assert.equal(work.context(2).signal.aborted, true);
  work.fail(2);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 1, 3]);
  for (const word of ["pause", "unpause", "cancel"]) {
    await assert.rejects(other[word]("b"), { code: "UNKNOWN_BACKFILL", message: /has ended \(canceled\)/ });
    await assert.rejects(other[word]("nobody"), { code: "UNKNOWN_BACKFILL" });
  }
  await assert.rejects(other.cancel("b", { running: "kill" }), { code: "INVALID_OPTION" });
});

test("the service that drives the backfill obeys at once", async () => {
  const work = gate();
  const driver = service({ executeRun: work.executeRun });
  const backfill = await driver.start(days(3, { backfillId: "b" }));
  await work.until(1);
  await driver.pause("b");
  work.end(1);
  await settle();
  assert.equal(work.started.length, 1);
  await driver.cancel("b");
  assert.equal((await backfill.result).canceled, 2);
});

test("a paused backfill that is resumed stays paused, until it is unpaused", async () => {
  for (const asked of ["by its holder", "by a request", "while nobody drove it"]) {
    const store = new MemoryStore();
    const work = gate();
    const mortal = storeOfADeadProcess(store);
    const dead = service({ store: mortal.store, executeRun: work.executeRun });
    const lost = await dead.start(days(3, { backfillId: "b" }));
    await work.until(1);
    if (asked === "by its holder") lost.pause();
    else if (asked === "by a request") await dead.pause("b");
    await settle();
    await mortal.die();
    const heard = listen();
    const next = gate();
    const driver = service({ store, executeRun: next.executeRun });
    if (asked === "while nobody drove it") await driver.pause("b");
    const backfill = await driver.resume("b", heard.hooks);
    await settle();
    assert.deepEqual([heard.types(), next.started], [["started", "paused"], []], asked);
    assert.equal((await driver.list())[0].state, "paused");
    await driver.unpause("b");
    for (const number of [1, 2, 3]) {
      await next.until(number);
      next.end(number);
    }
    assert.equal((await backfill.result).state, "success");
  }
});

test("what was obeyed is not obeyed again by the next process", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  const dead = service({ store: mortal.store, executeRun: work.executeRun });
  const lost = await dead.start(days(3, { backfillId: "b" }));
  await work.until(1);
  await dead.pause("b");
  await settle();
  lost.resume();
  await settle();
  await mortal.die();
  const backfill = await service({ store }).resume("b");
  assert.equal((await backfill.result).completed, 3);
});

test("a process that pauses only to leave does not leave the backfill paused", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  const lost = await service({ store: mortal.store, executeRun: work.executeRun }).start(
    days(3, { backfillId: "b" }),
  );
  await work.until(1);
  lost.pause({ stored: false });
  work.end(1);
  await settle();
  assert.equal(work.started.length, 1);
  await mortal.die();
  const backfill = await service({ store }).resume("b");
  assert.equal((await backfill.result).completed, 3);
});

test("a cancel that nobody was there to obey is obeyed by who resumes: nothing is started", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  await service({ store: mortal.store, executeRun: work.executeRun }).start(days(3, { backfillId: "b" }));
  await work.until(1);
  await mortal.die();
  const started = [];
  const next = service({ store, executeRun: ({ executionDate }) => void started.push(executionDate) });
  await next.cancel("b");
  const result = await (await next.resume("b")).result;
  assert.deepEqual([result.state, result.canceled, started], ["canceled", 3, []]);
  const [first] = await store.listRuns({ dagId: "etl" });
  assert.deepEqual([first.executionDate, first.state], [day(1), "canceled"]);
});

test("resume takes other limits, and keeps them with the backfill", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  await service({ store: mortal.store, executeRun: work.executeRun }).start(days(6, { backfillId: "b" }));
  await work.until(1);
  await mortal.die();
  const next = gate();
  const driver = service({ store, executeRun: next.executeRun });
  const limits = { maxParallelRuns: 3, maxFailures: 1 };
  const backfill = await driver.resume("b", { limits });
  await next.until(3);
  const [{ options }] = await driver.list();
  assert.deepEqual([options.maxParallelRuns, options.maxFailures], [3, 1]);
  next.fail(2);
  await settle();
  for (const number of [1, 3]) next.end(number);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.failed, result.canceled], ["failed", 2, 1, 3]);
  for (const wrong of [{ conf: {} }, { maxParallelRuns: 0 }, 3]) {
    await assert.rejects(driver.resume("b", { limits: wrong }), { code: "INVALID_OPTION" });
  }
});

test("a store that cannot list requests is refused, and its backfill goes on", async () => {
  const memory = new MemoryStore();
  const work = gate();
  const store = storeOfADeadProcess(memory).store;
  store.listRequests = undefined;
  const driver = service({ store, executeRun: work.executeRun });
  const backfill = await driver.start(days(1, { backfillId: "b" }));
  await assert.rejects(driver.pause("b"), { code: "INVALID_OPTION", field: "store" });
  await work.until(1);
  work.end(1);
  assert.equal((await backfill.result).state, "success");
});
