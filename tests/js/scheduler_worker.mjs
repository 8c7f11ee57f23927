// A process with a scheduler over a SQLite store: `scheduler_worker.mjs PATH JOB`. It prints one line a run that begins.
import { Scheduler } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";

const [path, job] = process.argv.slice(2);
const store = await openSqliteStore(path);
const hourly = { dagId: "d", schedule: "@hourly", startDate: "2024-01-01", catchup: true };
const now = () => Date.parse("2024-01-03T00:30Z");

const executeRun = async ({ executionDate, attempt }) => {
  console.log(`${executionDate} ${attempt}`);
  if (job === "hang") await new Promise(() => {});
  await new Promise((resolve) => setTimeout(resolve, 2));
};

if (job === "race" || job === "hang") {
  const scheduler = new Scheduler({ dags: [{ ...hourly, maxActiveRuns: 4 }], store, executeRun, now });
  scheduler.onEvent((event) => {
    if (event.type === "error") console.log(`error ${event.error.code} ${event.error.message}`);
  });
  await scheduler.tick();
} else {
  // A schedule of seconds, on the machine's clock: started, and stopped after some runs.
  const dag = { dagId: "s", schedule: "* * * * * *", catchup: "none" };
  const scheduler = new Scheduler({ dags: [dag], store, executeRun });
  scheduler.start();
  let runs = 0;
  scheduler.onEvent(({ type }) => {
    if (type === "run-succeeded" && ++runs === 2 && job === "stop") {
      scheduler.stop().then(() => console.log("stopped"));
    }
  });
}
