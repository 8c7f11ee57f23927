// A process that kills itself at a chosen point of its backfill: node crash_worker.mjs STORE POINT
import { appendFileSync } from "node:fs";
import { BackfillService, MemoryStore } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { day, days } from "./scene.mjs";

const [, , path, point] = process.argv;
const die = () => process.kill(process.pid, "SIGKILL");
const dag = { dagId: "etl", schedule: "@daily" };

if (point === "never-settles") {
  // Nothing but the backfill itself keeps this process alive.
  const service = new BackfillService({
    dags: [dag],
    store: new MemoryStore(),
    executeRun: () => new Promise(() => {}),
  });
  await service.start(days(2));
  process.send("started");
} else if (point === "silent-store") {
  const store = new MemoryStore();
  store[path] = () => {
    process.send("asked");
    return new Promise(() => {});
  };
  // A history is read as columns where the store can tell it so.
  if (path === "listRuns") store.listHistory = undefined;
  const service = new BackfillService({ dags: [dag], store, executeRun: () => {} });
  service.start(days(2));
} else {
  const store = await openSqliteStore(path);
  const { apply } = store;
  store.apply = async (changes, fence) => {
    const ends = changes.some((change) => change.change?.state === "success");
    const finished = changes.some((change) => change.type === "save-backfill" && change.finished);
    if (point === "settled, not stored" && ends) die();
    await apply.call(store, changes, fence);
    if (point === "stored, not started") die();
    if (point === "all done, not told" && finished) die();
  };
  const executeRun = ({ executionDate, attempt }) => {
    appendFileSync(`${path}.journal`, `${executionDate} ${attempt}\n`);
    if (point === "in a run" && executionDate === day(3)) die();
  };
  const service = new BackfillService({ dags: [dag], store, executeRun });
  await service.backfill(days(5, { backfillId: "b", conf: { n: 1 } }));
}
