// Workers that are not there, or that lack the function of a task: BullMQ on a real Redis and a real PostgreSQL.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { BackfillService } from "dagfill";
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { loadPg, notTested, servicePackages, startPostgres, startRedis } from "./services.mjs";

await servicePackages();
const { createPostgresBackend, Queue } = await import("bullmq");
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-04", maxParallelRuns: 4 };
const limit = { timeout: 60_000 };

function suite(name, bull) {
  let count = 0;
  /** A backfill over a queue of its own, and its `warnings`; `warned` fulfils when the first one comes. */
  const begin = async (t, dag) => {
    count += 1;
    const options = { ...bull, queue: `workers-${count}` };
    const engine = bullmqEngine(options);
    const warnings = [];
    const first = Promise.withResolvers();
    const service = new BackfillService({ dags: [dag], engine });
    const onEvent = ({ type, warning }) => {
      if (type !== "warning") return;
      warnings.push(warning);
      first.resolve();
    };
    const running = await service.start(range, { onEvent });
    t.after(() => engine.close());
    const worker = async (more) => {
      const made = await bullmqWorker({ ...options, leaseTime: 2_000, ...more });
      t.after(() => made.close({ running: "abort" }));
      return made;
    };
    return { options, running, warnings, warned: first.promise, worker };
  };
  const sales = { dagId: "sales", schedule: "@daily" };

  test(
    `a queue without a worker is told of once, and its jobs run when one comes: ${name}`,
    limit,
    async (t) => {
      const { running, warnings, warned, worker } = await begin(t, sales);
      await warned;
      await worker({ executeRun: () => 1 });
      assert.equal((await running.result).state, "success");
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ["no_worker"],
      );
      assert.match(warnings[0].message, /queue workers-\d+ of engine bullmq has no worker/);
    },
  );

  test(`a worker that has the DAG reads its variables, connections and macros: ${name}`, limit, async (t) => {
    const rendered = [];
    const template = "{{ var.value.bucket }} {{ conn.db.host }} {{ twice }} {{ ds }}";
    const dag = {
      ...sales,
      variables: { bucket: "s3://lake" },
      connections: { db: "postgres://etl:hunter2@db.internal/lake" },
      macros: { twice: "x2" },
      tasks: [
        { taskId: "function", run: (task) => void rendered.push(task.render(template)) },
        { taskId: "command", dependsOn: ["function"], command: template },
      ],
    };
    const { running, worker } = await begin(t, dag);
    await worker({ dags: [dag], executeTask: ({ command }) => void rendered.push(command) });
    assert.equal((await running.result).state, "success");
    const days = ["01", "02", "03", "04"].flatMap((day) => [day, day]);
    assert.deepEqual(
      rendered.sort(),
      days.map((day) => `s3://lake db.internal x2 2024-01-${day}`),
    );
  });

  test(
    `a worker without the function of a task leaves its jobs to one that has it: ${name}`,
    limit,
    async (t) => {
      const dag = { ...sales, tasks: [{ taskId: "load", run: ({ executionDate }) => executionDate }] };
      const { running, warnings, warned, worker } = await begin(t, dag);
      const events = [];
      const onEvent = (event) => events.push(event);
      await worker({
        dags: [{ ...dag, tasks: [{ taskId: "other", run: () => 1 }] }],
        onEvent,
        concurrency: 4,
      });
      await warned;
      await worker({ dags: [dag], concurrency: 4 });
      const result = await running.result;
      assert.deepEqual([result.state, result.completed], ["success", 4]);
      assert.ok(result.results.every(({ attempts }) => attempts === 1));
      assert.deepEqual([...new Set(warnings.map(({ code }) => code))], ["worker_lacks_task"]);
      assert.match(
        warnings[0].message,
        /task load: this worker does not know the task's function: its job waits for a worker that has it/,
      );
      // Told once, however often the jobs came back.
      assert.deepEqual(
        events.map(({ type, error }) => [type, error.code]),
        [["error", "INVALID_OPTION"]],
      );
    },
  );

  test(
    `a job that no worker can execute fails when it was given back for ten minutes: ${name}`,
    limit,
    async (t) => {
      const { options, running, warned, worker } = await begin(t, sales);
      await worker({ executeTask: () => 1, concurrency: 4 });
      await warned;
      const { queue: named, backend, ...rest } = options;
      const queue = new Queue(named, rest, backend);
      queue.on("error", () => {});
      t.after(() => queue.close());
      let ended = false;
      running.result.finally(() => {
        ended = true;
      });
      while (!ended) {
        // As if it had been given back first eleven minutes ago.
        for (const job of await queue.getDelayed()) {
          const kept = job.progress.json === undefined ? job.progress : JSON.parse(job.progress.json);
          const old = { ...kept, since: Date.now() - 660_000 };
          await job.updateProgress(backend === undefined ? old : { json: JSON.stringify(old) });
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const result = await running.result;
      assert.deepEqual([result.state, result.failed], ["failed", 4]);
      const { message } = result.results[0].error;
      assert.match(
        message,
        /this worker has no executeRun, which its jobs need, and no other worker has taken its job for 10 minutes/,
      );
    },
  );
}

const redis = await startRedis();
if (redis === null) notTested("workers of BullMQ on Redis", "no redis-server (apt-get install redis-server)");
else {
  after(() => redis.stop());
  suite("Redis", { connection: { url: redis.url } });
}

const postgres = await startPostgres();
if (postgres === null)
  notTested("workers of BullMQ on PostgreSQL", "no postgres (apt-get install postgresql)");
else {
  await loadPg();
  after(() => postgres.stop());
  const connection = { connectionString: postgres.url, migrate: true };
  suite("PostgreSQL", { connection, backend: createPostgresBackend });
}
