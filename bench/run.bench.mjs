// 100,000 runs whose callback returns at once, 16 in flight: what does driving one run cost? Beside p-limit, p-map and p-queue
// that call the same callback and keep the same books: a record a run, and a progress object at its start and at its end.

import pLimit from "p-limit";
import pMap from "p-map";
import PQueue from "p-queue";
import { BackfillService, expandRange, MemoryStore } from "../dist/index.js";
import { median } from "./median.mjs";
import { ratio as tell } from "./ratios.mjs";

const RUNS = 100_000;
const LANES = 16;
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const start = "2024-01-01T00:00:00Z";
const end = new Date(Date.parse(start) + (RUNS - 1) * 60_000).toISOString();
const callback = async (run) => run.executionDate.length;

async function dagfill() {
  let told = 0;
  const dags = [{ dagId: "bench", schedule: "* * * * *" }];
  const service = new BackfillService({ dags, store: new MemoryStore(), executeRun: callback });
  const result = await service.backfill(
    { dagId: "bench", startDate: start, endDate: end, maxParallelRuns: LANES },
    {
      onProgress: (progress) => {
        told += progress.total > 0 ? 1 : 0;
      },
    },
  );
  return [result.completed, told];
}

/** The books that a script keeps which runs its dates through a limiter. */
function books() {
  const records = new Map();
  let [told, completed, running] = [0, 0, 0];
  const progress = () => {
    const now = {
      total: RUNS,
      completed,
      failed: 0,
      remaining: RUNS - completed,
      running,
      skipped: 0,
      canceled: 0,
    };
    told += now.total > 0 ? 1 : 0;
  };
  const iso = (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  return {
    records,
    told: () => told,
    async run(ms) {
      const executionDate = iso(ms);
      const runId = `backfill__${executionDate.slice(0, 19)}+00:00`;
      const record = {
        runId,
        dagId: "bench",
        executionDate,
        dataInterval: { start: executionDate, end: iso(ms + 60_000) },
        runType: "backfill",
        state: "running",
        conf: {},
        attempt: 1,
        startedAt: iso(Date.now()),
      };
      records.set(runId, record);
      running += 1;
      progress();
      const output = await callback({ ...record });
      running -= 1;
      completed += 1;
      records.set(runId, { ...record, state: "success", finishedAt: iso(Date.now()), output });
      progress();
    },
  };
}

const dates = () => expandRange("* * * * *", start, end);
const peers = {
  "p-limit": async (run) => {
    const limit = pLimit(LANES);
    await Promise.all(Array.from(dates(), (ms) => limit(() => run(ms))));
  },
  "p-map": (run) => pMap(dates(), run, { concurrency: LANES }),
  "p-queue": async (run) => {
    const queue = new PQueue({ concurrency: LANES });
    await Promise.all(Array.from(dates(), (ms) => queue.add(() => run(ms))));
  },
};

const contenders = { dagfill };
for (const [name, drive] of Object.entries(peers)) {
  contenders[name] = async () => {
    const kept = books();
    await drive(kept.run);
    return [kept.records.size, kept.told()];
  };
}

const times = new Map(Object.keys(contenders).map((name) => [name, []]));
for (let round = -1; round < ROUNDS; round++) {
  for (const [name, run] of Object.entries(contenders)) {
    globalThis.gc?.();
    const before = performance.now();
    const [done, told] = await run();
    const took = ((performance.now() - before) * 1000) / RUNS;
    if (done !== RUNS || told < 2 * RUNS) throw new Error(`${name}: ${done} runs, ${told} progress objects`);
    if (round >= 0) times.get(name).push(took);
  }
}
const ours = times.get("dagfill");
console.log(
  `${RUNS} runs, ${LANES} in flight, a record and two progress objects a run; median of ${ROUNDS} rounds`,
);
for (const [name, values] of times) {
  const ratio = median(ours.map((value, round) => value / values[round]));
  if (name !== "dagfill") tell(`run beside ${name}`, 1 / ratio);
  console.log(
    `${name.padEnd(8)} ${median(values).toFixed(2).padStart(6)} us a run   dagfill / ${name}: ${ratio.toFixed(2)}`,
  );
}
