// Schedulers that share a store and are killed and frozen at random moments, with runs by hand among them; and what held meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import {
  checkAcknowledged,
  checkAttempts,
  checkCap,
  checkEnded,
  checkXcom,
  countExtraStarts,
  withLate,
} from "./invariants.mjs";
import { Life, readJournal } from "./journal.mjs";
import { readRuns, withStore } from "./observed.mjs";
import { born, freeze, kill, thaw } from "./processes.mjs";
import { save } from "./scenes.mjs";

/** Plays a scene to its end. */
export async function playSchedulers(scene, random, result) {
  save(scene);
  const disturbed = { kills: 0, freezes: 0, lives: 0 };
  const living = new Set();
  const spawn = () => {
    const one = born(scene, "scheduler_worker.mjs", disturbed.lives);
    disturbed.lives += 1;
    living.add(one);
    one.ended.then(({ code, killed, errors }) => {
      living.delete(one);
      if (!killed && code !== 0) result.problem("other", `a scheduler ended with ${code}: ${errors}`);
    });
    return one;
  };
  for (let number = 0; number < scene.processes; number += 1) spawn();
  while (living.size > 0 && disturbed.kills + disturbed.freezes < scene.kills) {
    const one = random.pick([...living]);
    await one.driving;
    await Promise.race([one.ended, sleep(random.integer(0, 300))]);
    if (one.hasEnded) continue;
    if (random.chance(scene.freezes)) {
      if (!(await freeze(scene, one))) continue;
      disturbed.freezes += 1;
      await sleep(random.integer(50, 600));
      thaw(one);
    } else if (await kill(scene, one)) {
      disturbed.kills += 1;
      spawn();
    }
  }
  const ended = Promise.all([...living].map((one) => one.ended));
  if ((await Promise.race([ended, sleep(120_000, undefined, { ref: false })])) === undefined) {
    result.problem("other", `${living.size} schedulers did not come to an end`);
    for (const one of living) one.child.kill("SIGKILL");
    await ended;
  }
  await check(scene, disturbed, result);
}

async function check(scene, disturbed, result) {
  const { dag, dates, failing, byHand } = scene;
  const problem = (kind, text) => result.problem(kind, `${text} (schedulers)`);
  await runLeftOnes(scene, problem);
  const journal = withLate(readJournal(scene));
  checkAttempts(journal, scene, problem);
  const lines = journal.filter((line) => line.dag === undefined || line.dag === dag.dagId);
  const manual = journal.filter((line) => line.dag === undefined || line.dag === byHand.dagId);

  const runs = await readRuns(scene, dag);
  for (const date of dates) {
    const run = runs.get(date);
    const failures = lines.filter((line) => line.word === "failed" && line.date === date).length;
    if (run === undefined) problem("lost", `${date} has no run`);
    else if (run.state === "success" && failing.includes(date))
      problem("other", `${date} succeeded, and always fails`);
    else if (run.state !== "success" && (run.state !== "failed" || failures === 0))
      problem("lost", `${date} ended as ${run.state} after ${failures} failures`);
  }
  if (runs.size !== dates.length) problem("other", `${runs.size} runs of ${dates.length} dates`);
  checkEnded(runs, problem);
  checkAcknowledged(lines, [], 0, problem);
  checkTold(lines, runs, problem);
  checkTold(manual, await readRuns(scene, byHand), problem);
  checkCap(lines, dag.maxActiveRuns, problem);
  checkXcom(lines, problem);
  if (dag.dependsOnPast) checkOrder(lines, problem);

  const width = dag.tasks === undefined ? 1 : 2;
  const disturbances = disturbed.kills + disturbed.freezes;
  const extra = countExtraStarts(lines, scene);
  const allowed = scene.inFlight === "attach" ? 0 : dag.maxActiveRuns * width * disturbances;
  if (extra > allowed) problem("extra", `${extra} extra starts, at most ${allowed} are allowed`);
  result.count(lines, scene, extra, allowed);
  // A process runs one at a time by hand; a killed one is never begun again but by the backfill that followed.
  const extraByHand = countExtraStarts(manual, { ...scene, inFlight: "restart" });
  if (extraByHand > disturbances)
    problem("extra", `${extraByHand} extra starts by hand in ${disturbances} kills`);
  result.kills += disturbed.kills;
  result.freezes += disturbed.freezes;
  result.schedulers += 1;
  result.runs += dates.length;
  result.byHand += manual.filter(({ word }) => word === "start").length;
}

/** What killed processes left of their runs by hand counts as failed: a backfill runs it again, under the next attempt. */
async function runLeftOnes(scene, problem) {
  const { byHand } = scene;
  await withStore(scene, async (store) => {
    const journal = new Life(scene, -1, Date.now);
    const executeRun = (run) => journal.during(run, {}, () => {});
    const service = new BackfillService({ dags: [byHand], store, executeRun });
    const { startDate, endDate } = scene;
    await service.backfill({ dagId: byHand.dagId, startDate, endDate, rerunFailed: true });
    for (const { executionDate, state } of await store.listRuns({ dagId: byHand.dagId })) {
      if (state !== "success")
        problem("lost", `${executionDate}, by hand, is ${state} after it was run again`);
    }
  });
}

function checkTold(lines, runs, problem) {
  for (const { word, date, isLate } of lines) {
    if (word === "told" && !isLate && runs.get(date)?.state !== "success")
      problem("lost", `${date} was told to have succeeded and is ${runs.get(date)?.state}`);
  }
}

/** Each date begins behind the success of the one before. */
function checkOrder(lines, problem) {
  let last;
  for (const { word, date, isLate } of lines) {
    if (isLate) continue;
    if (word === "begun" && last !== undefined && date < last)
      problem("other", `${date} began after ${last}`);
    if (word === "begun") last = date;
  }
}
