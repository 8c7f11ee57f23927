// Ends that are asked for, results that are kept, and connections that close.
// @ts-nocheck: a suite of tests.
import { aJob } from "./scene.js";

export function endsContract({ it, assert, statusOf, ended, running, run, eventually }) {
  it("a running job that is canceled gets its signal and ends as canceled", async (engine, {
    log,
    without,
  }) => {
    const job = aJob({ act: "succeed", ms: 60_000 });
    await engine.submit([job]);
    await running(engine, job.key);
    await engine.cancel([job.key], "the user said so");
    assert.equal((await ended(engine, job.key)).state, "canceled");
    if (without?.signal === undefined)
      await eventually(() => log.aborted.has(job.key), "the signal is aborted");
  });

  it(
    "a waiting job that is canceled never starts",
    async (engine, { starts, slots = 1 }) => {
      const blockers = Array.from({ length: slots }, () => aJob({ act: "succeed", ms: 3_000 }));
      await engine.submit(blockers);
      await Promise.all(blockers.map(({ key }) => running(engine, key)));
      const job = aJob({ act: "succeed" });
      await engine.submit([job]);
      await engine.cancel([job.key], "not needed");
      const { state } = await statusOf(engine, job.key);
      assert.ok(state === "canceled" || state === "unknown", state);
      for (const { key } of blockers) assert.equal((await ended(engine, key)).state, "success");
      await new Promise((resolve) => setTimeout(resolve, 200));
      assert.equal(await starts(job.key), 0);
    },
    ["waiting"],
  );

  it("a job that has ended stays as it ended when it is canceled", async (engine) => {
    const job = aJob({ act: "succeed", value: 1 });
    await run(engine, job);
    await engine.cancel([job.key], "too late");
    assert.equal((await statusOf(engine, job.key)).state, "success");
  });

  it("canceling twice is no error", async (engine) => {
    const job = aJob({ act: "succeed", ms: 60_000 });
    await engine.submit([job]);
    await running(engine, job.key);
    await Promise.all([engine.cancel([job.key], "one"), engine.cancel([job.key], "two")]);
    assert.equal((await ended(engine, job.key)).state, "canceled");
  });

  it("results are kept until they are forgotten", async (engine) => {
    const job = aJob({ act: "succeed", value: { rows: 3 } });
    await run(engine, job);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal((await statusOf(engine, job.key)).state, "success");
    await engine.forget?.([job.key]);
    await engine.forget?.([job.key]);
  });

  it("watch tells the end of a job, or nothing", async (engine) => {
    const told = new Set();
    const stop = engine.watch?.((key) => told.add(key));
    const job = aJob({ act: "succeed", ms: 100 });
    await run(engine, job);
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop?.();
    for (const key of told) assert.equal(key, job.key);
  });

  it(
    "closing leaves jobs in flight as they are",
    async (engine, { again }) => {
      const job = aJob({ act: "succeed", value: 1, ms: 500 });
      await engine.submit([job]);
      await running(engine, job.key);
      await engine.close();
      const other = await again();
      try {
        assert.equal((await ended(other, job.key)).state, "success");
      } finally {
        await other.close();
      }
    },
    ["again"],
  );
}
