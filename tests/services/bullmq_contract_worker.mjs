// A worker of the engine contract in a process of its own. Arguments: the URL of Redis or PostgreSQL, and the queue. It sends the key of each job
// that begins, and "ready" before.
import { bullmqWorker } from "dagfill/engine/bullmq";
import { contractWork } from "dagfill/engine/contract";

const [url, queue] = process.argv.slice(2);
const { createPostgresBackend } = await import("bullmq");
const bull = url.startsWith("redis")
  ? { connection: url }
  : { connection: { connectionString: url, migrate: true }, backend: createPostgresBackend };
const work = contractWork((key) => process.send(key));
await bullmqWorker({ ...bull, ...work, queue, concurrency: 4, leaseTime: 1_000 });
process.send("ready");
