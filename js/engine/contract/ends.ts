// Ends that are asked for, results that are kept, and connections that close.
// @ts-nocheck: a suite of tests.
import { aJob } from "./scene.js";

export function endsContract({ it }) {
  it("a running job that is canceled gets its signal and ends as canceled", async (engine, {
    hasState,
    ended,
    running,
    eventually,
    log,
    without,
  }) => {
    const job = aJob({ act: "succeed", ms: 60_000 });
    await engine.submit([job]);
    await running(engine, job.key);
    await engine.cancel([job.key], "the user said so");
    hasState(await ended(engine, job.key), "canceled");
    if (without?.signal === undefined)
      await eventually(() => log.aborted.has(job.key), "the signal is aborted");
  });

  it(
    "a waiting job that is canceled never starts",
    async (engine, { assert, hasState, statusOf, ended, running, startedTimes, slots }) => {
      const blockers = Array.from({ length: slots }, () => aJob({ act: "succeed", ms: 3_000 }));
      await engine.submit(blockers);
      await Promise.all(blockers.map(({ key }) => running(engine, key)));
      const job = aJob({ act: "succeed" });
      await engine.submit([job]);
      await engine.cancel([job.key], "not needed");
      const { state } = await statusOf(engine, job.key);
      assert.ok(state === "canceled" || state === "unknown", `expected canceled or unknown, got ${state}`);
      for (const { key } of blockers) hasState(await ended(engine, key), "success");
      await new Promise((resolve) => setTimeout(resolve, 200));
      await startedTimes(job.key, 0);
    },
    ["waiting"],
  );

  it("a job that has ended stays as it ended when it is canceled", async (engine, {
    hasState,
    statusOf,
    run,
  }) => {
    const job = aJob({ act: "succeed", value: 1 });
    await run(engine, job);
    await engine.cancel([job.key], "too late");
    hasState(await statusOf(engine, job.key), "success", "it had ended before it was canceled");
  });

  it("canceling twice is no error", async (engine, { hasState, ended, running }) => {
    const job = aJob({ act: "succeed", ms: 60_000 });
    await engine.submit([job]);
    await running(engine, job.key);
    await Promise.all([engine.cancel([job.key], "one"), engine.cancel([job.key], "two")]);
    hasState(await ended(engine, job.key), "canceled");
  });

  it("results are kept until they are forgotten", async (engine, { hasState, statusOf, run }) => {
    const job = aJob({ act: "succeed", value: { rows: 3 } });
    await run(engine, job);
    await new Promise((resolve) => setTimeout(resolve, 300));
    hasState(await statusOf(engine, job.key), "success", "nobody has called forget()");
    await engine.forget?.([job.key]);
    await engine.forget?.([job.key]);
  });

  it("watch tells the end of a job, or nothing", async (engine, { assert, run }) => {
    const told = new Set();
    const stop = engine.watch?.((key) => told.add(key));
    const job = aJob({ act: "succeed", ms: 100 });
    await run(engine, job);
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop?.();
    for (const key of told) assert.equal(key, job.key, "the key that watch tells");
  });

  it(
    "closing leaves jobs in flight as they are",
    async (engine, { hasState, ended, running, close, again }) => {
      const job = aJob({ act: "succeed", value: 1, ms: 500 });
      await engine.submit([job]);
      await running(engine, job.key);
      await close();
      const other = await again();
      try {
        hasState(await ended(other, job.key), "success");
      } finally {
        await other.close();
      }
    },
    ["again"],
  );
}
