// Mistakes of an engine that somebody wrote: refused when it is made, or told as an error that names it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const dag = { dagId: "sales", schedule: "@daily" };
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };
const times = { deadline: 200, silence: 100, repeat: 60_000, pause: [10, 50] };
const good = {
  name: "mine",
  keepsResultsFor: 1_000,
  submit: async () => {},
  status: async () => new Map(),
  cancel: async () => {},
  close: async () => {},
};
const without = (name) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name));

const refused = [
  ["null", null, "engine", /expected an object with name, .*submit.*, got null/],
  ["undefined", undefined, "engine", /got undefined/],
  ["a text", "redis://localhost", "engine", /got "redis:\/\/localhost"/],
  ["a list", [good], "engine", /got an array/],
  ["a frozen engine", Object.freeze({ ...good }), "engine", /frozen/],
  ...["submit", "status", "cancel", "close"].map((name) => [
    `no ${name}()`,
    without(name),
    `engine.${name}`,
    new RegExp(`expected ${name}\\(\\), got none`),
  ]),
  ["no name", without("name"), "engine.name", /expected name, got none/],
  ["an empty name", { ...good, name: "" }, "engine.name", /not empty/],
  ["no keepsResultsFor", without("keepsResultsFor"), "engine.keepsResultsFor", /got none/],
  ["keepsResultsFor as a text", { ...good, keepsResultsFor: "P7D" }, "engine.keepsResultsFor", /a number/],
  ["a negative keepsResultsFor", { ...good, keepsResultsFor: -1 }, "engine.keepsResultsFor", /a number/],
  ["a call that is no function", { ...good, submit: {} }, "engine.submit", /a function/],
  ["a watch that is no function", { ...good, watch: true }, "engine.watch", /a function/],
  ["a pollEvery of 0", { ...good, pollEvery: 0 }, "engine.pollEvery", /at least 1/],
  ["a kind that there is not", { ...good, kinds: ["runs"] }, "engine.kinds[0]", /"run" or "task"/],
  ["no kinds", { ...good, kinds: [] }, "engine.kinds", /a list/],
  ["a foreign member", { ...good, retries: 3 }, "engine.retries", /no member "retries"/],
  [
    "a getter that throws",
    Object.defineProperty({ ...good }, "check", { get: () => [].x.y, enumerable: true }),
    "engine.check",
    /can be read/,
  ],
];
for (const [what, engine, field, message] of refused)
  test(`defineEngine refuses ${what}`, () => {
    assert.throws(() => defineEngine(engine), {
      name: "DagfillError",
      code: "INVALID_OPTION",
      field,
      message,
    });
  });

test("a misspelt member is told with the one that is meant, also of a class", () => {
  class Mine {
    name = "mine";
    keepsResultsFor = 1;
    client = {};
    async submitJobs() {}
    async status() {}
    async cancel() {}
    async close() {}
  }
  Mine.prototype.sumbit = async () => {};
  assert.throws(() => defineEngine(new Mine()), { hint: "it has sumbit: did you mean submit?" });
  for (const [wrong, meant] of [
    ["polEvery", "pollEvery"],
    ["foget", "forget"],
    ["keeps_results_for", "keepsResultsFor"],
  ])
    assert.throws(() => defineEngine({ ...good, [wrong]: 1 }), { hint: new RegExp(`Did you mean ${meant}`) });
  class Fine extends Mine {
    async submit() {}
  }
  assert.equal(defineEngine(new Fine()).name, "mine");
});

test("the times of outages are checked", () => {
  for (const [given, field] of [
    [null, "times"],
    [{ deadline: "1 s" }, "times.deadline"],
    [{ silense: 1 }, "times.silense"],
    [{ pause: [1] }, "times.pause"],
    [{ pause: [1, null] }, "times.pause[1]"],
  ])
    assert.throws(() => defineEngine({ ...good }, given), { code: "INVALID_OPTION", field });
  defineEngine({ ...good }, { deadline: 5 });
});

/** The error of the one run, over an engine some of whose calls are others. */
async function failureWith(calls, options = {}) {
  const inner = memoryEngine(memoryJobs({ executeRun: () => 1 }));
  const bound = Object.fromEntries(
    ["submit", "status", "cancel"].map((call) => [call, (...args) => inner[call](...args)]),
  );
  const engine = defineEngine({ ...good, pollEvery: 5, ...bound, ...calls }, times);
  const warnings = [];
  const service = new BackfillService({ dags: [dag], store: new MemoryStore(), engine });
  const result = await service.backfill(
    { ...range, ...options },
    { onEvent: (event) => event.type === "warning" && warnings.push(event.warning) },
  );
  await engine.close();
  return { ...result.results[0], warnings };
}

for (const [what, watch, message] of [
  ["throws", () => [].missing.member, /engine mine: watch\(\) threw: .*member/],
  [
    "gives a promise",
    () => Promise.reject(new Error("no events")),
    /watch\(\) gave an object; expected a function/,
  ],
])
  test(`a watch() that ${what} fails the run with ENGINE_FAILED`, async () => {
    const store = new MemoryStore();
    const engine = defineEngine({ ...good, watch }, times);
    const service = new BackfillService({ dags: [dag], store, engine });
    const { results } = await service.backfill(range);
    assert.match(results[0].error.message, message);
    assert.equal(results[0].state, "failed");
    await engine.close();
  });

test("an event that says nothing of use is a reason to ask", async () => {
  const { state } = await failureWith({
    watch: (ended) => {
      const timer = setInterval(() => {
        for (const status of [null, "x", { state: "SUCCESS" }, { state: "success", startedAt: "now" }])
          ended("key", status);
      }, 5);
      return () => clearInterval(timer);
    },
  });
  assert.equal(state, "success");
});

test("the error of a job may be any value", async () => {
  for (const [error, told] of [
    ["the disk is full", { name: "Error", message: "the disk is full" }],
    [new TypeError("no rows"), { name: "TypeError", message: "no rows" }],
    [{ message: "no name" }, { name: "Error", message: "no name" }],
    [7, { name: "Error", message: "7" }],
    [null, { name: "EngineError", message: /failed at engine mine/ }],
  ]) {
    const status = async (keys) => new Map(keys.map((key) => [key, { state: "failed", error }]));
    const failed = await failureWith({ status });
    if (told.message instanceof RegExp) assert.match(failed.error.message, told.message);
    else assert.deepEqual({ ...failed.error }, told);
  }
});

test("null in a status counts as absent, but for an output", async () => {
  const none = { error: null, startedAt: null, url: null, pushed: null, warning: null };
  const status = async (keys) =>
    new Map(keys.map((key) => [key, { state: "success", output: null, ...none }]));
  const { state, output, warnings } = await failureWith({ status });
  assert.deepEqual([state, output, warnings], ["success", null, []]);
});

for (const wrong of [{ startedAt: "2024-01-01" }, { pushed: "rows" }, { warning: "late" }])
  test(`a status with ${JSON.stringify(wrong)} fails the run and names what it gave`, async () => {
    const status = async (keys) => new Map(keys.map((key) => [key, { state: "running", ...wrong }]));
    const { error } = await failureWith({ status });
    assert.match(error.message, /status\(\) gave .+ for [0-9a-f-]{36}; expected a Map of/);
  });

test("a job that is accepted again and again and never known fails, after pauses that grow", async () => {
  const at = [];
  const submit = async () => void at.push(performance.now());
  const { state, error, warnings } = await failureWith({ submit, pollEvery: 2 });
  assert.equal(state, "failed");
  assert.match(
    error.message,
    /accepted the job 8 times, and status\(\) has never known its key [0-9a-f-]{36}/,
  );
  assert.equal(at.length, 9);
  assert.deepEqual([...new Set(warnings.map(({ code }) => code))], ["engine_lost"]);
  assert.match(warnings.at(-1).message, /\(8 times so far\)/);
  // 2 ms doubled seven times: what a timer waits for at least.
  assert.ok(at.at(-1) - at[0] >= 2 * (2 ** 7 - 1), "the pauses grow");
});

test("a job that is known in between may be lost more often, and ends", async () => {
  const asked = new Map();
  const inner = memoryEngine(memoryJobs({ executeRun: () => 1 }));
  const status = async (keys) => {
    const [key] = keys;
    const times = (asked.get(key) ?? 0) + 1;
    asked.set(key, times);
    if (times > 20) return inner.status(keys);
    return new Map(times % 2 === 0 ? [[key, { state: "queued" }]] : []);
  };
  const submit = (jobs) => inner.submit(jobs);
  const { state } = await failureWith({ submit, status, pollEvery: 1 });
  assert.equal(state, "success");
});

test("a run that does not end at the engine after its timeout says so", async () => {
  const status = async (keys) =>
    new Map(keys.map((key) => [key, { state: "running", startedAt: Date.now() }]));
  const { error, warnings } = await failureWith({ status }, { runTimeout: 50, abortGrace: 50 });
  assert.match(
    error.message,
    /^timed out: run .* took longer than its timeout: its job was canceled at engine mine and has not ended there$/,
  );
  assert.equal(warnings.at(-1).code, "run_abandoned");
});
