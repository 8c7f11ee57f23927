// A scheduler that is started: timers, jumping clocks, processes that die, races, and the end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { MemoryStore, Scheduler } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";

const limit = { timeout: 60_000 };
const worker = fileURLToPath(new URL("scheduler_worker.mjs", import.meta.url));
let folder;
let path;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dagfill-scheduler-"));
  path = join(folder, "runs.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A worker process; `lines` are what it has printed. */
function work(job) {
  const child = spawn(process.execPath, [worker, path, job], { stdio: ["ignore", "pipe", "inherit"] });
  const process_ = { child, lines: [], ended: once(child, "close") };
  let rest = "";
  child.stdout.on("data", (data) => {
    const parts = (rest + data).split("\n");
    rest = parts.pop();
    process_.lines.push(...parts);
  });
  return process_;
}

async function until(condition) {
  while (!condition()) await sleep(2);
}

/** Started over a schedule of seconds; `jump` moves its clock. */
function seconds({ dag = {}, store = new MemoryStore(), run = () => {} } = {}) {
  let ahead = 0;
  const world = { ran: [], events: [], store, jump: (ms) => (ahead += ms) };
  world.scheduler = new Scheduler({
    dags: [{ dagId: "s", schedule: "* * * * * *", kind: "trigger", catchup: "none", ...dag }],
    store,
    now: () => Date.now() + ahead,
    executeRun: (context) => {
      world.ran.push(context.executionDate);
      return run(context);
    },
  });
  world.scheduler.onEvent((event) => world.events.push(event));
  return world;
}

test("started, it runs each date when it comes, until it is stopped", limit, async () => {
  const world = seconds();
  world.scheduler.start();
  world.scheduler.start();
  await until(() => world.ran.length >= 3);
  await world.scheduler.stop();
  assert.deepEqual(world.ran, [...new Set(world.ran)].sort());
  for (const date of world.ran) assert.match(date, /:\d\dZ$/);
  const before = world.ran.length;
  await sleep(1_100);
  assert.equal(world.ran.length, before);

  world.scheduler.start();
  await until(() => world.ran.length > before);
  await world.scheduler.stop();
});

test("stop lets what runs come to its end, and begins nothing more", limit, async () => {
  let release;
  const world = seconds({ run: () => new Promise((resolve) => (release = resolve)) });
  world.scheduler.start();
  await until(() => release !== undefined);
  let stopped = false;
  const stopping = world.scheduler.stop().then(() => (stopped = true));
  await sleep(20);
  assert.equal(stopped, false);
  const [{ owner, state }] = await world.store.listRuns({ dagId: "s" });
  assert.equal(state, "running");
  assert.notEqual(await world.store.readLease(owner), null);
  release();
  await stopping;
  assert.equal(world.events.at(-1).type, "run-succeeded");
  assert.equal(await world.store.readLease(owner), null);
  assert.equal((await world.store.listRuns({ dagId: "s", states: ["running"] })).length, 0);
});

test("stop before anything, twice, and in the middle of a tick", limit, async () => {
  const dag = { startDate: Date.now() - 20_000, catchup: true, maxActiveRuns: 1 };
  const world = seconds({ dag, run: () => sleep(20) });
  await world.scheduler.stop();
  const ticking = world.scheduler.tick();
  await until(() => world.ran.length > 0);
  await Promise.all([world.scheduler.stop(), world.scheduler.stop()]);
  const results = await ticking;
  assert.equal(results.length, world.ran.length);
  assert.ok(results.length < 19);
  // A later tick goes on where it stopped.
  await world.scheduler.tick();
  assert.equal(new Set(world.ran).size, world.ran.length);
  assert.ok(world.ran.length >= 19);
});

test(
  "a clock that jumps ahead: what was slept through is missed or made good for, and it goes on",
  limit,
  async () => {
    for (const [catchup, least] of [
      ["latest", 0],
      ["all", 100],
    ]) {
      const world = seconds({ dag: { catchup, startDate: Date.now() } });
      world.scheduler.start();
      await until(() => world.ran.length > 0);
      world.jump(100_000);
      const before = world.ran.length;
      await until(() => world.ran.length > before + least + 1);
      await world.scheduler.stop();
      assert.equal(new Set(world.ran).size, world.ran.length);
      const missed = world.events
        .filter(({ type }) => type === "missed")
        .reduce((sum, { count }) => sum + count, 0);
      assert.equal(missed > 90, catchup === "latest");
    }
  },
);

test("a stopped scheduler has no timers", limit, async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const world = seconds({ dag: { schedule: "@yearly" } });
  world.scheduler.start();
  await until(() => world.events.some(({ type }) => type === "tick"));
  assert.ok(timers() > before);
  await world.scheduler.stop();
  assert.equal(timers(), before);
});

test("a clock that jumps back repeats nothing", limit, async () => {
  const world = seconds();
  world.scheduler.start();
  await until(() => world.ran.length > 0);
  world.jump(-2_000);
  const before = world.ran.length;
  await until(() => world.ran.length > before);
  await world.scheduler.stop();
  assert.deepEqual(world.ran, [...new Set(world.ran)].sort());
});

test("a store that fails while it is started: it tries again by itself", limit, async () => {
  const store = new MemoryStore();
  const { apply } = store;
  let fails = true;
  store.apply = async (...batch) => {
    if (fails) throw new Error("no disk");
    return apply.apply(store, batch);
  };
  const world = seconds({ store, dag: { maxActiveRuns: 1 } });
  world.scheduler.start();
  await until(() => world.events.some(({ type }) => type === "error"));
  fails = false;
  world.events.length = 0;
  await world.scheduler.tick();
  assert.ok(world.events.some(({ type }) => type === "run-succeeded"));
  await world.scheduler.stop();
});

test("two processes over one SQLite store run no date twice", limit, async () => {
  await (await openSqliteStore(path)).close();
  const both = [work("race"), work("race")];
  const codes = await Promise.all(both.map(({ ended }) => ended));
  assert.deepEqual(codes.flat(), [0, null, 0, null]);
  const lines = both.flatMap(({ lines }) => lines);
  assert.equal(new Set(lines).size, 48, lines.filter((line) => line.startsWith("error")).join());
  assert.equal(lines.length, 48);
  const store = await openSqliteStore(path);
  const runs = await store.listRuns({ dagId: "d", states: ["success"] });
  await store.close();
  assert.equal(runs.length, 48);
});

test(
  "maxActiveRuns 3 holds for three processes over one SQLite store: never four runs at once",
  limit,
  async () => {
    await (await openSqliteStore(path)).close();
    const codes = await Promise.all(["limit", "limit, later", "limit, later"].map((job) => work(job).ended));
    assert.deepEqual(codes.flat(), [0, null, 0, null, 0, null]);
    const lines = readFileSync(`${path}.log`, "utf8").trim().split("\n");
    let [active, most] = [0, 0];
    for (const line of lines) {
      if (line.startsWith("begun")) active += 1;
      if (line.startsWith("ended")) active -= 1;
      most = Math.max(most, active);
    }
    assert.equal(most, 3);
    const dates = lines.filter((line) => line.startsWith("begun")).map((line) => line.split(" ")[1]);
    assert.equal(dates.length, 48);
    assert.equal(new Set(dates).size, 48);
  },
);

test("what a killed process left is run by the next one", limit, async () => {
  const first = work("hang");
  await until(() => first.lines.length === 4);
  first.child.kill("SIGKILL");
  await first.ended;
  const second = work("race");
  await second.ended;
  assert.equal(second.lines.length, 48);
  const again = second.lines.filter((line) => line.endsWith(" 2"));
  assert.deepEqual(
    again.sort(),
    first.lines.map((line) => line.replace(/ 1$/, " 2")),
  );
});

test("started it keeps the process alive, stopped it lets it go", limit, async () => {
  const kept = work("start");
  await until(() => kept.lines.length === 2);
  assert.equal(kept.child.exitCode, null);
  kept.child.kill("SIGKILL");
  await kept.ended;
  const stopped = work("stop");
  assert.deepEqual(await stopped.ended, [0, null]);
  assert.equal(stopped.lines.at(-1), "stopped");
});
