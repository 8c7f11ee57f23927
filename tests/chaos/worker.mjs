// The child process that is killed: starts the backfill of its scene, or goes on with it, and writes down what its callbacks do.
//
// node worker.mjs SCENE.json; SCENE = { store, journal, locks, dag, options, seed, failing, longest }
import { appendFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { randomBy } from "./random.mjs";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
mkdirSync(scene.locks, { recursive: true });

// A line is in the page cache when the call returns: killing this process does not take it back.
const note = (...words) => appendFileSync(scene.journal, `${words.join(" ")}\n`);

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A lock file for as long as the callback is at work: how many of living processes there are is how many run at once. */
async function measured(run, work) {
  const lock = join(scene.locks, `${process.pid}.${Date.parse(run.executionDate)}.${run.attempt}`);
  writeFileSync(lock, "");
  const atOnce = readdirSync(scene.locks).filter((name) => alive(Number(name.split(".")[0]))).length;
  note("start", run.executionDate, run.attempt, atOnce);
  try {
    await work();
    note("ok", run.executionDate, run.attempt);
  } catch (error) {
    note("failed", run.executionDate, run.attempt);
    throw error;
  } finally {
    rmSync(lock);
  }
}

const random = randomBy(scene.seed ^ process.pid);

async function executeRun(run) {
  await measured(run, async () => {
    await sleep(random.integer(0, scene.longest));
    if (scene.failing.includes(run.executionDate)) throw new Error("this date always fails");
  });
}

const store = await openSqliteStore(scene.store);
const service = new BackfillService({ dags: [scene.dag], store, executeRun });
const [known] = await service.list({ dagId: scene.dag.dagId });
// The process may have been killed when all was done.
if (known === undefined || ["running", "paused", "interrupted"].includes(known.state)) {
  const backfill =
    known === undefined ? await service.start(scene.options) : await service.resume(known.backfillId);
  for await (const event of backfill) {
    if (event.type === "run-succeeded") note("told", event.run.executionDate);
  }
  await backfill.result;
}
await store.close();
