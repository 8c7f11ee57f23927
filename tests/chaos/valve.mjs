// Canaries, breakers and chunks whose process is killed at random moments: nothing behind a canary starts before it is approved, a
// backfill that a breaker has paused stays paused until somebody says otherwise, and the dates of a chunk are recorded together.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { randomBy } from "./random.mjs";

const worker = join(dirname(fileURLToPath(import.meta.url)), "valve_worker.mjs");
const dateOf = (day) => new Date(Date.UTC(2024, 0, day)).toISOString().replace(".000Z", "Z");

/** Kills `kills` processes over as many backfills as that takes. Resolves to figures; `problems` is empty when all held. */
export async function valves({ kills, seed, say = () => {} }) {
  const random = randomBy(seed);
  const figures = { seed, kills: 0, backfills: 0, approvals: 0, unpaused: 0, starts: 0, problems: [] };
  while (figures.kills < kills) {
    const folder = mkdtempSync(join(tmpdir(), "dagfill-valve-"));
    const before = figures.problems.length;
    await play(makeScene(random, folder), random, kills, figures);
    figures.backfills += 1;
    say(`${figures.kills}/${kills} kills of valves: ${figures.problems.length - before} problems`);
    if (figures.problems.length === before) rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

function makeScene(random, folder) {
  const dates = random.integer(10, 40);
  const canary = random.integer(1, 6);
  const size = random.chance(0.5) ? random.integer(2, 5) : 1;
  const all = Array.from({ length: dates }, (_, at) => dateOf(at + 1));
  const scene = {
    ...{ folder, size, canary, all },
    store: join(folder, "runs.sqlite"),
    journal: join(folder, "journal"),
    file: join(folder, "scene.json"),
    dag: { dagId: "valve", schedule: "@daily" },
    failing: all.filter(() => random.chance(0.15)),
    takes: random.pick([1, 10, 30]),
    options: {
      dagId: "valve",
      backfillId: "b",
      startDate: all[0],
      endDate: all.at(-1),
      maxParallelRuns: random.integer(1, 4),
      canary: { dates: canary, approve: "manual" },
      breaker: { failures: 2, window: 5, action: "pause" },
      ...(size > 1 && { chunk: { dates: size } }),
    },
  };
  writeFileSync(scene.file, JSON.stringify(scene));
  return scene;
}

async function play(scene, random, most, figures) {
  const problem = (text) => figures.problems.push(`${text} (seed ${figures.seed}, ${scene.folder})`);
  let approved = false;
  for (;;) {
    const child = spawn(process.execPath, [worker, scene.file], { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
    });
    const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
    await Promise.race([ended, new Promise((resolve) => child.stdout.once("data", resolve))]);
    const alive = await Promise.race([ended, sleep(random.integer(0, 400), "alive")]);
    const isKilled = alive === "alive" && figures.kills < most;
    if (isKilled) {
      child.kill("SIGKILL");
      await ended;
      figures.kills += 1;
    }
    const store = existsSync(scene.store) ? await openSqliteStore(scene.store) : undefined;
    if (store === undefined) continue;
    approved = (await look(store, scene, approved, figures, problem)) || approved;
    await store.close();
    if (alive === "alive" && !isKilled) {
      // No more kills: who drives it now obeys what is asked here, until it has ended.
      const { code } = await driveOn(ended, scene, figures, problem, approved);
      if (code !== 0) problem(`the process ended with ${code}: ${errors.slice(-500)}`);
      break;
    }
    if (alive !== "alive") {
      if (alive.code !== 0) problem(`the process ended with ${alive.code}: ${errors.slice(-500)}`);
      break;
    }
    await expireLease(scene);
  }
  check(scene, problem, figures);
}

/** Between two lives: what must hold, and now and then an answer for who comes next. */
async function look(store, scene, approved, figures, problem) {
  const snapshot = await store.loadBackfill("b");
  if (snapshot === null) return false;
  const records = await store.listRuns({ dagId: "valve" });
  const behind = records.filter(
    ({ executionDate }) => scene.all.indexOf(executionDate) >= scene.canary * scene.size,
  );
  if (!approved && behind.length > 0)
    problem(`${behind.length} dates behind the canary before it was approved`);
  const chunks = new Map();
  for (const { chunk, runId, state } of records) {
    const states = chunks.get(chunk ?? runId) ?? new Set();
    chunks.set(chunk ?? runId, states.add(state === "running" || state === "queued" ? "open" : "ended"));
  }
  for (const [id, states] of chunks)
    if (states.size > 1) problem(`${id}: some of its dates are open, others have ended`);
  return ask(store, snapshot, figures);
}

async function ask(store, snapshot, figures) {
  if (["success", "failed", "canceled"].includes(snapshot.state)) return false;
  const service = new BackfillService({ dags: [], store });
  if (snapshot.state === "paused") {
    figures.unpaused += 1;
    await service.unpause("b");
  }
  if (snapshot.approval !== "awaiting") return false;
  figures.approvals += 1;
  await service.approve("b");
  return true;
}

async function driveOn(ended, scene, figures) {
  for (;;) {
    const done = await Promise.race([ended, sleep(300)]);
    if (done !== undefined) return done;
    const store = await openSqliteStore(scene.store);
    const snapshot = await store.loadBackfill("b");
    if (snapshot !== null) await ask(store, snapshot, figures).catch(() => {});
    await store.close();
  }
}

async function expireLease({ store }) {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(store);
  database.exec("UPDATE leases SET expiresAt = 0");
  database.close();
}

function check({ journal, all }, problem, figures) {
  const lines = existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : [];
  const started = new Map();
  for (const line of lines) {
    const [, date, attempt] = line.split(" ");
    figures.starts += 1;
    const key = `${date} ${attempt}`;
    if (started.has(key)) problem(`${date} was started twice as attempt ${attempt}`);
    started.set(key, true);
  }
  const dates = new Set([...started.keys()].map((key) => key.split(" ")[0]));
  for (const date of all) if (!dates.has(date)) problem(`${date} was never started`);
}
