// A worker in a process of its own. Arguments: JSON of `redis`, `log`, `concurrency`, `leaseTime`. Its work waits for `conf.ms`, and notes each
// start, end and abort in the log.
import { appendFileSync } from "node:fs";
import { bullmqWorker } from "dagfill/engine/bullmq";

const { redis, log, concurrency = 8, leaseTime = 4_000 } = JSON.parse(process.argv[2]);
const note = (what, key) => appendFileSync(log, `${what} ${key} ${process.pid} ${Date.now()}\n`);
const worker = await bullmqWorker({
  connection: redis,
  concurrency,
  leaseTime,
  executeRun: (run) =>
    new Promise((resolve, reject) => {
      note("start", run.key);
      const timer = setTimeout(() => {
        note("end", run.key);
        resolve(run.executionDate);
      }, run.conf.ms);
      run.signal.addEventListener("abort", () => {
        clearTimeout(timer);
        note("abort", run.key);
        reject(run.signal.reason);
      });
    }),
});
process.once("SIGTERM", () => worker.close().then(() => process.exit(0)));
console.log("ready");
