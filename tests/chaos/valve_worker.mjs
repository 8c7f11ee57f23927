// The child process of valve.mjs: starts the backfill of its scene, or goes on with it. node valve_worker.mjs SCENE.json
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const note = (...words) => appendFileSync(scene.journal, `${words.join(" ")}\n`);
const store = await openSqliteStore(scene.store);
// From here on it may be killed at any moment: how long a process takes to start says nothing.
process.stdout.write("ready");
const executeRun = async ({ executionDate, chunk, attempt }) => {
  const dates = chunk === undefined ? [executionDate] : chunk.dates;
  for (const date of dates) note("start", date, attempt);
  await sleep(scene.takes);
  for (const date of dates) {
    if (!scene.failing.includes(date)) continue;
    if (chunk === undefined) throw new Error("this date always fails");
    chunk.fail(date, new Error("this date always fails"));
  }
};
const service = new BackfillService({ dags: [scene.dag], store, executeRun });
const [known] = await service.list();
if (known === undefined || !["success", "failed", "canceled"].includes(known.state)) {
  const backfill = known === undefined ? await service.start(scene.options) : await service.resume("b");
  await backfill.result;
}
await store.close();
