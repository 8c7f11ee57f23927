// The way from a history that Airflow has to a plan: 100,000 runs as JSON are read, stored in SQLite, and then asked for what is missing,
// for a preview and for an estimate. The goal for reading and storing is 3 s on two idle cores.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importRuns, storeRuns } from "../dist/import.js";
import { BackfillService, missing } from "../dist/index.js";
import { openSqliteStore } from "../dist/store/sqlite.js";

const RUNS = Number(process.env.RUNS ?? 100_000);
const HOUR = 3_600_000;
const start = Date.parse("2012-01-01T00:00:00Z");
const text = (ms) => new Date(ms).toISOString().replace("Z", "000+00:00");

/** What `airflow dags list-runs -o json` prints: one run in a hundred failed, one in a thousand is not there. */
function history() {
  const rows = [];
  for (let n = 0; n < RUNS; n++) {
    if (n % 1_000 === 7) continue;
    const at = start + n * HOUR;
    rows.push({
      dag_id: "bench",
      run_id: `scheduled__${text(at)}`,
      state: n % 100 === 0 ? "failed" : "success",
      execution_date: text(at),
      start_date: text(at + HOUR + 1_000),
      end_date: text(at + HOUR + 60_000 + (n % 60) * 1_000),
    });
  }
  return JSON.stringify(rows);
}

const folder = mkdtempSync(join(tmpdir(), "dagfill-bench-"));
try {
  await measure(history());
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(source) {
  const dag = { dagId: "bench", schedule: "@hourly" };
  const end = start + (RUNS - 1) * HOUR;
  const store = await openSqliteStore(join(folder, "runs.db"));
  const service = new BackfillService({ dags: [dag], store, executeRun: () => {} });
  const options = { dagId: "bench", startDate: start, endDate: end, maxRuns: RUNS, reprocess: "failed" };
  const { runs } = await timed("importRuns", () => importRuns(source, { dag }));
  await timed("storeRuns into SQLite", () => storeRuns(store, runs));
  const again = await timed("storeRuns again", () => storeRuns(store, runs));
  if (again.unchanged !== runs.length)
    throw new Error(`expected ${runs.length} unchanged, got ${again.unchanged}`);
  const found = await timed("missing over the runs", () => missing(dag, runs, { start, end }));
  const stored = await timed("missing over SQLite", () => missing(dag, store, { start, end }));
  const preview = await timed("preview", () => service.preview(options));
  const starts = preview.counts.total - preview.counts.skip;
  if (found.count !== starts || stored.count !== starts)
    throw new Error(`expected ${starts} missing dates, got ${found.count} and ${stored.count}`);
  const { samples } = await timed("estimate from history", () => preview.estimate({ from: "history" }));
  const memory = process.resourceUsage().maxRSS / 1_000;
  console.log(
    `${RUNS.toLocaleString("en")} runs, ${starts.toLocaleString("en")} dates to run, ${samples} samples: ` +
      `most memory ${memory.toFixed(0)} MB`,
  );
  await store.close();
}

/** CPU of the process, so that what else the machine does changes little. */
async function timed(what, job) {
  const [before, begun] = [process.cpuUsage(), performance.now()];
  const result = await job();
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - begun) / 1_000;
  console.log(`${what.padEnd(24)} ${((user + system) / 1e6).toFixed(2)} s of CPU, ${wall.toFixed(2)} s`);
  return result;
}
