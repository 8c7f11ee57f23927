// A store that never answers: the process lives, listeners are told, and whoever aborts need not wait for it.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MemoryStore } from "dagfill";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

/** A store whose member does not answer from its `from`-th call on, until `answer` is called. */
function silentStore(member, from = 1) {
  const store = new MemoryStore();
  const original = store[member];
  let calls = 0;
  const waiting = [];
  store[member] = async (...args) => {
    calls += 1;
    if (calls >= from) await new Promise((resolve) => waiting.push(resolve));
    return original.apply(store, args);
  };
  const answer = () => {
    store[member] = original;
    for (const resolve of waiting.splice(0)) resolve();
  };
  return Object.assign(store, { waiting, answer });
}

/** Lets the mocked time of every timer pass, and what follows from it. */
async function pass(t, seconds) {
  for (let second = 0; second < seconds; second += 5) {
    t.mock.timers.tick(5_000);
    await settle(2);
  }
}

const silence = { code: "STORE_FAILED", message: /has not answered for 10 seconds/ };

test("a start whose store is silent waits for it, and an aborted signal ends that", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  for (const member of ["acquireLease", "loadBackfill", "listRuns", "listBackfills", "apply"]) {
    const store = silentStore(member);
    // A history is read as columns where the store can tell it so.
    if (member === "listRuns") store.listHistory = undefined;
    const controller = new AbortController();
    const started = [];
    const backfill = service({ store, executeRun: (run) => void started.push(run.executionDate) }).start(
      days(3),
      {
        signal: controller.signal,
      },
    );
    let outcome = "waits";
    backfill.then(
      () => (outcome = "starts"),
      (error) => (outcome = error),
    );
    await pass(t, 600);
    assert.equal(outcome, "waits", member);
    controller.abort();
    await pass(t, 25);
    await assert.rejects(backfill, silence, member);
    // What comes late starts nothing, and keeps nothing.
    store.answer();
    await pass(t, 25);
    assert.deepEqual([started, await store.readLease("dag:etl")], [[], null], member);
  }
});

test("a slow store is no broken one", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const store = silentStore("apply", 2);
  const heard = listen();
  const work = gate();
  const backfill = await service({ store, executeRun: work.executeRun }).start(days(2), heard.hooks);
  await work.until(1);
  work.end(1);
  await settle();
  assert.equal(store.waiting.length, 1);
  // Asked just now is not silent, whatever the clock strikes.
  await pass(t, 10);
  assert.equal(heard.of("warning").length, 0);
  await pass(t, 3_600);
  // Told once.
  assert.deepEqual(
    heard.of("warning").map(({ warning }) => warning.code),
    ["store_silent"],
  );
  store.answer();
  await work.until(2);
  work.end(2);
  assert.equal((await backfill.result).completed, 2);
  // Afterwards nothing of it keeps Node alive or rings.
  await pass(t, 60);
  assert.equal(heard.events.at(-1).type, "finished");
});

test("a store that falls silent in the middle: cancel waits for it, an abort ends the wait, a late answer changes nothing", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  for (const abort of ["cancel", "signal"]) {
    const store = silentStore("apply", 3);
    const controller = new AbortController();
    const heard = listen({ signal: controller.signal });
    const work = gate();
    const backfill = await service({ store, executeRun: work.executeRun }).start(
      days(5, { maxParallelRuns: 2, backfillId: "b" }),
      heard.hooks,
    );
    await work.until(2);
    work.end(1);
    await work.until(3);
    work.end(2);
    await settle();
    assert.equal(store.waiting.length, 1);
    let outcome = "waits";
    backfill.cancel().then(
      () => (outcome = "ends"),
      (error) => (outcome = error.code),
    );
    await pass(t, 100);
    assert.equal(outcome, "waits");
    if (abort === "cancel") backfill.cancel({ running: "abort" }).catch(() => {});
    else controller.abort();
    await settle();
    assert.equal(work.context(3).signal.aborted, true);
    await pass(t, 25);
    await assert.rejects(backfill.result, silence);
    const told = heard.events.length;
    store.answer();
    work.end(3);
    await settle();
    assert.equal(heard.events.length, told);
    assert.deepEqual(work.started, [1, 2, 3].map(day));
    // What was with the store came through, and so did the wish to cancel: whoever resumes brings it to that end.
    const kept = await store.listRuns({ dagId: "etl", states: ["success"] });
    assert.deepEqual(
      kept.map((run) => run.executionDate),
      [1, 2].map(day),
    );
    const again = gate();
    const result = await (await service({ store, executeRun: again.executeRun }).resume("b")).result;
    assert.deepEqual([result.state, result.completed, result.canceled], ["canceled", 2, 3]);
    assert.deepEqual(again.started, []);
  }
});

test("a lease that is not given back: its result does not wait longer than it would take to expire", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const store = new MemoryStore();
  const { acquireLease } = store;
  store.acquireLease = async (...args) => ({
    ...(await acquireLease.apply(store, args)),
    release: () => new Promise(() => {}),
  });
  let result;
  service({ store })
    .backfill(days(2))
    .then((told) => (result = told));
  await settle();
  assert.equal(result, undefined);
  await pass(t, 25);
  assert.equal(result.completed, 2);
});

test("a run by hand: its signal ends the wait too", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  for (const [member, from] of [
    ["acquireLease", 1],
    ["apply", 1],
    ["apply", 2],
  ]) {
    const store = silentStore(member, from);
    const controller = new AbortController();
    const run = service({ store }).trigger({
      dagId: "etl",
      executionDate: day(1),
      signal: controller.signal,
    });
    run.catch(() => {});
    await pass(t, 60);
    controller.abort();
    await pass(t, 50);
    await assert.rejects(run, silence, `${member} ${from}`);
    store.answer();
    await settle();
  }
});

test("Node does not end while a store is silent", async () => {
  for (const member of ["acquireLease", "listRuns", "apply"]) {
    const child = fork(new URL("crash_worker.mjs", import.meta.url), [member, "silent-store"]);
    const ended = once(child, "exit");
    await once(child, "message");
    child.disconnect();
    // How long we wait decides nothing but our patience.
    assert.equal(await Promise.race([ended, sleep(300, "alive")]), "alive", member);
    child.kill("SIGKILL");
    await ended;
  }
});
