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

/** A lock file for as long as the callback is at work: how many runs of living processes have one is how many run at once. */
async function measured({ executionDate, taskId, attempt, key }, work) {
  const unit = taskId === undefined ? executionDate : `${executionDate}/${taskId}`;
  const lock = join(scene.locks, `${process.pid}.${Date.parse(executionDate)}`);
  writeFileSync(lock, "");
  const atOnce = readdirSync(scene.locks).filter((name) => alive(Number(name.split(".")[0]))).length;
  note("start", unit, attempt, atOnce, key, Date.now());
  try {
    await work();
    note("ok", unit, attempt);
  } catch (error) {
    note("failed", unit, attempt);
    throw error;
  } finally {
    rmSync(lock);
  }
}

const random = randomBy(scene.seed ^ process.pid);

const execute = (context) =>
  measured(context, async () => {
    await sleep(random.integer(0, scene.longest));
    // Of a DAG with tasks the last one fails.
    const last = context.taskId === undefined || context.taskId === scene.dag.tasks.at(-1).taskId;
    if (last && scene.failing.includes(context.executionDate)) throw new Error("this date always fails");
  });

const store = await openSqliteStore(scene.store);
const callbacks = scene.dag.tasks === undefined ? { executeRun: execute } : { executeTask: execute };
const service = new BackfillService({ dags: [scene.dag], store, inFlight: scene.inFlight, ...callbacks });
const [known] = await service.list({ dagId: scene.dag.dagId });
// The process may have been killed when all was done.
if (known === undefined || ["running", "paused", "interrupted"].includes(known.state)) {
  const dates = new Map();
  const onEvent = ({ type, run, runId, taskId }) => {
    if (type === "run-started" || type === "run-attached") dates.set(run.runId, run.executionDate);
    if (type === "run-succeeded" && scene.dag.tasks === undefined) note("told", run.executionDate);
    if (type === "canceling") note("canceling");
    if (type === "task-succeeded") note("told", `${dates.get(runId)}/${taskId}`);
  };
  const hooks = { onEvent };
  const backfill =
    known === undefined
      ? await service.start(scene.options, hooks)
      : await service.resume(known.backfillId, hooks);
  if (scene.cancels && random.chance(0.3)) {
    await sleep(random.integer(0, 100));
    backfill.cancel({ running: random.pick(["finish", "abort"]) }).catch(() => {});
  }
  await backfill.result;
}
await store.close();
