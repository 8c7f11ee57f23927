// A server that is away for longer than the lease of the jobs at work: BullMQ delivers them again, also to the worker that executes them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { jobOf } from "../chaos/engines/job.mjs";
import { notTested, redisCommand, servicePackages, startRedis } from "./services.mjs";

await servicePackages();
const LEASE_MS = 1_000;
const limit = { timeout: 20_000 };
let count = 0;

/** Tries again until what is asked for is there. */
async function until(ask) {
  for (;;) {
    const got = await ask();
    if (got) return got;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A worker of a queue of its own with a `job` at work. Its runs end when `end(executionDate)` is called, or when they are aborted. */
async function begin(t, redis, more = {}) {
  count += 1;
  const options = { connection: redis.url, queue: `outage-${count}` };
  const engine = bullmqEngine(options);
  const events = [];
  const starts = [];
  const gates = new Map();
  const gateOf = (date) => {
    if (!gates.has(date)) gates.set(date, Promise.withResolvers());
    return gates.get(date);
  };
  const executeRun = async ({ executionDate, signal }) => {
    const date = executionDate.slice(0, 10);
    starts.push(date);
    const gate = gateOf(date);
    signal.addEventListener("abort", () => gate.reject(new Error("aborted")));
    return { date: await gate.promise };
  };
  const start = async (given) => {
    const onEvent = (event) => events.push(event);
    const leaseTime = LEASE_MS;
    const made = await bullmqWorker({ ...options, executeRun, onEvent, leaseTime, ...more, ...given });
    t.after(() => made.close({ running: "abort" }));
    return made;
  };
  t.after(() => engine.close());
  const told = (type) => events.filter((event) => event.type === type);
  /** Redis is away until the lock of every job at work has run out. */
  const outage = async (whileAway) => {
    await redis.kill("SIGTERM");
    await whileAway?.();
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS));
    await redis.start();
  };
  const worker = await start();
  const job = jobOf("sales", 0, {});
  await engine.submit([job]);
  await until(() => starts.length > 0);
  return {
    engine,
    job,
    starts,
    worker,
    start,
    end: (date) => gateOf(date).resolve(date),
    told,
    outage,
    /** An outage, after which the job is delivered to its worker again. */
    redelivery: async () => {
      await outage();
      await until(() => told("redelivered").length > 0);
    },
    lockOf: async (key) =>
      Number((await redisCommand(redis.port, `PTTL bull:${options.queue}:${key}:lock`)).slice(1)),
    status: async (key) => (await engine.status([key])).get(key) ?? { state: "unknown" },
  };
}

const ended = async (scene, key) =>
  until(async () => {
    const status = await scene.status(key);
    return ["success", "failed", "canceled"].includes(status.state) && status;
  });

const redis = await startRedis({ everysec: true });
if (redis === null) notTested("outages of Redis", "no redis-server (apt-get install redis-server)");
else if (redis.port === undefined) notTested("outages of Redis", "the server is not this test's own");
else {
  after(() => redis.stop());

  test(
    "a job that comes back to the worker that executes it joins that work, in the same slot",
    limit,
    async (t) => {
      const scene = await begin(t, redis, { concurrency: 2 });
      const [first, second] = [scene.job, jobOf("sales", 1, {})];
      await scene.redelivery();
      // The lock of the new delivery is renewed: what is left of it grows.
      let left = Number.POSITIVE_INFINITY;
      for (let renewals = 0; renewals < 4 && scene.told("redelivered").length === 1; ) {
        const now = await scene.lockOf(first.key);
        if (now > left) renewals += 1;
        left = now;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(scene.told("redelivered").length, 1);
      assert.equal(scene.worker.running, 1);
      await scene.engine.submit([second]);
      await until(() => scene.starts.includes("2001-01-02"));
      assert.equal(scene.worker.running, 2);
      scene.end("2001-01-01");
      scene.end("2001-01-02");
      for (const job of [first, second]) assert.equal((await ended(scene, job.key)).state, "success");
      assert.deepEqual((await scene.status(first.key)).output, { date: "2001-01-01" });
      assert.deepEqual(scene.starts, ["2001-01-01", "2001-01-02"]);
      assert.deepEqual([scene.told("started").length, scene.told("ended").length], [2, 2]);
      const lost = scene.told("error").filter(({ key }) => key !== undefined);
      assert.deepEqual([...new Set(lost.map(({ error }) => error.code))], ["ENGINE_FAILED"]);
      assert.match(
        lost[0].error.message,
        /^engine bullmq: the lease of sales, 2001-01-01T00:00:00Z ran out: its server was away, .*\(1 s\)\. Its work goes on/,
      );
    },
  );

  test(
    "an outcome of the time without Redis is kept, and answers the delivery that comes then",
    limit,
    async (t) => {
      const scene = await begin(t, redis);
      const { job } = scene;
      await scene.outage(async () => {
        scene.end("2001-01-01");
        await until(() => scene.worker.running === 0);
      });
      const status = await ended(scene, job.key);
      assert.deepEqual([status.state, status.output], ["success", { date: "2001-01-01" }]);
      assert.deepEqual(scene.starts, ["2001-01-01"]);
      assert.deepEqual(
        [scene.told("redelivered").length, scene.told("started").length, scene.told("ended").length],
        [1, 1, 1],
      );
      const lost = scene.told("error").filter(({ key }) => key === job.key);
      assert.match(
        lost.at(-1).error.message,
        /^engine bullmq: the end of sales, 2001-01-01T00:00:00Z could not be stored: its server was away, .*\(1 s\)\. It is answered when the job is delivered again$/,
      );
      assert.equal(
        scene.told("error").filter(({ error }) => error.message.startsWith("Missing lock")).length,
        0,
      );
      // Stored: it is kept no longer.
      await scene.engine.forget([job.key]);
      await scene.engine.submit([job]);
      await until(() => scene.starts.length === 2);
    },
  );

  test("work that was joined is canceled, and ends as canceled", limit, async (t) => {
    const scene = await begin(t, redis, { concurrency: 2 });
    const { job } = scene;
    await scene.redelivery();
    await scene.engine.cancel([job.key], "no longer wanted");
    assert.equal((await ended(scene, job.key)).state, "canceled");
    assert.equal(scene.starts.length, 1);
  });

  test("a job that was canceled while it was between two deliveries aborts its work", limit, async (t) => {
    const scene = await begin(t, redis);
    const { job } = scene;
    await scene.outage();
    // The one slot is taken: it waits.
    await until(async () => (await scene.status(job.key)).state === "queued");
    await scene.engine.cancel([job.key], "no longer wanted");
    await until(() => scene.worker.running === 0);
    assert.deepEqual([scene.told("canceled").length, scene.starts.length], [1, 1]);
  });

  test("a worker that leaves hands work on that was joined", limit, async (t) => {
    const scene = await begin(t, redis, { concurrency: 2 });
    const { job } = scene;
    await scene.redelivery();
    await scene.worker.close({ running: "abort" });
    assert.equal((await scene.status(job.key)).state, "queued");
    assert.equal(scene.starts.length, 1);
    await scene.start({ executeRun: () => "by the other" });
    assert.equal((await ended(scene, job.key)).output, "by the other");
  });
}
