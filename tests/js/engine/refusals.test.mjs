// An engine that refuses whoever asks: for a moment, for good, and for one DAG of several.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { httpEngine } from "dagfill/engine/http";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";
import { stubServer } from "./stub_server.mjs";

const range = { startDate: "2024-01-01", endDate: "2024-01-20", maxParallelRuns: 4 };
const times = { deadline: 5_000, silence: 60_000, repeat: 60_000, pause: [5, 20] };
const dagOf = (dagId, tasks = []) => ({ dagId, schedule: "@daily", tasks });
const later = () => new Promise((resolve) => setTimeout(resolve, 5));

/** An engine over jobs of this process; `refuses(call, dagId)` gives the error of a call. */
function guarded(jobs, refuses, own = times) {
  const inner = memoryEngine(jobs);
  const dagsOf = { submit: (job) => job.data.dagId, status: (key) => jobs.jobs.get(key)?.job.data.dagId };
  const call = (name) => async (given, reason) => {
    for (const each of given) {
      const error = refuses(name, dagsOf[name]?.(each));
      if (error !== undefined) throw error;
    }
    return inner[name](given, reason);
  };
  return defineEngine(
    {
      name: "guarded",
      keepsResultsFor: Number.POSITIVE_INFINITY,
      pollEvery: 5,
      ...Object.fromEntries(["submit", "status", "cancel"].map((name) => [name, call(name)])),
      async close() {},
    },
    own,
  );
}

const errors = {
  "an error with status 401": () => Object.assign(new Error("answered 401"), { status: 401 }),
  "an error with statusCode 403": () => Object.assign(new Error("answered 403"), { statusCode: 403 }),
  "ENGINE_FAILED with status 403": () =>
    Object.assign(new DagfillError("ENGINE_FAILED", "no"), { status: 403 }),
};

for (const [what, error] of Object.entries(errors))
  for (const refused of ["submit", "status"])
    for (const tasks of [[], [{ taskId: "load" }]])
      test(`${refused}() is refused for a moment by ${what}: no ${tasks.length === 0 ? "run" : "task"} fails, and one warning says so`, async () => {
        const starts = [];
        const execute = ({ key }) => starts.push(key);
        let calls = 0;
        const isRefused = (call) => {
          if (call !== refused) return false;
          calls += 1;
          return calls > 1 && calls < 40;
        };
        const engine = guarded(memoryJobs({ executeRun: execute, executeTask: execute }), (call) =>
          isRefused(call) ? error() : undefined,
        );
        const warnings = [];
        const service = new BackfillService({ dags: [dagOf("sales", tasks)], engine });
        const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
        const result = await service.backfill({ dagId: "sales", ...range }, { onEvent });
        assert.deepEqual([result.state, result.completed], ["success", 20]);
        assert.equal(new Set(starts).size, starts.length, "a job began twice");
        assert.equal(starts.length, 20);
        assert.deepEqual(
          warnings.map(({ code }) => code),
          ["engine_refused"],
        );
        assert.match(warnings[0].message, new RegExp(`refuses ${refused}\\(\\) \\(.*\\): runs wait`));
        assert.match(
          warnings[0].message,
          /after 5 minutes the backfill is left for a resume\. Check the token/,
        );
        await engine.close();
      });

for (const refused of ["submit", "status"])
  for (const tasks of [[], [{ taskId: "load" }]])
    test(`${refused}() that is refused for good ends the backfill in time; nothing has failed, and a resume goes on: ${tasks.length === 0 ? "runs" : "tasks"}`, async () => {
      const starts = [];
      const execute = ({ key }) => starts.push(key);
      const jobs = memoryJobs({ executeRun: execute, executeTask: execute });
      const store = new MemoryStore();
      const dags = [dagOf("sales", tasks)];
      let ended = 0;
      const engine = guarded(
        jobs,
        (call) => (ended > 4 && call === refused ? errors["an error with status 401"]() : undefined),
        { ...times, refusal: 50 },
      );
      const service = new BackfillService({ dags, store, engine });
      const running = await service.start(
        { dagId: "sales", ...range },
        {
          onEvent: ({ type }) => {
            if (type === "run-succeeded") ended += 1;
          },
        },
      );
      await assert.rejects(running.result, (error) => {
        assert.equal(error.code, "ENGINE_FAILED");
        assert.match(error.message, /it has refused for .*answered 401.*no longer waits for its jobs/);
        assert.match(error.hint, /check the token or the password, then resume/);
        return true;
      });
      const states = (await store.listRuns({ dagId: "sales" })).map(({ state }) => state);
      assert.deepEqual([...new Set(states)].sort(), ["running", "success"]);
      assert.ok(states.length <= ended + 4, `${states.length} runs were started`);
      const next = new BackfillService({ dags, store, engine: guarded(jobs, () => undefined) });
      const resumed = await next.resume(running.backfillId);
      const result = await resumed.result;
      assert.deepEqual([result.state, result.completed], ["success", 20]);
      assert.equal(new Set(starts).size, starts.length, "a job began twice");
    });

test("a refusal of a backfill that was canceled does not count for the next one", async () => {
  const own = { ...times, deadline: 1_000, refusal: 1_000 };
  let left = Number.POSITIVE_INFINITY;
  const refusing = (call) => {
    if (call !== "submit" || left === 0) return undefined;
    left -= 1;
    return errors["an error with status 401"]();
  };
  const engine = guarded(memoryJobs({ executeRun: later }), refusing, own);
  const service = new BackfillService({ dags: [dagOf("sales")], engine });
  const refused = Promise.withResolvers();
  const first = await service.start(
    { dagId: "sales", ...range },
    { onEvent: ({ type, warning }) => type === "warning" && refused.resolve(warning.code) },
  );
  assert.equal(await refused.promise, "engine_refused");
  const { state } = await first.cancel({ running: "abort" });
  assert.equal(state, "canceled");
  // The engine is not asked for longer than a refusal may last.
  await new Promise((resolve) => setTimeout(resolve, own.refusal + 100));
  left = 3;
  const next = await service.backfill({ dagId: "sales", ...range });
  assert.deepEqual([next.state, next.completed], ["success", 20]);
  await engine.close();
});

test("an engine that refuses one DAG goes on with the others", async () => {
  const jobs = memoryJobs({ executeRun: later, slots: 8 });
  const forbidden = errors["an error with statusCode 403"];
  const refusing = (call, dagId) => (dagId === "secret" && call === "submit" ? forbidden() : undefined);
  const engine = guarded(jobs, refusing, { ...times, refusal: 100 });
  const dags = [dagOf("sales"), dagOf("secret")];
  const service = new BackfillService({ dags, engine });
  const [sales, secret] = await Promise.allSettled(
    ["sales", "secret"].map((dagId) => service.backfill({ dagId, ...range })),
  );
  assert.deepEqual([sales.value?.state, sales.value?.completed], ["success", 20]);
  assert.equal(secret.reason?.code, "ENGINE_FAILED");
});

test("jobs of several DAGs that are refused together are asked for one DAG after the other", async () => {
  const jobs = memoryJobs({ executeRun: later, slots: 8 });
  const forbidden = errors["an error with statusCode 403"];
  // A service that refuses the whole question where it has a DAG that may not be seen.
  const refusing = (call, dagId) => (dagId === "secret" && call === "status" ? forbidden() : undefined);
  const engine = guarded(jobs, refusing, { ...times, refusal: 200 });
  const service = new BackfillService({ dags: [dagOf("sales"), dagOf("secret")], engine });
  const [sales, secret] = await Promise.allSettled(
    ["sales", "secret"].map((dagId) => service.backfill({ dagId, ...range })),
  );
  assert.equal(sales.value?.state, "success");
  assert.equal(secret.reason?.code, "ENGINE_FAILED");
});

test("a service over HTTP whose token is rotated: it is asked for again, and no date fails", async () => {
  const jobs = memoryEngine(memoryJobs({ executeRun: later }));
  let [valid, given, asked] = ["first", "first", 0];
  const guard =
    (work) =>
    async (match, body, { headers }) => {
      if (headers.authorization === valid) return work(match, body);
      asked += 1;
      // The new token comes a while later.
      if (asked === 5) given = valid;
      return [asked % 2 === 0 ? 401 : 403, { detail: "wrong token" }];
    };
  const server = await stubServer([
    [
      "PUT",
      /^\/jobs\/([^/]+)$/,
      guard(async (_, job) => {
        await jobs.submit([job]);
        if (job.data.executionDate.startsWith("2024-01-04")) valid = "second";
        return [202, undefined];
      }),
    ],
    ["POST", /^\/status$/, guard(async (_, { keys }) => [200, Object.fromEntries(await jobs.status(keys))])],
    ["DELETE", /^\/jobs\/([^/]+)$/, guard(async () => [202, undefined])],
  ]);
  const engine = httpEngine({ url: server.url, headers: () => ({ authorization: given }) });
  const warnings = [];
  const service = new BackfillService({ dags: [dagOf("sales")], engine });
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
  const result = await service.backfill({ dagId: "sales", ...range, endDate: "2024-01-06" }, { onEvent });
  assert.deepEqual([result.state, result.completed], ["success", 6]);
  assert.ok(warnings.length > 0);
  for (const { code, message } of warnings) {
    assert.equal(code, "engine_refused");
    assert.match(message, /(PUT|POST) .* answered 40[13]/);
  }
  await engine.close();
  server.close();
});
