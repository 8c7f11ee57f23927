// A life of a backfill: starts the one of the scene's phase, or goes on with it, or discards it, and writes down what it is told.
//
// node worker.mjs SCENE.json LIFE
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { callback } from "./callbacks.mjs";
import { Life } from "./journal.mjs";
import { randomBy } from "./random.mjs";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const life = Number(process.argv[3]);
const { phase, dag } = scene;
const random = randomBy(scene.seed ^ Math.imul(life, 0x9e3779b1));
let clock = Date.now();
const now = () => {
  clock = Date.now();
  return clock;
};
const journal = new Life(scene, life, () => clock);
const execute = callback(scene, journal, random);

const store = await openSqliteStore(scene.store);
const callbacks = dag.tasks === undefined ? { executeRun: execute } : { executeTask: execute };
const service = new BackfillService({
  dags: [dag],
  store,
  now,
  inFlight: scene.inFlight,
  leaseTime: 5_000,
  ...callbacks,
});

let driven = () => {};
const handle = new Promise((resolve) => {
  driven = resolve;
});
const dates = new Map();
const told = {
  "run-started": ({ run, at }) => {
    dates.set(run.runId, run.executionDate);
    const { executionDate: date, attempts: attempt } = run;
    journal.note("begun", { dag: dag.dagId, date, attempt, clock: Date.parse(at) });
  },
  "run-attached": ({ run }) => {
    dates.set(run.runId, run.executionDate);
    journal.note("attached", { dag: dag.dagId, date: run.executionDate });
  },
  "run-succeeded": ({ run }) => journal.note("told", { dag: dag.dagId, date: run.executionDate }),
  "task-succeeded": ({ runId, taskId }) =>
    journal.note("told", { dag: dag.dagId, date: dates.get(runId), task: taskId }),
  canceling: () => journal.note("canceling"),
  paused: () => {
    journal.note("paused");
    goOn();
  },
};
const hooks = { onEvent: (event) => told[event.type]?.(event) };

async function drive() {
  const known = (await service.list()).find(({ backfillId }) => backfillId === phase.backfillId);
  // The last life may have been killed when all was done.
  if (known !== undefined && !["running", "paused", "interrupted"].includes(known.state)) return;
  if (known !== undefined && phase.discard) {
    await service.discard(phase.backfillId);
    journal.note("discarded");
    return;
  }
  const backfill =
    known === undefined
      ? await service.start({ ...phase.options, backfillId: phase.backfillId }, hooks)
      : await service.resume(phase.backfillId, hooks);
  process.send("driving", () => process.connected && process.disconnect());
  driven(backfill);
  if (random.chance(phase.pauses)) setTimeout(() => backfill.pause(), random.integer(0, 60));
  if (random.chance(phase.cancels)) {
    setTimeout(
      () => backfill.cancel({ running: random.pick(["finish", "abort"]) }).catch(() => {}),
      random.integer(0, 200),
    );
  }
  const { state } = await backfill.result;
  journal.note("finished", { state });
}

/** Also behind the pause of a life before: a resume goes on with what is paused as it is. */
async function goOn() {
  await sleep(random.integer(5, 60));
  const backfill = await handle;
  journal.note("unpausing");
  backfill.resume();
}

try {
  await drive();
} catch (error) {
  if (error?.code === "STALE_OWNER") process.exitCode = 3;
  else if (["BACKFILL_ACTIVE", "BACKFILL_EXISTS", "UNKNOWN_BACKFILL"].includes(error?.code))
    process.exitCode = 4;
  else throw error;
}
await store.close();
if (process.connected) process.disconnect();
