// Throughput of whole backfills with empty work: SQLite, PostgreSQL, PostgreSQL over a line of 2 ms, and end to end over BullMQ on Redis with
// the state in PostgreSQL. Goals: PostgreSQL at least half of SQLite at 64 in flight, 1,500 runs/s at 64 over the line, 500 over BullMQ.
// With MILLION=1 it is 1,000,000 runs on PostgreSQL instead: the time, and the most memory that their coordinator had.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { BackfillService } from "../dist/index.js";
import { openPostgresStore } from "../dist/store/postgres.js";
import { openSqliteStore } from "../dist/store/sqlite.js";
import { lineTo } from "../tests/services/line.mjs";
import { servicePackages, startPostgres, startRedis } from "../tests/services/services.mjs";
import { median } from "./median.mjs";

await servicePackages();
const { default: pg } = await import("pg");
const { bullmqEngine, bullmqWorker } = await import("../dist/engine/bullmq.js");
const LEVELS = [1, 16, 64, 256];
const ROUNDS = 7;
const MILLION = process.env.MILLION === "1";

// A worker in a process of its own.
if (process.argv[2] === "worker") {
  await bullmqWorker({ connection: process.argv[3], concurrency: 64, executeRun: () => {} });
  process.send("ready");
  await new Promise(() => {});
}

let dagCount = 0;
/** Runs a second of one backfill of minutes. */
async function throughput(store, inFlight, runs, how = { executeRun: () => {} }) {
  dagCount += 1;
  const dagId = `bench_${dagCount}`;
  const service = new BackfillService({ dags: [{ dagId, schedule: "* * * * *" }], store, ...how });
  const start = Date.parse("2024-01-01T00:00:00Z");
  const at = performance.now();
  const result = await service.backfill({
    dagId,
    startDate: start,
    endDate: start + (runs - 1) * 60_000,
    maxParallelRuns: inFlight,
    maxRuns: runs,
  });
  const seconds = (performance.now() - at) / 1_000;
  if (result.completed !== runs) throw new Error(JSON.stringify(result.results.find(({ error }) => error)));
  return runs / seconds;
}

/** Many DAGs at once, four in flight each. */
async function manyDags(store, dags, runs) {
  const at = performance.now();
  await Promise.all(Array.from({ length: dags }, () => throughput(store, 4, runs)));
  return (dags * runs) / ((performance.now() - at) / 1_000);
}

/** One coordinator, 256 in flight. Nothing else has run in this process, so that the most memory is its own. */
async function million() {
  const postgres = await startPostgres();
  if (postgres === null) return console.log("NOT TESTED: 1,000,000 runs: it needs PostgreSQL");
  const pool = new pg.Pool({ connectionString: postgres.url, max: 8 });
  const store = await openPostgresStore(pool);
  const rate = await throughput(store, 256, 1_000_000);
  const [seconds, mib] = [1_000_000 / rate, process.resourceUsage().maxRSS / 1_024];
  console.log(
    `1,000,000 runs on PostgreSQL, one coordinator, 256 in flight: ${seconds.toFixed(1)} s, ${rate.toFixed(0)} runs/s, at most ${mib.toFixed(0)} MiB; load ${loadavg()[0].toFixed(1)}`,
  );
  await store.close();
  await pool.end();
  await postgres.stop();
}

if (MILLION) {
  await million();
  process.exit(0);
}

const folder = mkdtempSync(join(tmpdir(), "dagfill-bench-"));
const [postgres, redis] = [await startPostgres(), await startRedis()];
if (postgres === null || redis === null) {
  console.log("NOT TESTED: throughput: it needs PostgreSQL and Redis");
  process.exit(process.env.CI === "true" ? 1 : 0);
}
const url = new URL(postgres.url);
const line = await lineTo(Number(url.port), { delay: 1 });
const poolOf = (port) => {
  const pool = new pg.Pool({ connectionString: postgres.url.replace(url.port, String(port)), max: 8 });
  pool.on("error", () => {});
  return pool;
};
const pools = [poolOf(url.port), poolOf(line.port)];
const sqlite = await openSqliteStore(join(folder, "bench.sqlite"));
const near = await openPostgresStore(pools[0]);
const far = await openPostgresStore(pools[1]);
const engine = bullmqEngine({ connection: redis.url });
const workers = await Promise.all(
  [1, 2].map(
    () =>
      new Promise((resolve) => {
        const resolver = join(import.meta.dirname, "..", "tests", "services", "npm", "resolve.mjs");
        const child = spawn(
          process.execPath,
          ["--import", resolver, import.meta.filename, "worker", redis.url],
          {
            stdio: ["ignore", "inherit", "inherit", "ipc"],
          },
        );
        child.once("message", () => resolve(child));
      }),
  ),
);

/** Runs a round of each store at a level. The host wavers: what is compared is measured in turns, and the median of the pairs counts. */
const stores = {
  SQLite: (level) => throughput(sqlite, level, level === 1 ? 300 : 6_400),
  PostgreSQL: (level) => throughput(near, level, level === 1 ? 300 : 6_400),
  "PostgreSQL, 2 ms away": (level) => throughput(far, level, level === 1 ? 60 : level * 50),
};
const measured = Object.fromEntries(Object.keys(stores).map((name) => [name, LEVELS.map(() => [])]));
for (const measure of Object.values(stores)) await measure(16);
for (const [at, level] of LEVELS.entries()) {
  for (let round = 0; round < ROUNDS; round += 1) {
    const names = Object.keys(stores);
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      measured[name][at].push(await stores[name](level));
    }
  }
}
const EMPTY_JOBS = "BullMQ on Redis, end to end";
const endToEnd = (level) => throughput(near, level, level === 1 ? 100 : 2_000, { engine });
await endToEnd(16);
measured[EMPTY_JOBS] = [];
for (const level of LEVELS) {
  const rates = [];
  for (let round = 0; round < 3; round += 1) rates.push(await endToEnd(level));
  measured[EMPTY_JOBS].push(rates);
}
console.log(
  `runs a second, empty work; medians of ${ROUNDS} rounds in turns; load ${loadavg()[0].toFixed(1)} on this machine`,
);
console.log(`${"in flight".padEnd(29)} ${LEVELS.map((level) => String(level).padStart(8)).join("")}`);
for (const [name, levels] of Object.entries(measured)) {
  console.log(`${name.padEnd(29)} ${levels.map((rates) => median(rates).toFixed(0).padStart(8)).join("")}`);
}
for (const [name, store] of [
  ["SQLite", sqlite],
  ["PostgreSQL", near],
]) {
  console.log(
    `100 DAGs at once, ${name.padEnd(12)} ${(await manyDags(store, 100, 200)).toFixed(0).padStart(8)}`,
  );
}
const at64 = (name) => measured[name][LEVELS.indexOf(64)];
const ratios = at64("PostgreSQL").map((rate, round) => rate / at64("SQLite")[round]);
console.log(`PostgreSQL to SQLite at 64, by rounds: ${ratios.map((ratio) => ratio.toFixed(2)).join(" ")}`);
const goals = [
  ["PostgreSQL to SQLite at 64", median(ratios), 0.5],
  ["2 ms away at 64", median(at64("PostgreSQL, 2 ms away")), 1_500],
  ["BullMQ at 64", median(at64(EMPTY_JOBS)), 500],
];
for (const [name, value, goal] of goals)
  console.log(`goal ${name}: ${value.toFixed(2)} of ${goal}${value >= goal ? "" : ", missed"}`);
for (const worker of workers) worker.kill();
await engine.close();
for (const store of [sqlite, near, far]) await store.close();
for (const pool of pools) await pool.end();
line.close();
await Promise.all([postgres.stop(), redis.stop()]);
rmSync(folder, { recursive: true, force: true });
process.exit(0);
