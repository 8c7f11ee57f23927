// Listeners and iterators: they begin at the beginning, lose no change of state, and harm nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { broken, days, gate, listen, noon, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

async function all(backfill) {
  const types = [];
  for await (const event of backfill) types.push(event.type);
  return types;
}

const oneRun = ["run-started", "run-succeeded"];

test("every event in its order", async () => {
  const heard = listen();
  const executeRun = ({ attempt }) => {
    if (attempt === 1) throw new Error("once");
  };
  await service({ executeRun }).backfill(days(1, { retries: 1 }), heard.hooks);
  assert.deepEqual(heard.types(), [
    "started",
    "run-started",
    "run-retrying",
    "run-started",
    "run-succeeded",
    "finished",
  ]);
  const states = heard.events.flatMap((event) => (event.run ? [[event.run.state, event.run.attempts]] : []));
  assert.deepEqual(states, [
    ["running", 1],
    ["queued", 1],
    ["running", 2],
    ["success", 2],
  ]);
  const progress = heard.events.map((event) => [event.progress.running, event.progress.completed]);
  assert.deepEqual(progress, [
    [0, 0],
    [1, 0],
    [0, 0],
    [1, 0],
    [0, 1],
    [0, 1],
  ]);
});

test("whoever iterates at once has every event from the first on, however slow", async () => {
  const heard = listen();
  const backfill = await service().start(days(3, { maxParallelRuns: 2 }), heard.hooks);
  const types = [];
  for await (const event of backfill) {
    types.push(event.type);
    await settle(3);
  }
  assert.deepEqual(types, heard.types());
  assert.equal(types.length, 8);
});

test("an empty backfill is told from beginning to end", async () => {
  const backfill = await service().start(days(1, { endDate: "2023-12-31" }));
  assert.deepEqual(await all(backfill), ["started", "finished"]);
});

test("who comes late has the beginning, and what is still to come", async () => {
  const work = gate();
  const backfill = await service({ executeRun: work.executeRun }).start(days(3));
  await work.until(1);
  work.end(1);
  await work.until(2);
  await settle();
  const late = backfill[Symbol.asyncIterator]();
  const first = await late.next();
  assert.equal(first.value.type, "started");
  assert.deepEqual(first.value.progress, backfill.progress);
  assert.equal(first.value.progress.completed, 1);
  work.end(2);
  assert.equal((await late.next()).value.type, "run-succeeded");
  await work.until(3);
  work.end(3);
  await backfill.result;
  await settle();
  // Two readers at once, one of them when all is over.
  assert.deepEqual(await all(backfill), ["started", "finished"]);
  assert.deepEqual(await all({ [Symbol.asyncIterator]: () => late }), [...oneRun, "finished"]);
});

test("who leaves early is told nothing more, and stops nobody", async () => {
  const backfill = await service().start(days(5));
  for await (const event of backfill) if (event.type === "run-succeeded") break;
  const reader = backfill[Symbol.asyncIterator]();
  await reader.next();
  const waiting = [reader.next(), reader.next()];
  await settle();
  await reader.return();
  assert.deepEqual(await reader.next(), { value: undefined, done: true });
  for (const one of waiting) assert.ok(await one);
  assert.equal((await backfill.result).completed, 5);
});

test("iteration ends when the store fails, and the result says why", async () => {
  class Dying extends MemoryStore {
    async apply(changes, fence) {
      if (changes.some((change) => change.type === "update-run")) throw new Error("disk full");
      return super.apply(changes, fence);
    }
  }
  const backfill = await service({ store: new Dying() }).start(days(3));
  assert.deepEqual(await all(backfill), ["started", "run-started"]);
  await assert.rejects(backfill.result, { code: "STORE_FAILED", message: /disk full/ });
});

test("a listener that throws harms nothing and is reported once", async () => {
  const throws = [
    () => {
      throw new Error("listener");
    },
    async () => {
      throw new Error("listener");
    },
    // biome-ignore lint/suspicious/noThenProperty: it is what is tried.
    () => ({ then: (_, reject) => reject(new Error("listener")) }),
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tried.
      get then() {
        throw new Error("listener");
      },
    }),
    () => {
      throw null;
    },
  ];
  for (const onEvent of throws) {
    const backfill = await service().start(days(3), { onEvent, onProgress: onEvent });
    const types = await all(backfill);
    assert.equal(types.filter((type) => type === "warning").length, 1);
    assert.equal(types.length, 9);
    assert.equal((await backfill.result).state, "success");
  }
});

test("onProgress is told the counts at every change", async () => {
  const told = [];
  await service().backfill(days(2), { onProgress: (progress) => told.push(progress) });
  assert.deepEqual(
    told.map(({ total, completed, running, remaining }) => [total, completed, running, remaining]),
    [
      [2, 0, 0, 2],
      [2, 0, 1, 2],
      [2, 1, 0, 1],
      [2, 1, 1, 1],
      [2, 2, 0, 0],
    ],
  );
});

test("hooks are checked", async () => {
  for (const [hooks, field] of [
    [{ onEvent: 1 }, "hooks.onEvent"],
    [{ onProgress: {} }, "hooks.onProgress"],
    [{ signal: {} }, "hooks.signal"],
    [{ onEvents: () => {} }, "hooks.onEvents"],
  ]) {
    await assert.rejects(service().start(days(1), hooks), { code: "INVALID_OPTION", field });
  }
});

test("a backfill that runs says when it will have ended, from the durations of its own runs", async () => {
  const work = gate();
  let now = noon;
  const driver = service({ executeRun: work.executeRun, now: () => now });
  const backfill = await driver.start(days(20, { maxParallelRuns: 2 }));
  for (let number = 1; number <= 5; number += 1) {
    assert.equal(backfill.eta(), undefined);
    await work.until(number);
    now += 1_000 * number;
    work.end(number);
    await settle();
  }
  const eta = backfill.eta({ quantiles: [0.05, 0.5, 0.95] });
  assert.deepEqual(Object.keys(eta), ["0.05", "0.5", "0.95"]);
  // Fifteen runs of one to nine seconds, two at once.
  assert.ok(
    eta["0.05"].etaMs < eta["0.5"].etaMs && eta["0.5"].etaMs < eta["0.95"].etaMs,
    JSON.stringify(eta),
  );
  assert.ok(eta["0.05"].etaMs > 8_000 && eta["0.95"].etaMs < 9_000 * 8, JSON.stringify(eta));
  assert.equal(Date.parse(eta["0.5"].finishAt), now + eta["0.5"].etaMs);
  assert.deepEqual(backfill.eta({ quantiles: [0.5] })["0.5"], eta["0.5"]);
  assert.throws(() => backfill.eta({ quantiles: [2] }), { code: "INVALID_OPTION" });
  const ended = backfill.cancel();
  for (const number of [6, 7]) work.end(number);
  await ended;
  assert.equal(backfill.eta()["0.9"].etaMs, 0);
});
