// Jobs: started once by key, told by status, ended with what their work left.
// @ts-nocheck: many of these values are what the types forbid.
import { hasEnded } from "../engine.js";
import { aJob, aTask } from "./scene.js";

/** Milliseconds for a thousand jobs. */
const MANY_PATIENCE_MS = 300_000;

export function jobsContract({ it }) {
  const outputs = {
    null: null,
    "a number": 1.5,
    "a text": "ü \u0000 \u2028 😀",
    "an empty object": {},
    nested: { a: [1, { b: null }], "": "", "a.b": 1 },
    "own __proto__": JSON.parse('{"__proto__": {"x": 1}}'),
    "a megabyte": "x".repeat(1_000_000),
  };
  for (const [what, value] of Object.entries(outputs)) {
    it(
      `keeps the output: ${what}`,
      async (engine, { assert, hasState, run }) => {
        const status = await run(engine, aJob({ act: "succeed", value }));
        hasState(status, "success");
        assert.equal(JSON.stringify(status.output), JSON.stringify(value), "output as JSON");
      },
      ["output"],
    );
  }

  it("a run without output has none", async (engine, { assert, hasState, run }) => {
    const status = await run(engine, aJob({ act: "nothing" }));
    hasState(status, "success");
    assert.equal(status.output, undefined, "output");
  });

  it("tells when it has begun", async (engine, { assert, run }) => {
    const before = Date.now();
    const { startedAt } = await run(engine, aJob({ act: "nothing" }));
    const isNow = startedAt >= before - 1_000 && startedAt <= Date.now() + 1_000;
    assert.ok(
      isNow,
      `expected startedAt in epoch milliseconds, between ${before} and ${Date.now()}, got ${startedAt}`,
    );
  });

  const throws = {
    "an error": ["error", "no file"],
    "a text": ["fail", "no file"],
    "a number": ["fail", 7],
    false: ["fail", false],
    null: ["fail", null],
    undefined: ["fail", undefined],
  };
  for (const [what, [act, value]] of Object.entries(throws)) {
    it(`fails with what was thrown: ${what}`, async (engine, { assert, hasState, run, without }) => {
      const job = aJob({ act, value });
      const status = await run(engine, job);
      hasState(status, "failed");
      if (without?.errors !== undefined) return;
      assert.equal(status.error?.message, String(value), "error.message");
      if (act === "error") assert.equal(status.error?.name, "TypeError", "error.name");
    });
  }

  it("the same key is started once, however often it is submitted", async (engine, {
    hasState,
    statusOf,
    ended,
    startedTimes,
  }) => {
    const job = aJob({ act: "succeed", value: 1, ms: 300 });
    await engine.submit([job]);
    await engine.submit([job, job]);
    hasState(await ended(engine, job.key), "success");
    await engine.submit([job]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    hasState(await statusOf(engine, job.key), "success", "it had ended before its key was submitted again");
    await startedTimes(job.key, 1);
  });

  it("takes many jobs in one call, and tells of many", async (engine, {
    assert,
    hasState,
    eventually,
    startedTimes,
    many,
  }) => {
    const jobs = Array.from({ length: many }, (_, n) =>
      aJob({ act: "succeed", value: n }, { data: { n: n + 1 } }),
    );
    await engine.submit(jobs);
    const keys = jobs.map(({ key }) => key);
    let told = new Map();
    const haveEnded = async () => {
      told = await engine.status(keys);
      return keys.every((key) => hasEnded(told.get(key) ?? { state: "unknown" }));
    };
    await eventually(haveEnded, `all of ${many} jobs end`, MANY_PATIENCE_MS);
    assert.equal(told.size, many, "jobs that it tells of");
    for (const key of keys) hasState(told.get(key), "success");
    for (const { key } of jobs) await startedTimes(key, 1);
  });

  it("keys that nobody submitted are unknown", async (engine, { assert, hasState, statusOf }) => {
    const key = crypto.randomUUID();
    hasState(await statusOf(engine, key), "unknown");
    assert.equal((await engine.status([])).size, 0, "jobs that it tells of");
    await engine.cancel([key], "nothing to cancel");
    await engine.forget?.([key]);
    await engine.submit([]);
    hasState(await statusOf(engine, key), "unknown");
  });

  it(
    "ids and conf may be any text",
    async (engine, { assert, hasState, run }) => {
      // All that is short in UTF-8, and the ends of the blocks behind it.
      const short = String.fromCharCode(...Array.from({ length: 0x800 }, (_, code) => code));
      const [dagId, runId] = [
        `../${short}`,
        "run:1 %2F &amp; \u202e\ud7ff\ue000\ufeff\uffff\u{10000}\u{10ffff} 😀",
      ];
      const conf = { act: "ids", value: null, ключ: ["{{ ds }}", "\u0000"] };
      const status = await run(engine, aJob(conf, { data: { dagId, runId } }));
      hasState(status, "success");
      assert.deepEqual(
        [status.output?.dagId, status.output?.runId],
        [dagId, runId],
        "dagId and runId at the worker",
      );
      assert.deepEqual(status.output?.conf, conf, "conf at the worker");
    },
    ["ids"],
  );

  it(
    "templates are rendered where the job runs",
    async (engine, { assert, run }) => {
      const value = { path: "s3://{{ ds_nodash }}/{{ dag_run.conf.region }}", table: "{{ params.table }}" };
      const job = aJob({ act: "render", value, region: "eu" }, { data: { params: { table: "sales" } } });
      const { output, error } = await run(engine, job);
      assert.equal(error, undefined, "error");
      assert.deepEqual(output, { path: "s3://20240101/eu", table: "sales" });
    },
    ["templates"],
  );

  it(
    "a task gets its texts rendered and what others left",
    async (engine, { assert, run }) => {
      const task = {
        taskId: "b",
        dependsOn: ["a"],
        params: { day: "{{ ds }}", rows: "{{ xcom.a.rows }}" },
        command: "load {{ ds }} {{ task.task_id }}",
        xcom: { a: { rows: 7 } },
      };
      const { output, error } = await run(engine, aTask({ act: "task" }, task));
      assert.equal(error, undefined, "error");
      assert.deepEqual(output, {
        params: { day: "2024-01-01", rows: "7" },
        command: "load 2024-01-01 b",
        pulled: 7,
      });
    },
    ["tasks"],
  );

  it(
    "a task leaves XCom, is skipped, and fails",
    async (engine, { assert, run }) => {
      const pushed = await run(engine, aTask({ act: "push", value: { rows: 3, "a b": [null] } }, {}));
      assert.equal(pushed.output, "pushed");
      assert.deepEqual({ ...pushed.pushed }, { rows: 3, "a b": [null] });
      const skipped = await run(engine, aTask({ act: "skip", value: "holiday" }, {}));
      assert.deepEqual(
        [skipped.state, skipped.error],
        ["failed", { name: "TaskSkipped", message: "holiday" }],
      );
    },
    ["tasks"],
  );

  it(
    "a job that takes longer than its timeout is aborted and has failed",
    async (engine, { assert, hasState, run, log }) => {
      const job = aJob({ act: "succeed", ms: 60_000 }, { timeout: 100 });
      const status = await run(engine, job);
      hasState(status, "failed");
      const message = status.error?.message ?? "";
      assert.ok(message.includes("timeout"), `expected an error.message that says timeout, got ${message}`);
      assert.ok(log.aborted.has(job.key), "expected the signal of the job to be aborted, got none");
    },
    ["timeout"],
  );
}
