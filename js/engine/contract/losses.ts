// Outages that the contract tests: workers that are killed, and engines that are away for a while.
// @ts-nocheck: a suite of tests.
import { BackfillService, MemoryStore } from "../../face.js";
import { withCalls } from "./backfills.js";
import { aJob, dag, range } from "./scene.js";

/** Milliseconds. A silence is told when an engine has been away for five seconds. */
const TIMES = { deadline: 2_000, silence: 5_000, repeat: 60_000, pause: [50, 500] };

/** A backfill of a few dates, and what it has told. */
async function backfillOf(engine, days, ms, ended = () => {}) {
  const told = { attempts: [], warnings: [], ended: 0 };
  const service = new BackfillService({ dags: [dag], store: new MemoryStore(), engine });
  const backfill = await service.start(
    { ...range(days), maxParallelRuns: 2, conf: { act: "succeed", ms } },
    {
      onEvent: ({ type, run, warning }) => {
        if (type === "warning") told.warnings.push(warning.code);
        if (type === "run-succeeded") {
          told.ended += 1;
          ended();
        }
        if (type === "run-started") told.attempts.push(run.runId);
      },
    },
  );
  return { backfill, told };
}

export function lossesContract({ it }) {
  it(
    "a job whose worker is killed is executed again by the next one, under the same key",
    async (engine, { assert, ended, running, begun, startedTimes, kill }) => {
      const job = aJob({ act: "succeed", value: "done", ms: 1_000 });
      await engine.submit([job]);
      await running(engine, job.key);
      // Running is told before the work has begun.
      await begun(job.key);
      await kill();
      const { state, output } = await ended(engine, job.key);
      assert.deepEqual([state, output], ["success", "done"], "state and output");
      await startedTimes(job.key, 2);
    },
    ["output"],
    "kill",
  );

  it(
    "a job that is canceled while its worker is dead is delivered again, and does not run",
    async (engine, { assert, ended, running, begun, startedTimes, kill }) => {
      const [canceled, kept] = [60_000, 1_000].map((ms) => aJob({ act: "succeed", ms }));
      const keys = [canceled.key, kept.key];
      await engine.submit([canceled, kept]);
      for (const key of keys) {
        await running(engine, key);
        await begun(key);
      }
      let isCanceled = false;
      await kill(async () => {
        await engine.cancel([canceled.key], "not needed");
        isCanceled = true;
      });
      assert.ok(isCanceled, "expected kill() to call what it is given while no worker runs, got no call");
      // The other one shows that the jobs of the dead worker have been delivered again.
      const ends = [];
      for (const key of keys.toReversed()) ends.push((await ended(engine, key)).state);
      assert.deepEqual(ends, ["success", "canceled"], "states of the other job, and of the canceled one");
      await startedTimes(canceled.key, 1);
      await startedTimes(kept.key, 2);
    },
    [],
    "kill",
  );

  it(
    "a worker that is killed fails no run of a backfill, and costs no attempt",
    async (engine, { assert, hasResult, eventually, kill, later, days }) => {
      const count = Math.min(days, 6);
      const { backfill, told } = await backfillOf(withCalls(engine, later, {}), count, 500);
      await eventually(() => told.ended > 0, "a run has ended");
      await kill();
      const result = await backfill.result;
      hasResult(result, "success", count);
      assert.equal(new Set(told.attempts).size, told.attempts.length, "runs that were started, and attempts");
    },
    [],
    "kill",
  );

  it(
    "a submit that the server takes and never answers starts nothing twice",
    async (
      engine,
      { eventually, startedTimes, hasState, ended, statusOf, unanswered, again, later, plain },
    ) => {
      const job = aJob({ act: "succeed", value: 1, ms: 300 });
      // Its connections are there, and it knows what it has to ask once.
      await engine.submit([aJob({ act: "nothing" }, { data: { n: 2 } })]);
      const other = await again();
      later(() => other.close());
      const answered = await unanswered();
      // It rejects, or its client sends it again when there are answers.
      const submitted = plain.submit([job]).catch(() => {});
      const isThere = async () => (await statusOf(other, job.key)).state !== "unknown";
      await eventually(isThere, "another engine knows the job that was submitted");
      await answered();
      // As a coordinator does whose call was not answered.
      await engine.submit([job]);
      await submitted;
      hasState(await ended(engine, job.key), "success");
      await startedTimes(job.key, 1);
    },
    ["again"],
    "unanswered",
  );

  for (const [what, wanted] of [
    ["whose calls reject for a while", undefined],
    ["whose server is away for a while", "away"],
  ]) {
    it(
      `an engine ${what} pauses a backfill and fails none of its runs`,
      async (engine, { assert, hasResult, eventually, away, later, days }) => {
        let refuses = false;
        const call =
          (name) =>
          async (...args) => {
            if (refuses) throw new Error("connection refused");
            return engine[name](...args);
          };
        const [submit, status, cancel] = ["submit", "status", "cancel"].map(call);
        const calls = wanted === undefined ? { submit, status, cancel, watch: undefined } : {};
        const made = withCalls(engine, later, calls, TIMES);
        const { backfill, told } = await backfillOf(made, days, 50, () => {
          if (told.ended === 1) refuses = wanted === undefined;
        });
        await eventually(() => told.ended > 0, "a run has ended");
        const back = await away?.();
        await eventually(() => told.warnings.includes("engine_silent"), "the silence is told");
        assert.ok(
          told.attempts.length < days,
          "expected the silence in the middle of the backfill, got it at the end",
        );
        refuses = false;
        await back?.();
        const result = await backfill.result;
        hasResult(result, "success", days);
        assert.equal(
          new Set(told.attempts).size,
          told.attempts.length,
          "runs that were started, and attempts",
        );
      },
      [],
      wanted,
    );
  }
}
