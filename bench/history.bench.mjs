// A preview over 1,000,000 existing runs in SQLite: its time beside a plain read of two of their columns, and the memory of the
// process. The goal is 2 s and 400 MB on two idle cores.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { BackfillService } from "../dist/index.js";
import { openSqliteStore } from "../dist/store/sqlite.js";
import { ratio } from "./ratios.mjs";

const RUNS = Number(process.env.RUNS ?? 1_000_000);
const ROUNDS = Number(process.env.ROUNDS ?? 3);
const start = Date.parse("2022-01-01T00:00:00Z");
const iso = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const dates = { startDate: iso(start), endDate: iso(start + (RUNS - 1) * 60_000), maxRuns: RUNS };

function change(n) {
  const ms = start + n * 60_000;
  const executionDate = iso(ms);
  const run = {
    runId: `backfill__${executionDate.slice(0, 19)}+00:00`,
    dagId: "bench",
    executionDate,
    dataInterval: { start: executionDate, end: iso(ms + 60_000) },
    runType: "backfill",
    state: n % 1_000 === 0 ? "failed" : "success",
    conf: {},
    backfillId: "first",
    owner: "dag:bench",
    attempt: 1,
    startedAt: iso(ms + 61_000),
    finishedAt: iso(ms + 62_000),
    ...(n % 1_000 === 0 ? { error: { name: "Error", message: `date ${n}` } } : {}),
  };
  return { type: "create-run", run };
}

// Made by another process, whose memory is not the preview's.
if (process.argv[2] === "make") await make(process.argv[3]);
else {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-bench-"));
  try {
    const path = join(folder, "runs.db");
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), "make", path]);
    await measure(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function make(path) {
  const store = await openSqliteStore(path);
  for (let from = 0; from < RUNS; from += 20_000) {
    const length = Math.min(20_000, RUNS - from);
    await store.apply(Array.from({ length }, (_, n) => change(from + n)));
  }
  await store.close();
}

async function measure(path) {
  const store = await openSqliteStore(path);
  const dags = [{ dagId: "bench", schedule: "* * * * *" }];
  const service = new BackfillService({ dags, store, executeRun: () => {} });
  const rounds = [];
  let resident = 0;
  for (let round = 0; round < ROUNDS; round++) {
    globalThis.gc?.();
    const [preview, cpu] = await timed(() => service.preview({ dagId: "bench", ...dates }));
    if (preview.counts.skip !== RUNS) throw new Error(`expected ${RUNS} skipped dates`);
    resident ||= process.resourceUsage().maxRSS / 1_000;
    const [, plain] = await timed(() => twoColumns(path));
    rounds.push({ cpu, plain });
  }
  rounds.sort((a, b) => a.cpu - b.cpu);
  const { cpu, plain } = rounds[Math.floor(rounds.length / 2)];
  ratio("a preview over stored runs, beside two columns by SQL", plain / cpu);
  console.log(
    `preview over ${RUNS.toLocaleString("en")} existing runs: ${cpu.toFixed(2)} s of CPU, two columns by SQL ` +
      `${plain.toFixed(2)} s, ratio ${(cpu / plain).toFixed(1)}; most memory of the first ${resident.toFixed(0)} MB`,
  );
  await store.close();
}

/** CPU of the process, so that what else the machine does changes little. */
async function timed(job) {
  const before = process.cpuUsage();
  const result = await job();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}

function twoColumns(path) {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(
    "SELECT executionMs, state FROM runs WHERE dagId = 'bench' ORDER BY executionMs",
  );
  let failed = 0;
  for (const { state } of rows.iterate()) if (state === "failed") failed += 1;
  database.close();
  return failed;
}
