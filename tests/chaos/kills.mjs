// Backfills whose process is killed at random moments, until nothing is left to do; and what held meanwhile.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expandRange } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { randomBy } from "./random.mjs";

const worker = join(dirname(fileURLToPath(import.meta.url)), "worker.mjs");
const dayMs = 86_400_000;

/** Kills `kills` processes over as many backfills as that takes. Resolves to figures; `problems` is empty when all held. */
export async function survive({ kills, seed, say = () => {} }) {
  const random = randomBy(seed);
  const figures = {
    seed,
    kills: 0,
    backfills: 0,
    runs: 0,
    starts: 0,
    extraStarts: 0,
    allowedExtra: 0,
    problems: [],
  };
  while (figures.kills < kills) {
    const folder = mkdtempSync(join(tmpdir(), "dagfill-chaos-"));
    const scene = makeScene(random, folder);
    const result = await play(scene, random, kills - figures.kills);
    figures.backfills += 1;
    for (const name of ["kills", "runs", "starts", "extraStarts", "allowedExtra"])
      figures[name] += result[name];
    figures.problems.push(
      ...result.problems.map((problem) => `${problem} (scene ${figures.backfills}, seed ${seed})`),
    );
    const what = scene.dag.tasks === undefined ? "runs" : "runs of two tasks";
    say(
      `${figures.kills}/${kills} kills: ${result.runs} ${what}, ${scene.options.maxParallelRuns} at once, ${result.kills} kills, ${result.extraStarts} extra starts, ${result.problems.length} problems`,
    );
    // What went wrong stays, to be looked at.
    if (result.problems.length === 0) rmSync(folder, { recursive: true, force: true });
    else say(`kept ${folder}`);
  }
  return figures;
}

function makeScene(random, folder) {
  const runs = random.integer(20, 300);
  const { schedule, step } = random.pick([
    { schedule: "@hourly", step: dayMs / 24 },
    { schedule: "*/10 * * * *", step: dayMs / 144 },
    { schedule: "@daily", step: dayMs },
  ]);
  const start = Date.UTC(2024, random.integer(0, 11), random.integer(1, 28));
  const end = start + (runs - 1) * step;
  const dates = [...expandRange(schedule, start, end)].map((ms) =>
    new Date(ms).toISOString().replace(".000Z", "Z"),
  );
  const share = random.pick([0, 0.02, 0.1]);
  const tasks = [{ taskId: "first" }, { taskId: "second", dependsOn: ["first"] }];
  const scene = {
    folder,
    file: join(folder, "scene.json"),
    store: join(folder, "runs.sqlite"),
    journal: join(folder, "journal"),
    locks: join(folder, "locks"),
    dag: { dagId: "chaos", schedule, ...(random.chance(0.4) && { tasks }) },
    dates,
    failing: dates.filter(() => random.chance(share)),
    longest: random.pick([0, 5, 25]),
    seed: random.integer(0, 2 ** 31),
    inFlight: random.pick(["restart", "attach"]),
    cancels: random.chance(0.2),
    options: {
      dagId: "chaos",
      startDate: new Date(start).toISOString(),
      endDate: new Date(end).toISOString(),
      maxParallelRuns: random.integer(1, 8),
      runBackwards: random.chance(0.3),
      retries: random.pick([0, 0, 1, 2]),
      ...(random.chance(0.25) && { rate: { count: random.integer(5, 30), per: 1_000 } }),
    },
  };
  mkdirSync(scene.locks);
  writeFileSync(scene.file, JSON.stringify(scene));
  return scene;
}

async function play(scene, random, mostKills) {
  const result = {
    kills: 0,
    runs: scene.dates.length,
    starts: 0,
    extraStarts: 0,
    allowedExtra: 0,
    problems: [],
  };
  // After each life of the process: what the store acknowledged, and how long the journal was.
  const lives = [];
  for (;;) {
    // Anywhere from before the process has opened its store to long after the backfill could have ended.
    const killAfter = result.kills < mostKills ? random.integer(20, 1_000) : undefined;
    const { code, killed, errors } = await live(scene, killAfter);
    if (killed) result.kills += 1;
    lives.push({ acknowledged: await acknowledged(scene), journal: readJournal(scene).length });
    if (killed) await expireLease(scene);
    else if (code === 0) break;
    else {
      result.problems.push(`the process ended with ${code}: ${errors.slice(-2_000)}`);
      break;
    }
  }
  check(scene, lives, result);
  return result;
}

async function live(scene, killAfter) {
  const child = spawn(process.execPath, [worker, scene.file], { stdio: ["ignore", "ignore", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = new Promise((resolve) =>
    child.on("close", (code, signal) => resolve({ code, killed: signal === "SIGKILL", errors })),
  );
  if (killAfter !== undefined) {
    await Promise.race([ended, sleep(killAfter)]);
    child.kill("SIGKILL");
  }
  const { code, killed } = await ended;
  return { code, killed, errors };
}

/** What the store says has succeeded: dates, and in a DAG with tasks also "date/task". */
async function acknowledged(scene) {
  if (!existsSync(scene.store)) return [];
  const { dagId, tasks } = scene.dag;
  const store = await openSqliteStore(scene.store);
  const known = [];
  for (const { runId, executionDate, state } of await store.listRuns({ dagId })) {
    if (state === "success") known.push(executionDate);
    if (tasks === undefined) continue;
    for (const instance of await store.listTaskInstances(dagId, runId)) {
      if (instance.state === "success") known.push(`${executionDate}/${instance.taskId}`);
    }
  }
  await store.close();
  return known;
}

// Instead of waiting: the dead process's lease is as if its time were over. Its epoch stays.
async function expireLease(scene) {
  if (!existsSync(scene.store)) return;
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(scene.store);
  const hasLeases = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'leases'").get();
  if (hasLeases !== undefined) database.exec("UPDATE leases SET expiresAt = 0");
  database.close();
}

function readJournal({ journal }) {
  if (!existsSync(journal)) return [];
  return readFileSync(journal, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" "));
}

function check(scene, lives, result) {
  const { dates, failing, options } = scene;
  const journal = readJournal(scene);
  const problem = (text) => result.problems.push(text);
  const planned = new Set(dates);
  const starts = journal.filter(([word]) => word === "start");
  result.starts = starts.length;
  result.allowedExtra = options.maxParallelRuns * result.kills;

  // What was told to be canceled stays so: nothing that no process has started yet starts behind it.
  const canceledAt = journal.findIndex(([word]) => word === "canceling");
  const isCanceled = canceledAt >= 0;
  if (isCanceled) {
    const before = new Set(journal.slice(0, canceledAt).map(([, unit]) => unit?.split("/")[0]));
    for (const [word, unit] of journal.slice(canceledAt + 1)) {
      if (word === "start" && !before.has(unit.split("/")[0]))
        problem(`${unit} was started after the cancel was told`);
    }
  }

  // Nothing missing, nothing besides.
  const started = new Set(starts.map(([, unit]) => unit.split("/")[0]));
  for (const date of dates) if (!started.has(date) && !isCanceled) problem(`${date} was never started`);
  for (const date of started) if (!planned.has(date)) problem(`${date} was started and is not in the plan`);
  const succeeded = new Set(lives.at(-1)?.acknowledged);
  for (const date of dates) {
    if (succeeded.has(date) && failing.includes(date)) problem(`${date} ended in the wrong state`);
    if (!succeeded.has(date) && !failing.includes(date) && !isCanceled) problem(`${date} was lost`);
  }

  // What was acknowledged before a kill is not started after it; what the process told was acknowledged. From here on a unit
  // is a date, or a task of one.
  for (const { acknowledged, journal: length } of lives) {
    const known = new Set(acknowledged);
    for (const [word, unit] of journal.slice(length)) {
      if (word === "start" && known.has(unit)) problem(`${unit} was acknowledged and started again`);
    }
    for (const [word, unit] of journal.slice(0, length)) {
      if (word === "told" && !known.has(unit))
        problem(`${unit} was told to have succeeded and is not in the store`);
    }
  }

  // A start is extra when the one before it did not end in a failure that a retry answers.
  const last = new Map();
  const keys = new Map();
  const startTimes = [];
  for (const [word, unit, attempt, , key, ms] of journal) {
    if (word === "start") {
      const name = `${unit} ${attempt}`;
      // Attached: the same attempt is called again under the same key, which for a callback that knows it is no start.
      const isAttached = keys.get(name) === key && scene.inFlight === "attach";
      if (!isAttached && last.has(unit) && last.get(unit) !== "failed") result.extraStarts += 1;
      if (keys.has(name) && !isAttached) problem(`${unit} was started twice as attempt ${attempt}`);
      if (!isAttached) startTimes.push(Number(ms));
      keys.set(name, key);
    }
    if (word === "start" || word === "ok" || word === "failed") last.set(unit, word);
  }
  if (result.extraStarts > result.allowedExtra)
    problem(`${result.extraStarts} extra starts, at most ${result.allowedExtra} are allowed`);

  if (new Set(keys.values()).size !== keys.size) problem("two attempts have the same key");
  if (scene.inFlight === "attach" && result.extraStarts > 0)
    problem(`${result.extraStarts} extra starts with attach`);
  const { rate } = options;
  if (rate !== undefined && scene.dag.tasks === undefined) {
    for (const [at, ms] of startTimes.entries()) {
      const next = startTimes[at + rate.count];
      if (next !== undefined && next - ms < rate.per) problem(`${rate.count + 1} starts in ${next - ms} ms`);
    }
  }

  const most = Math.max(0, ...starts.map(([, , , atOnce]) => Number(atOnce)));
  if (most > options.maxParallelRuns)
    problem(`${most} runs at once, at most ${options.maxParallelRuns} are allowed`);
}
