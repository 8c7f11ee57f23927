// The engine contract against engines that are wrong in one small way each: every failure names the call, what was expected and what came.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defineEngine } from "dagfill/engine";
import { engineContract } from "dagfill/engine/contract";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

/** The messages of the chosen tests that fail. `bend` changes the calls of an engine that is right. */
async function failuresOf(tests, bend) {
  const failures = [];
  const running = [];
  const collect = (name, body) => {
    if (tests.test(name)) running.push(body().catch((error) => failures.push(error.message.split("\n")[0])));
  };
  const open = async (work) => {
    const shared = memoryJobs({ ...work, slots: 4 });
    const { submit, status, cancel, forget, watch, close } = memoryEngine(shared);
    const right = { submit, status, cancel, forget, watch, close };
    const fixed = { name: "memory", keepsResultsFor: Number.POSITIVE_INFINITY, pollEvery: 50 };
    const engine = () => defineEngine({ ...fixed, ...right, ...bend(right, shared) });
    shared.stop = () => {
      for (const { controller } of shared.jobs.values()) controller.abort();
    };
    return {
      engine: engine(),
      again: async () => engine(),
      slots: 4,
      many: 20,
      days: 6,
      kill: shared.kill,
      done: shared.stop,
    };
  };
  engineContract("wrong", open, { test: collect, assert });
  await Promise.all(running);
  return failures;
}

/** Answers of status(), each changed. */
const telling = (change) => (right) => ({
  async status(keys) {
    return new Map([...(await right.status(keys))].map(([key, status]) => [key, change(status)]));
  },
});

const wrong = {
  "starts a job for each submit": [
    /same key/,
    ({ submit }, { jobs }) => ({
      async submit(batch) {
        for (const { key } of batch) if (jobs.get(key)?.status.state !== "queued") jobs.delete(key);
        await submit(batch);
      },
    }),
    /^engine\.status\(.*\): expected the state success, since it had ended before its key was submitted again, got \{ state: "(queued|running)"/,
  ],
  "tells statuses as an object": [
    /in one call|unknown/,
    ({ status }) => ({ status: async (keys) => Object.fromEntries(await status(keys)) }),
    /^engine\.status\(\["[\da-f-]{36}"\]\): engine memory: status\(\) gave \{\}; expected a Map of \{ state \} by key/,
  ],
  "tells a state of its own": [
    /keeps the output: null/,
    telling((status) => ({ ...status, state: status.state === "success" ? "done" : status.state })),
    /^engine\.status\(.*\): engine memory: status\(\) gave \{"state":"done".*\} for .*; expected a Map of/,
  ],
  "drops outputs that are null": [
    /keeps the output/,
    telling(({ output, ...status }) => (output === null ? status : { ...status, output })),
    /^engine\.status\(.*\): output as JSON: expected "null", got undefined$/,
  ],
  "tells seconds": [
    /has begun/,
    telling(({ startedAt, ...status }) =>
      startedAt === undefined ? status : { ...status, startedAt: Math.round(startedAt / 1_000) },
    ),
    /^engine\.status\(.*\): expected startedAt in epoch milliseconds, between \d{13} and \d{13}, got \d{10}$/,
  ],
  "tells no error": [
    /fails with what was thrown/,
    telling(({ error: _, ...status }) => status),
    /^engine\.status\(.*\): error\.message: expected "no file", got undefined$/,
  ],
  "cancels what has ended": [
    /has ended stays/,
    ({ cancel }, { jobs }) => ({
      async cancel(keys) {
        await cancel(keys);
        for (const key of keys) if (jobs.has(key)) jobs.get(key).status = { state: "canceled" };
      },
    }),
    /^engine\.status\(.*\): expected the state success, since it had ended before it was canceled, got \{ state: "canceled" \}$/,
  ],
  "does not cancel what waits": [
    /waiting job/,
    ({ cancel }, { jobs }) => ({
      cancel: (keys) => cancel(keys.filter((key) => jobs.get(key)?.status.state !== "queued")),
    }),
    /^engine\.status\(.*\): expected canceled or unknown, got queued$/,
  ],
  "refuses to cancel a key that it does not know": [
    /nobody submitted/,
    ({ cancel }, { jobs }) => ({
      async cancel(keys) {
        if (keys.some((key) => !jobs.has(key)))
          throw Object.assign(new Error("no such job"), { code: "ENGINE_FAILED" });
        await cancel(keys);
      },
    }),
    /^engine\.cancel\(\["[\da-f-]{36}"\]\): expected it to fulfil, got Error \(code ENGINE_FAILED\): no such job$/,
  ],
  "forgets results": [
    /results are kept/,
    ({ status, forget }) => ({
      async status(keys) {
        const told = await status(keys);
        await forget([...told].flatMap(([key, { state }]) => (state === "success" ? [key] : [])));
        return told;
      },
    }),
    /^engine\.status\(.*\): expected the state success, since nobody has called forget\(\), got \{ state: "unknown" \}$/,
  ],
  "ends its jobs when it is closed": [
    /closing leaves/,
    ({ close, cancel }, { jobs }) => ({
      async close() {
        await cancel([...jobs.keys()]);
        await close();
      },
    }),
    /^\(other engine\)\.status\(.*\): expected the state success, got \{ .*state: "canceled".* \}$/,
  ],
  "loses XCom": [
    /leaves XCom/,
    telling(({ pushed: _, ...status }) => status),
    /^engine\.status\(.*\): at rows: expected 3, got no such member$/,
  ],
  "has calls that throw at once": [
    /results are kept/,
    () => ({
      submit() {
        throw new Error("not connected");
      },
    }),
    /^engine\.submit\(\[\{ key: "[\da-f-]{36}", kind: "run", conf: .*\}\]\): expected a promise, got an error thrown at once: Error: not connected$/,
  ],
};

for (const [fault, [tests, bend, message]] of Object.entries(wrong))
  test(`an engine that ${fault} is told so`, async () => {
    const failures = await failuresOf(tests, bend);
    assert.ok(
      failures.some((text) => message.test(text)),
      `none of these is ${message}:\n${failures.join("\n") || "(no test failed)"}`,
    );
    for (const text of failures) {
      assert.match(text, /^(after )?(\(other engine\)|engine)\.\w+\(.*(expected .*got|gave .*expected) /);
      assert.doesNotMatch(text, /Cannot read propert/);
    }
  });

test("an engine is closed once by the suite, and by defineEngine, however often it is asked to", async () => {
  let closed = 0;
  const counting = () => ({
    async close() {
      closed += 1;
      if (closed > 1) throw new Error("closed twice");
    },
  });
  assert.deepEqual(await failuresOf(/results are kept/, counting), []);
  assert.equal(closed, 1);
  closed = 0;
  const engine = memoryEngine(memoryJobs({ executeRun: () => 1 }), counting());
  await Promise.all([engine.close(), engine.close()]);
  await engine.close();
  assert.equal(closed, 1);
});

test("what a worker never begins, or a job never becomes, is told when the patience of the suite is over", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() });
  const patient = failuresOf(/canceling twice/, ({ status }) => ({
    async status(keys) {
      t.mock.timers.tick(7_000);
      const told = await status(keys);
      for (const key of told.keys()) told.set(key, { state: "queued" });
      return told;
    },
  }));
  const [message] = await patient;
  assert.match(
    message,
    /^engine\.status\(.*\): expected running within 60 seconds, got \{ state: "queued" \}$/,
  );
});
