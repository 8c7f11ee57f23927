// DAG runs a second: 10,000 runs of 5 tasks that do nothing, and how much of a task's time is the core's and the binding's:
// what is left when the same writes of a loop by hand are taken off. Medians of rounds; both run 16 runs at a time.
import { BackfillService, MemoryStore } from "../dist/index.js";
import { countsOnly } from "../tests/js/store/faulty.mjs";
import { ratio } from "./ratios.mjs";

const runs = 10_000;
const rounds = 5;
const parallel = 16;
const target = 20;
const names = ["extract", "clean", "join", "load", "report"];
const tasks = names.map((taskId, n) => ({ taskId, dependsOn: names.slice(Math.max(n - 1, 0), n) }));
const templated = tasks.map((task) => ({
  ...task,
  params: { table: "sales_{{ ds_nodash }}", from: "{{ data_interval_start }}" },
}));
const start = Date.parse("2000-01-01");
const hour = 3_600_000;

async function dagfill(store, dagTasks) {
  let done = 0;
  const service = new BackfillService({
    dags: [{ dagId: "bench", schedule: "@hourly", tasks: dagTasks }],
    store,
    executeTask: () => {
      done += 1;
    },
  });
  const began = performance.now();
  const result = await service.backfill({
    dagId: "bench",
    startDate: start,
    endDate: start + (runs - 1) * hour,
    maxParallelRuns: parallel,
  });
  const ms = performance.now() - began;
  if (result.completed !== runs || done !== runs * tasks.length) throw new Error("not every task has run");
  return ms;
}

/** The same records by hand: no plan, no rules, no templates. */
async function byHand(store) {
  const execute = () => {};
  const iso = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const began = performance.now();
  let next = 0;
  const lane = async () => {
    while (next < runs) {
      const at = start + next++ * hour;
      const executionDate = iso(at);
      const key = { dagId: "bench", runId: `backfill__${executionDate.slice(0, 19)}+00:00` };
      const dataInterval = { start: executionDate, end: iso(at + hour) };
      const run = { ...key, executionDate, dataInterval, runType: "backfill", conf: {}, attempt: 1 };
      const startedAt = iso(Date.now());
      await store.apply([{ type: "create-run", run: { ...run, state: "running", startedAt } }]);
      for (const taskId of names) {
        const instance = { ...key, taskId, state: "running", attempt: 1, startedAt: iso(Date.now()) };
        await store.apply([{ type: "save-task-instance", instance }]);
        await execute();
        const ended = { ...instance, state: "success", finishedAt: iso(Date.now()) };
        await store.apply([{ type: "save-task-instance", instance: ended }]);
      }
      const change = { state: "success", finishedAt: iso(Date.now()) };
      await store.apply([{ type: "update-run", ...key, change }]);
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return performance.now() - began;
}

async function median(measure) {
  const times = [];
  for (let round = 0; round < rounds; round++) {
    globalThis.gc?.();
    times.push(await measure());
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)];
}

const perTask = (ms) => (ms * 1_000) / (runs * tasks.length);
function line(name, ms) {
  const [runRate, taskRate] = [runs, runs * tasks.length].map((n) => Math.round((n / ms) * 1_000));
  const numbers = [
    `${runRate.toLocaleString("en")} runs/s`.padStart(15),
    `${taskRate.toLocaleString("en")} tasks/s`.padStart(17),
    `${perTask(ms).toFixed(1)} us a task`.padStart(16),
  ];
  console.log(`  ${name.padEnd(34)} ${numbers.join(" ")}`);
}

console.log(`${runs} runs of ${tasks.length} tasks, ${parallel} runs at a time`);
const memory = await median(() => dagfill(new MemoryStore(), tasks));
line("MemoryStore", memory);
const rendered = await median(() => dagfill(new MemoryStore(), templated));
line("MemoryStore, two templates a task", rendered);
const nothing = await median(() => dagfill(countsOnly(), tasks));
line("a store that keeps nothing", nothing);
const hand = await median(() => byHand(new MemoryStore()));
line("by hand, MemoryStore", hand);
ratio("tasks beside a loop by hand", hand / memory);
const share = perTask(memory - hand);
const reached = share <= target;
console.log(
  `  ${reached ? "reached" : "MISSED "}  core and binding at most ${target} us a task: ${share.toFixed(1)} us`,
);
process.exitCode = reached ? 0 : 1;
