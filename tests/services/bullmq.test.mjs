// The engine contract over BullMQ, on a real Redis and a real PostgreSQL.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { engineContract } from "dagfill/engine/contract";
import { loadPg, notTested, redisCommand, servicePackages, startPostgres, startRedis } from "./services.mjs";

await servicePackages();
const { createPostgresBackend } = await import("bullmq");

function contract(name, bull) {
  let count = 0;
  engineContract(
    name,
    async (work) => {
      count += 1;
      const options = { ...bull, queue: `contract-${count}` };
      const worker = await bullmqWorker({ ...options, ...work, concurrency: 4, leaseTime: 2_000 });
      return {
        engine: bullmqEngine(options),
        again: async () => bullmqEngine(options),
        slots: 4,
        many: bull.backend === undefined ? 1_000 : 200,
        done: () => worker.close({ running: "abort" }),
      };
    },
    { test, assert },
  );
}

const redis = await startRedis();
if (redis === null) notTested("engine bullmq on Redis", "no redis-server (apt-get install redis-server)");
else {
  after(() => redis.stop());
  contract("bullmq on Redis", { connection: redis.url });

  test("a Redis that may evict jobs is refused; one without a limit, or that evicts none, is not", async (t) => {
    const own = await startRedis();
    t.after(() => own.stop());
    if (own.port === undefined) return t.skip("the server is not this test's own");
    t.mock.method(console, "warn", () => {});
    for (const [limit, policy, isRefused] of [
      ["0", "allkeys-lru", false],
      ["100mb", "noeviction", false],
      ["100mb", "allkeys-lru", true],
    ]) {
      await redisCommand(own.port, `CONFIG SET maxmemory ${limit}`);
      await redisCommand(own.port, `CONFIG SET maxmemory-policy ${policy}`);
      const engine = bullmqEngine({ connection: own.url });
      const answer = await engine.check(["sales"]).catch((error) => error);
      await engine.close();
      if (!isRefused) assert.equal(answer, undefined);
      else {
        assert.equal(answer.code, "ENGINE_FAILED");
        assert.match(answer.message, /may evict jobs: its maxmemory-policy is allkeys-lru/);
        assert.match(answer.hint, /noeviction/);
      }
    }
  });
}

const postgres = await startPostgres();
if (postgres === null) notTested("engine bullmq on PostgreSQL", "no postgres (apt-get install postgresql)");
else {
  await loadPg();
  after(() => postgres.stop());
  const connection = { connectionString: postgres.url, migrate: true };
  contract("bullmq on PostgreSQL", { connection, backend: createPostgresBackend });
}
