// The engine contract over BullMQ, on a real Redis and a real PostgreSQL.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { engineContract } from "dagfill/engine/contract";
import { loadPg, notTested, servicePackages, startPostgres, startRedis } from "./services.mjs";

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
}

const postgres = await startPostgres();
if (postgres === null) notTested("engine bullmq on PostgreSQL", "no postgres (apt-get install postgresql)");
else {
  await loadPg();
  after(() => postgres.stop());
  const connection = { connectionString: postgres.url, migrate: true };
  contract("bullmq on PostgreSQL", { connection, backend: createPostgresBackend });
}
