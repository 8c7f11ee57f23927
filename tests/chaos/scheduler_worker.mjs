// A life of a scheduler that shares its store with others: ticks until every date has ended, and starts runs by hand meanwhile.
//
// node scheduler_worker.mjs SCENE.json LIFE
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, Scheduler } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { callback } from "./callbacks.mjs";
import { goneSince, Life, markBack } from "./journal.mjs";
import { randomBy } from "./random.mjs";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const life = Number(process.argv[3]);
const { dag, byHand } = scene;
const random = randomBy(scene.seed ^ Math.imul(life, 0x9e3779b1));
const journal = new Life(scene, life, Date.now);
const execute = callback(scene, journal, random);

const store = await openSqliteStore(scene.store);
const callbacks = dag.tasks === undefined ? { executeRun: execute } : { executeTask: execute };
const more = { store, inFlight: scene.inFlight, leaseTime: 5_000 };
const scheduler = new Scheduler({ dags: [dag], ...more, ...callbacks });
const hand = new BackfillService({ dags: [byHand], ...more, executeRun: execute });

scheduler.onEvent(({ type, run, error }) => {
  if (type === "run-started") {
    // Frozen while it had no lease of this DAG, it hears of none that it has lost. A start that is stored afterwards is under a new one.
    if (Date.parse(run.startedAt) > goneSince(scene, life)) markBack(scene, life);
    journal.note("begun", { dag: dag.dagId, date: run.executionDate });
  }
  if (type === "run-succeeded") journal.note("told", { dag: dag.dagId, date: run.executionDate });
  if (type === "error") {
    journal.note("error", { code: error.code, message: error.message });
    // Frozen and taken for dead: it goes on under another name.
    if (error.code === "STALE_OWNER") markBack(scene, life);
  }
});

let done = false;

async function runByHand() {
  while (!done) {
    await sleep(random.integer(10, 150));
    const executionDate = random.pick(scene.dates);
    try {
      const run = await hand.trigger({ dagId: byHand.dagId, executionDate });
      const word = run.state === "success" ? "told" : "ended";
      journal.note(word, { dag: byHand.dagId, date: executionDate });
    } catch (error) {
      if (error?.code !== "RUN_EXISTS" && error?.code !== "STALE_OWNER") throw error;
    }
  }
}

async function tickUntilDone() {
  for (;;) {
    await scheduler.tick();
    const ended = await store.listRuns({ dagId: dag.dagId, states: ["success", "failed", "canceled"] });
    if (ended.length >= scene.dates.length) break;
    await sleep(20);
  }
  done = true;
}

process.send("driving", () => process.connected && process.disconnect());
await Promise.all([tickUntilDone(), runByHand()]);
await store.close();
