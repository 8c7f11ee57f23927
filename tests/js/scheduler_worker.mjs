// A process with a scheduler over a SQLite store: `scheduler_worker.mjs PATH JOB`. It prints one line a run that begins.
import { appendFileSync, readFileSync } from "node:fs";
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

if (job === "limit" || job === "limit, later") {
  // Beginnings and ends of all processes go to one file, whose order is that in which they happened.
  const log = `${path}.log`;
  const note = (line) => appendFileSync(log, `${line} ${process.pid}\n`);
  /** Waits until three different lines begin with this word. */
  const three = async (word) => {
    const lines = () => new Set(readFileSync(log, "utf8").match(new RegExp(`^${word} .*$`, "gm"))).size;
    while (lines() < 3) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const { acquireLease } = store;
  store.acquireLease = async (name, ...more) => {
    const lease = await acquireLease.call(store, name, ...more);
    if (lease === null || name !== "schedule:d") return lease;
    // A process that gives the slots of the DAG back has begun what it may begin.
    const release = lease.release.bind(lease);
    return Object.assign(lease, { release: () => release().finally(() => note("looked -")) });
  };
  const executeRun = async ({ executionDate }) => {
    note(`begun ${executionDate}`);
    // The first runs do not end before each process has looked for slots beside them.
    await three("looked");
    note(`ended ${executionDate}`);
  };
  const scheduler = new Scheduler({ dags: [{ ...hourly, maxActiveRuns: 3 }], store, executeRun, now });
  note("ready -");
  await three(job === "limit" ? "ready" : "begun");
  do await scheduler.tick();
  while ((await store.listRuns({ dagId: "d", states: ["success"] })).length < 48);
} else if (job === "race" || job === "hang") {
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
