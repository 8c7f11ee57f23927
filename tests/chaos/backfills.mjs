// Backfills whose processes are killed and frozen at random moments, until nothing is left to do; and what held meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import {
  checkAcknowledged,
  checkAttempts,
  checkCancels,
  checkCap,
  checkEnded,
  checkPauses,
  checkRate,
  checkXcom,
  countExtraStarts,
  withLate,
} from "./invariants.mjs";
import { readJournal } from "./journal.mjs";
import { observe, readRuns, withStore } from "./observed.mjs";
import { born, freeze, kill, REFUSED, STALE, thaw } from "./processes.mjs";
import { save } from "./scenes.mjs";

/** Plays a scene to its end. */
export async function playBackfills(scene, random, result) {
  const problem = (kind, text) => result.problem(kind, text);
  let life = 0;
  for (const phase of scene.phases) {
    scene.phase = phase;
    save(scene);
    const before = await readRuns(scene, scene.dag);
    const from = readJournal(scene).length;
    const killed = { kills: 0, freezes: 0 };
    const observations = [];
    life = await playPhase(scene, random, life, killed, observations, problem);
    result.kills += killed.kills;
    result.freezes += killed.freezes;
    if (phase.discard) result.discards += 1;
    await checkPhase(scene, before, from, killed, observations, result);
  }
  const journal = withLate(readJournal(scene));
  checkAttempts(journal, scene, problem);
  checkXcom(journal, problem);
}

async function playPhase(scene, random, firstLife, killed, observations, problem) {
  const { phase } = scene;
  const frozen = [];
  let life = firstLife;
  for (;;) {
    const isDisturbed = killed.kills + killed.freezes < phase.kills;
    phase.discard = life > firstLife && !phase.discard && random.chance(phase.discards);
    if (phase.discard) phase.kills = 0;
    save(scene);
    const one = born(scene, "worker.mjs", life);
    life += 1;
    // Whoever was frozen wakes up when another drives.
    const waking = one.driving.then(() => one.isDriving && frozen.forEach(thaw));
    if (isDisturbed && !phase.discard && (await disturb(scene, random, one, killed)) === "frozen") {
      frozen.push(one);
      observations.push(await observe(scene, scene.dag, phase.backfillId));
      continue;
    }
    const { code, killed: wasKilled, errors } = await one.ended;
    await waking;
    observations.push(await observe(scene, scene.dag, phase.backfillId));
    if (wasKilled) continue;
    if (code !== 0) problem("other", `a process ended with ${code}: ${errors}`);
    break;
  }
  await letGo(frozen, problem);
  return life;
}

/** Kills or freezes it some time after it has begun to drive, or sometimes before. */
async function disturb(scene, random, one, killed) {
  if (random.chance(0.15)) await Promise.race([one.ended, sleep(random.integer(20, 300))]);
  else {
    await one.driving;
    await Promise.race([one.ended, sleep(random.integer(0, 250))]);
  }
  if (one.isDriving && random.chance(scene.freezes) && (await freeze(scene, one))) {
    killed.freezes += 1;
    return "frozen";
  }
  if (await kill(scene, one)) killed.kills += 1;
  return "killed";
}

/** What was frozen and has woken up finds that its lease is lost, and ends. */
async function letGo(frozen, problem) {
  for (const one of frozen) {
    thaw(one);
    const isOver = await Promise.race([one.ended, sleep(30_000)]);
    if (isOver === undefined) {
      problem("other", "a process that was frozen never let go");
      one.child.kill("SIGKILL");
    } else if (![0, STALE, REFUSED].includes(isOver.code)) {
      problem("other", `a process that was frozen ended with ${isOver.code}: ${isOver.errors}`);
    }
  }
}

async function checkPhase(scene, before, from, killed, observations, result) {
  const { phase, dag, dates, failing } = scene;
  const { maxParallelRuns, rate } = phase.options;
  const problem = (kind, text) => result.problem(kind, `${text} (${phase.backfillId}, ${phase.kind})`);
  const lines = withLate(readJournal(scene)).slice(from);
  const runs = await readRuns(scene, dag);
  // A run whose tasks had all succeeded begins again, and starts none of them.
  const begins = lines.filter(({ word }) => word === "start" || word === "begun");
  const started = new Set(begins.map(({ date }) => date));
  const wasCanceled = checkCancels(lines, problem);
  const state = await checkStored(scene, problem);
  const isClosed = wasCanceled || state === "canceled";

  const expected = new Set(dates.filter((date) => isExpected(phase.kind, before.get(date)?.state)));
  for (const date of started)
    if (!expected.has(date)) problem("other", `${date} was started and is not in the plan`);
  for (const date of expected) {
    const run = runs.get(date);
    if (!isClosed && !started.has(date)) problem("lost", `${date} was never started`);
    if (run?.state === "success" && failing.includes(date) && run.backfillId === phase.backfillId)
      problem("other", `${date} succeeded, and always fails`);
    const hasSucceeded = run?.state === "success" && run.backfillId === phase.backfillId;
    if (isClosed || hasSucceeded) continue;
    const failures = lines.filter(({ word, date: at }) => word === "failed" && at === date).length;
    const { retries: taskRetries = 0 } = dag.tasks?.[0] ?? {};
    const least = Math.max(phase.options.retries, taskRetries) + 1;
    if (run?.state !== "failed") problem("lost", `${date} ended as ${run?.state}`);
    else if (failures < least) problem("lost", `${date} failed after ${failures} of ${least} failures`);
  }
  for (const date of dates) {
    if (expected.has(date)) continue;
    const [was, is] = [before.get(date), runs.get(date)];
    if (was?.state !== is?.state || was?.attempt !== is?.attempt) problem("other", `${date} was changed`);
  }
  checkEnded(new Map([...runs].filter(([, run]) => run.backfillId === phase.backfillId)), problem);
  checkAcknowledged(lines, observations, from, problem);
  checkCap(lines, maxParallelRuns, problem);
  checkRate(lines, rate, problem);
  checkPauses(lines, problem);

  const extra = countExtraStarts(lines, scene);
  const width = dag.tasks === undefined ? 1 : 2;
  const allowed = scene.inFlight === "attach" ? 0 : maxParallelRuns * width * (killed.kills + killed.freezes);
  if (extra > allowed) problem("extra", `${extra} extra starts, at most ${allowed} are allowed`);
  result.backfills += 1;
  result.runs += expected.size;
  result.count(lines, scene, extra, allowed);
}

function isExpected(kind, state) {
  if (kind === "reset") return true;
  if (kind === "rerun") return state === "failed" || state === "canceled";
  return state === undefined || state === "canceled";
}

/** The backfill itself has ended, and its counts are those of its runs. */
async function checkStored(scene, problem) {
  const { backfillId } = scene.phase;
  const snapshot = await withStore(scene, (store) => store.loadBackfill(backfillId));
  if (snapshot === undefined || snapshot === null) {
    problem("lost", `backfill ${backfillId} is not in the store`);
    return undefined;
  }
  const { state, counts } = snapshot;
  if (!["canceled", "success", "failed"].includes(state))
    problem("open", `${backfillId} is stored as ${state}`);
  const runs = [...(await readRuns(scene, { dagId: scene.dag.dagId })).values()];
  for (const [name, state] of [
    ["completed", "success"],
    ["failed", "failed"],
  ]) {
    const found = runs.filter((run) => run.backfillId === backfillId && run.state === state).length;
    if (counts?.[name] !== found)
      problem("lost", `${backfillId} counts ${counts?.[name]} ${name}, ${found} are stored`);
  }
  return state;
}
