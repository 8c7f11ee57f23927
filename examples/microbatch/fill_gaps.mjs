// Finds the daily batches that are not there, and runs the DAG of dag.json for exactly these dates.
//
//   node examples/microbatch/fill_gaps.mjs 2026-01-01 2026-01-31
//
// The batches themselves are the history, so no run store is needed: delete a file, and its date is missing again.
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BackfillService, missing } from "dagfill";
import { shellTasks } from "dagfill/shell";

const here = dirname(fileURLToPath(import.meta.url));
const [start, end] = process.argv.slice(2);
if (!start || !end) {
  console.error("usage: node fill_gaps.mjs <first date> <last date>");
  process.exit(2);
}

const dag = JSON.parse(await readFile(join(here, "dag.json"), "utf8"));

/** One successful run for each batch on disk. With dbt, ask the warehouse: `select distinct date_trunc('day', event_time) from orders`. */
async function existingBatches() {
  const files = await readdir(join(here, "out")).catch(() => []);
  const dates = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, 10));
  return dates.map((executionDate) => ({ executionDate, state: "success" }));
}

const gaps = missing(dag, await existingBatches(), { start, end });
console.log(`${gaps.count} batches are missing`);

const service = new BackfillService({
  dags: [dag],
  executeTask: shellTasks({ cwd: here, onLine: ({ taskId, text }) => console.log(`${taskId}: ${text}`) }),
});
for (const range of gaps.ranges) {
  console.log(`${range.start.slice(0, 10)} to ${range.end.slice(0, 10)}: ${range.count}`);
  const { state, failed } = await service.backfill({
    dagId: dag.dagId,
    startDate: range.start,
    endDate: range.end,
    maxParallelRuns: 4,
  });
  if (state !== "success") {
    console.error(`${failed} batches failed`);
    process.exitCode = 1;
  }
}
