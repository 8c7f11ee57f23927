// The scheduler under a clock that the tests turn: catchup, restarts, order, faults. What needs timers, processes and
// lifetimes is in scheduler_life.test.mjs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, DagfillError, MemoryStore, planCatchup, Scheduler } from "dagfill";
import { delays, failsOnApply, storeFailure } from "./store/faulty.mjs";

const daily = { dagId: "d", schedule: "@daily", startDate: "2024-01-01", catchup: true };
const day = 86_400_000;

/** A scheduler with a clock of its own; `ran` are "date attempt" in the order of their starts. */
function scheduling(
  dag = daily,
  { store = new MemoryStore(), at = "2024-01-05T12:00Z", run, ...options } = {},
) {
  const world = { now: Date.parse(at), ran: [], events: [], store, most: 0 };
  let inFlight = 0;
  const executeRun = async (context) => {
    world.ran.push(`${context.executionDate.slice(0, 10)} ${context.attempt}`);
    inFlight += 1;
    world.most = Math.max(world.most, inFlight);
    try {
      await sleep(1);
      return await run?.(context, world);
    } finally {
      inFlight -= 1;
    }
  };
  world.scheduler = new Scheduler({
    dags: [dag].flat(),
    store,
    executeRun,
    now: () => world.now,
    ...options,
  });
  world.scheduler.onEvent((event) => world.events.push(event));
  world.of = (type) => world.events.filter((event) => event.type === type);
  world.tick = async () => {
    world.ran.length = 0;
    world.events.length = 0;
    world.results = await world.scheduler.tick();
    return world.ran.map((line) => line.slice(5)).join(", ");
  };
  return world;
}

/** A record of a scheduled run that somebody has left in some state. */
const record = (date, state, more = {}) => ({
  runId: `scheduled__${date}T00:00:00+00:00`,
  dagId: "d",
  executionDate: `${date}T00:00:00Z`,
  dataInterval: {
    start: `${date}T00:00:00Z`,
    end: new Date(Date.parse(date) + day).toISOString().replace(".000", ""),
  },
  runType: "scheduled",
  state,
  conf: {},
  attempt: 1,
  startedAt: `${date}T00:00:00Z`,
  ...more,
});
const create = (store, ...runs) => store.apply(runs.map((run) => ({ type: "create-run", run })));

test("a tick runs what is due, and says so", async () => {
  const world = scheduling();
  assert.equal(await world.tick(), "01-01 1, 01-02 1, 01-03 1, 01-04 1");
  assert.deepEqual(
    world.results.map(({ runId, state, action, attempts }) => [runId, state, action, attempts]),
    ["01", "02", "03", "04"].map((d) => [`scheduled__2024-01-${d}T00:00:00+00:00`, "success", "create", 1]),
  );
  assert.deepEqual(world.of("tick"), [
    { at: "2024-01-05T12:00:00Z", type: "tick", due: 4, nextRunAt: "2024-01-06T00:00:00Z" },
  ]);
  assert.equal(world.of("run-started").length, 4);
  assert.equal(world.of("run-succeeded").length, 4);
  assert.deepEqual(world.of("missed"), []);

  assert.equal(await world.tick(), "", "nothing is due twice");
  assert.deepEqual(world.results, []);
  world.now += day;
  assert.equal(await world.tick(), "01-05 1");
});

test("a due date that has a run of another type is left alone, counted no more, and no reason for a warning", async () => {
  const world = scheduling();
  const manual = { runId: "by hand", runType: "manual" };
  const backfill = { runId: "filled", runType: "backfill" };
  await create(
    world.store,
    record("2024-01-02", "success", manual),
    record("2024-01-04", "failed", backfill),
  );
  assert.equal(await world.tick(), "01-01 1, 01-03 1");
  assert.deepEqual(
    world.of("tick").map(({ due }) => due),
    [2],
  );
  assert.deepEqual(world.of("warning"), []);
  assert.equal(world.events[0].type, "tick");
});

test("a scheduled run's record", async () => {
  const world = scheduling({ ...daily, startDate: "2024-01-04" }, { run: () => ({ rows: 3 }) });
  await world.tick();
  const [run] = await world.store.listRuns({ dagId: "d" });
  const { owner, key, ...rest } = run;
  assert.match(owner, /^scheduler:/);
  assert.match(key, /^[0-9a-f-]{36}$/);
  assert.deepEqual(rest, {
    ...record("2024-01-04", "success"),
    startedAt: "2024-01-05T12:00:00Z",
    finishedAt: "2024-01-05T12:00:00Z",
    output: { rows: 3 },
  });
  assert.equal(await world.store.readLease(owner), null, "a tick that has ended holds nothing");
});

test("scheduled runs have the macros and the rows of any other", async () => {
  const seen = [];
  const dag = {
    dagId: "d",
    schedule: "30 6 * * *",
    timeZone: "Europe/Berlin",
    startDate: "2024-03-29",
    catchup: true,
    params: { table: "sales" },
  };
  const world = scheduling(dag, {
    at: "2024-04-01T12:00Z",
    executeRun: (context) => {
      const { render: _, ...row } = context;
      seen.push([
        row,
        context.render(
          "{{ ds }} {{ prev_ds }} {{ run_id }} {{ dag_run.run_type }} {{ params.table }} {{ conf }}",
        ),
      ]);
    },
  });
  await world.tick();
  const planned = planCatchup(dag, { now: "2024-04-01T12:00Z" }).due;
  assert.equal(planned.length, 3);
  const rows = seen.map(([{ dagId, runType, attempt, conf, ...row }]) => {
    assert.deepEqual([dagId, runType, attempt, conf], ["d", "scheduled", 1, {}]);
    return row;
  });
  assert.deepEqual(rows, planned);
  assert.deepEqual(
    rows.map(({ localDate }) => localDate),
    ["2024-03-29T06:30:00+01:00", "2024-03-30T06:30:00+01:00", "2024-03-31T06:30:00+02:00"],
  );
  assert.equal(seen[1][1], `2024-03-30 2024-03-29 ${planned[1].runId} scheduled sales {}`);
});

test("a period without anchor counts from the DAG's start, at every tick", async () => {
  const dag = { dagId: "d", schedule: { every: "PT36H" }, startDate: "2024-01-01T01:00Z", catchup: true };
  const intervals = [];
  const world = scheduling(dag, { run: ({ dataInterval }) => intervals.push(dataInterval) });
  await world.tick();
  world.now += 3 * day;
  await world.tick();
  assert.deepEqual(
    intervals.map(({ start }) => start),
    ["01T01", "02T13", "04T01", "05T13"].map((at) => `2024-01-${at}:00:00Z`),
  );
  for (const { start, end } of intervals) assert.equal(Date.parse(end) - Date.parse(start), 1.5 * day);
});

test("every catchup policy", async () => {
  const first = async (catchup) => {
    const world = scheduling({ ...daily, catchup });
    const ran = await world.tick();
    return [ran.replaceAll(" 1", ""), world.of("missed").map(({ dagId, count }) => [dagId, count])];
  };
  assert.deepEqual(await first("all"), ["01-01, 01-02, 01-03, 01-04", []]);
  assert.deepEqual(await first(false), ["01-04", [["d", 3]]]);
  assert.deepEqual(await first("none"), ["", [["d", 4]]]);
  assert.deepEqual(await first({ last: 2 }), ["01-03, 01-04", [["d", 2]]]);
  assert.deepEqual(await first({ window: "P3D" }), ["01-02, 01-03, 01-04", [["d", 1]]]);
});

test("what is missed is told once", async () => {
  const world = scheduling({ ...daily, catchup: false });
  await world.tick();
  assert.deepEqual(world.of("missed"), [
    { at: "2024-01-05T12:00:00Z", type: "missed", dagId: "d", count: 3 },
  ]);
  await world.tick();
  assert.deepEqual(world.of("missed"), []);
});

test("Airflow's catchup table, by ticks", async () => {
  const { cases } = JSON.parse(
    readFileSync(new URL("../cases/airflow/airflow_catchup.json", import.meta.url), "utf8"),
  );
  for (const { dag, now, lastRun, due, nextRunAt } of cases) {
    const store = new MemoryStore();
    if (lastRun !== null) {
      const executionDate = new Date(lastRun).toISOString().replace(".000", "");
      const runId = `scheduled__${executionDate.slice(0, 19)}+00:00`;
      await create(store, record("2000-01-01", "success", { executionDate, runId }));
    }
    const world = scheduling({ ...dag, maxActiveRuns: 1_000 }, { store, at: now });
    await world.tick();
    const where = JSON.stringify({ dag, now, lastRun });
    assert.deepEqual(
      world.results.map((run) => run.executionDate),
      due.map((run) => run.executionDate),
      where,
    );
    assert.deepEqual(
      [world.of("tick")[0].due, world.of("tick")[0].nextRunAt],
      [due.length, nextRunAt],
      where,
    );
  }
  assert.equal(cases.length, 24);
});

test("maxActiveRuns is reached and never exceeded", async () => {
  const world = scheduling({ ...daily, startDate: "2023-12-01", maxActiveRuns: 3 });
  await world.tick();
  assert.equal(world.results.length, 35);
  assert.equal(world.most, 3);
});

test("a schedule that changed since its last run is told of, and what overlaps may be left out", async () => {
  // 05:30 instead of 05:00: the first interval of the new schedule lies almost wholly inside the last one of the old.
  const old = { start: "2024-01-03T05:00:00Z", end: "2024-01-04T05:00:00Z" };
  const changed = { ...daily, schedule: "30 5 * * *" };
  const told = ({ dagId, warning }) => [dagId, warning.code, warning.at];
  for (const [onScheduleChange, ran] of [
    [undefined, "01-03 1, 01-04 1"],
    ["skip_overlap", "01-04 1"],
  ]) {
    const store = new MemoryStore();
    const executionDate = old.start;
    const runId = "scheduled__2024-01-03T05:00:00+00:00";
    await create(store, record("2024-01-03", "success", { runId, executionDate, dataInterval: old }));
    const at = "2024-01-05T12:00Z";
    const world = scheduling(changed, { store, at, ...(onScheduleChange ? { onScheduleChange } : {}) });
    assert.equal(await world.tick(), ran);
    const warnings = world.of("warning");
    assert.deepEqual(warnings.map(told), [["d", "interval_mismatch", "2024-01-03T05:30:00Z"]]);
    assert.match(warnings[0].warning.message, /1410 minutes are covered twice/);
    assert.equal(await world.tick(), "");
    assert.deepEqual(world.of("warning"), []);
  }
  // Nothing is covered twice, and yet the schedule is another one: what it covers no more is told of, too.
  const store = new MemoryStore();
  const dataInterval = { start: "2024-01-03T00:00:00Z", end: "2024-01-03T01:00:00Z" };
  await create(store, record("2024-01-03", "success", { dataInterval }));
  const world = scheduling(daily, { store });
  assert.equal(await world.tick(), "01-04 1");
  assert.deepEqual(world.of("warning").map(told), [["d", "interval_mismatch", "2024-01-04T00:00:00Z"]]);
  // The same schedule says nothing.
  const same = scheduling();
  await same.tick();
  same.now += 2 * day;
  await same.tick();
  assert.deepEqual(same.of("warning"), []);
  assert.throws(() => scheduling(daily, { onScheduleChange: "skip" }), { field: "onScheduleChange" });
});

test("windows that are longer than the step overlap, and nothing has changed", async () => {
  const dag = { ...daily, interval: "P7D" };
  const store = new MemoryStore();
  const world = scheduling(dag, { store, at: "2024-01-02T12:00Z", onScheduleChange: "skip_overlap" });
  assert.equal(await world.tick(), "01-01 1, 01-02 1");
  const next = scheduling(dag, { store, at: "2024-01-04T12:00Z", onScheduleChange: "skip_overlap" });
  assert.equal(await next.tick(), "01-03 1, 01-04 1");
  assert.deepEqual([...world.of("warning"), ...next.of("warning")], []);
});

test("dependsOnPast: in order, and not beyond a failure", async () => {
  let broken = true;
  const run = ({ executionDate }) => {
    if (broken && executionDate.startsWith("2024-01-03")) throw new Error("no third");
  };
  const world = scheduling({ ...daily, dependsOnPast: true }, { run });
  assert.equal(await world.tick(), "01-01 1, 01-02 1, 01-03 1");
  assert.equal(world.most, 1);
  assert.equal(world.of("run-failed")[0].run.error.message, "no third");
  assert.equal(await world.tick(), "");
  // A backfill mends it: the run before, of whatever type.
  broken = false;
  const backfills = new BackfillService({ dags: [daily], store: world.store, executeRun: () => {} });
  await backfills.backfill({ dagId: "d", startDate: "2024-01-03", endDate: "2024-01-03", rerunFailed: true });
  assert.equal(await world.tick(), "01-04 1");
});

test("a backfill never moves the schedule", async () => {
  const world = scheduling();
  const backfills = new BackfillService({ dags: [daily], store: world.store, executeRun: () => {} });
  const february = { dagId: "d", startDate: "2024-02-01", endDate: "2024-02-03", includeNotDue: true };
  await backfills.backfill(february);
  await backfills.backfill({ dagId: "d", startDate: "2024-01-02", endDate: "2024-01-02" });
  assert.equal(await world.tick(), "01-01 1, 01-03 1, 01-04 1", "a date runs once, whoever ran it");
  await backfills.trigger({ dagId: "d", executionDate: "2024-01-05T07:00Z" });
  world.now += day;
  assert.equal(await world.tick(), "01-05 1");
  assert.deepEqual(world.of("error"), []);
});

test("a date that a backfill takes while the scheduler watches is not run again", async () => {
  const world = scheduling();
  await world.tick();
  const backfills = new BackfillService({ dags: [daily], store: world.store, executeRun: () => {} });
  world.now += 2 * day;
  await backfills.backfill({ dagId: "d", startDate: "2024-01-06", endDate: "2024-01-06" });
  assert.equal(await world.tick(), "01-05 1");
  assert.deepEqual(world.of("error"), []);
});

test("runs of a dead process start again, with the next attempt", async () => {
  const store = new MemoryStore();
  await create(
    store,
    record("2024-01-01", "failed", { owner: "scheduler:dead" }),
    record("2024-01-02", "running", { owner: "scheduler:dead", attempt: 3, conf: { kept: true } }),
    record("2024-01-03", "running", { owner: "scheduler:alive" }),
    record("2024-01-04", "queued"),
    record("2024-01-05", "running", { owner: "scheduler:dead" }),
  );
  await store.acquireLease("scheduler:alive", "somebody", 60_000);
  const confs = [];
  const world = scheduling(daily, { store, at: "2024-01-07T12:00Z", run: ({ conf }) => confs.push(conf) });
  await world.tick();
  assert.deepEqual(world.ran.sort(), ["2024-01-02 4", "2024-01-05 2", "2024-01-06 1"]);
  assert.equal(confs.filter(({ kept }) => kept).length, 1);
  const states = (await store.listRuns({ dagId: "d" })).map(({ state, attempt }) => `${state} ${attempt}`);
  const wanted = ["failed 1", "success 4", "running 1", "queued 1", "success 2", "success 1"];
  assert.deepEqual(states, wanted);
});

test("a run whose owner dies later is started again too", async () => {
  const store = new MemoryStore();
  await create(store, record("2024-01-04", "running", { owner: "scheduler:other" }));
  const lease = await store.acquireLease("scheduler:other", "somebody", 60_000);
  const world = scheduling({ ...daily, startDate: "2024-01-04" }, { store });
  assert.equal(await world.tick(), "");
  await lease.release();
  assert.equal(await world.tick(), "01-04 2");
});

test("two take over what one left: one run", async () => {
  const store = new MemoryStore();
  await create(store, record("2024-01-04", "running", { owner: "scheduler:dead" }));
  const dag = { ...daily, startDate: "2024-01-04" };
  const [one, two] = [scheduling(dag, { store }), scheduling(dag, { store })];
  await Promise.all([one.tick(), two.tick()]);
  assert.deepEqual([...one.ran, ...two.ran], ["2024-01-04 2"]);
  assert.deepEqual([...one.of("error"), ...two.of("error")], []);
});

test("a takeover that takes too long is refused: somebody else has begun another", async () => {
  const store = new MemoryStore();
  await create(store, record("2024-01-04", "running", { owner: "scheduler:dead" }));
  const { acquireLease, apply } = store;
  store.acquireLease = (name, owner, ttl) =>
    acquireLease.call(store, name, owner, name === "scheduler:dead" ? 1 : ttl);
  store.apply = async (changes, fence) => {
    if (changes[0].type === "update-run" && changes[0].ifState !== undefined) {
      await sleep(5);
      assert.notEqual(await store.acquireLease("scheduler:dead", "quicker", 1), null);
    }
    return apply.call(store, changes, fence);
  };
  const world = scheduling({ ...daily, startDate: "2024-01-04" }, { store });
  assert.equal(await world.tick(), "");
  assert.deepEqual(world.of("error"), []);
});

test("an owner that was taken for dead writes no more, and goes on under a new name", async () => {
  const store = new MemoryStore();
  // The lease is never renewed in time, as if the machine slept.
  const { acquireLease } = store;
  store.acquireLease = (name, owner) => acquireLease.call(store, name, owner, 1);
  let [hold, release] = [true];
  const world = scheduling(
    { ...daily, startDate: "2024-01-04" },
    {
      store,
      run: async () => {
        if (hold) await new Promise((resolve) => (release = resolve));
      },
    },
  );
  const ticked = world.tick();
  while (release === undefined) await sleep(1);
  hold = false;
  await sleep(5);
  // Somebody takes the lease and the run, and dies in turn.
  const [{ owner, runId }] = await store.listRuns({ dagId: "d" });
  const taken = await store.acquireLease(owner, "somebody", 60_000);
  const change = { owner: "scheduler:third", attempt: 2 };
  await store.apply([{ type: "update-run", dagId: "d", runId, change }], {
    lease: owner,
    epoch: taken.epoch,
  });
  await taken.release();
  release();
  await ticked;
  const [after] = await store.listRuns({ dagId: "d" });
  assert.deepEqual([after.owner === owner, after.state, after.attempt], [false, "success", 3]);
  assert.deepEqual(
    world.of("error").map(({ error }) => error.code),
    ["STALE_OWNER"],
  );
  assert.deepEqual(world.ran, ["2024-01-04 1", "2024-01-04 3"]);
});

test("several schedulers over one store run no date twice", async () => {
  const store = delays(new MemoryStore(), () => sleep(Math.random() * 3));
  const dag = { ...daily, startDate: "2023-12-01" };
  const worlds = [1, 2, 3].map(() => scheduling(dag, { store }));
  await Promise.all(worlds.map((world) => world.tick()));
  const ran = worlds.flatMap((world) => world.ran);
  assert.equal(ran.length, 35);
  assert.equal(new Set(ran).size, 35);
  for (const world of worlds) assert.deepEqual(world.of("error"), []);
});

test("ticks that overlap join", async () => {
  const world = scheduling();
  const both = await Promise.all([world.scheduler.tick(), world.scheduler.tick()]);
  assert.deepEqual(
    both.map((results) => results.length),
    [4, 4],
  );
  assert.equal(world.ran.length, 4);
});

test("DAGs side by side, and DAGs without schedule", async () => {
  const dags = [daily, { ...daily, dagId: "e", catchup: false }, { dagId: "f", schedule: null }];
  const world = scheduling(dags);
  await world.tick();
  assert.deepEqual(
    world.results.map(({ dagId, executionDate }) => dagId + executionDate.slice(8, 10)).sort(),
    ["d01", "d02", "d03", "d04", "e04"],
  );
  assert.deepEqual(await scheduling([]).tick(), "");
});

test("a clock that goes back repeats nothing; one that goes forward is a long sleep", async () => {
  const world = scheduling({ ...daily, catchup: false });
  assert.equal(await world.tick(), "01-04 1");
  world.now -= 3 * day;
  assert.equal(await world.tick(), "");
  world.now += 3 * day;
  assert.equal(await world.tick(), "");
  world.now += 100 * day;
  assert.equal(await world.tick(), "04-13 1");
  assert.deepEqual(
    world.of("missed").map(({ count }) => count),
    [99],
  );
});

test("a store that fails at a read: an error event, and the next tick goes on", async () => {
  const store = new MemoryStore();
  let fails = true;
  const { listRuns } = store;
  store.listRuns = async (query) => {
    if (fails) throw new Error("no disk");
    return listRuns.call(store, query);
  };
  const world = scheduling([daily, { ...daily, dagId: "e" }], { store });
  assert.equal(await world.tick(), "");
  assert.deepEqual(
    world.of("error").map(({ error }) => [error instanceof DagfillError, error.code]),
    [[true, "STORE_FAILED"]],
  );
  fails = false;
  await world.tick();
  assert.equal(world.results.length, 8);
});

test("a store that takes no lease: an error event, and the next tick goes on", async () => {
  const store = new MemoryStore();
  const { acquireLease } = store;
  store.acquireLease = async () => {
    throw new Error("no disk");
  };
  const world = scheduling(daily, { store });
  assert.equal(await world.tick(), "");
  assert.deepEqual(
    world.of("error").map(({ error }) => error.code),
    ["STORE_FAILED"],
  );
  store.acquireLease = acquireLease;
  assert.equal((await world.tick()).length, "01-01 1, 01-02 1, 01-03 1, 01-04 1".length);
});

test("a store that fails at a write, wherever: every date runs to its end on record", async () => {
  for (const after of [false, true]) {
    for (let k = 1; k <= 5; k++) {
      const kept = new MemoryStore();
      const store = failsOnApply(kept, k, { after, error: storeFailure() });
      const world = scheduling({ ...daily, maxActiveRuns: 2 }, { store });
      await world.tick();
      const where = `apply ${k}${after ? ", answer lost" : ""}`;
      if (k <= 4) assert.ok(world.of("error").length > 0, where);
      world.now += 60_000;
      await world.tick();
      await world.tick();
      const runs = await kept.listRuns({ dagId: "d" });
      assert.deepEqual(
        runs.map(({ executionDate, state }) => `${executionDate.slice(8, 10)} ${state}`),
        ["01 success", "02 success", "03 success", "04 success"],
        where,
      );
    }
  }
});

test("under the past, a store that fails lets nothing pass", async () => {
  const store = new MemoryStore();
  await create(store, record("2024-01-03", "success"));
  const { listRuns } = store;
  let asked = 0;
  store.listRuns = async (query) => {
    if (query.to !== undefined && query.from === undefined && ++asked === 1) throw new Error("no disk");
    return listRuns.call(store, query);
  };
  const world = scheduling({ ...daily, dependsOnPast: true }, { store });
  assert.equal(await world.tick(), "");
  assert.deepEqual(
    world.of("error").map(({ error }) => error.code),
    ["STORE_FAILED"],
  );
  assert.equal(await world.tick(), "01-04 1");
});

test("a listener that throws harms nothing and is told of once", async () => {
  const world = scheduling();
  const stop = world.scheduler.onEvent(() => {
    throw new TypeError("not me");
  });
  world.scheduler.onEvent(async () => {
    throw new TypeError("nor me");
  });
  assert.equal((await world.tick()).length, "01-01 1, 01-02 1, 01-03 1, 01-04 1".length);
  await sleep(1);
  const [{ error }, ...more] = world.of("error");
  assert.deepEqual([error.code, error.field, more], ["INVALID_OPTION", "listener", []]);
  assert.match(error.message, /a listener threw TypeError: not me/);
  stop();
});

test("a listener that has gone hears nothing", async () => {
  const world = scheduling();
  let heard = 0;
  const count = () => {
    heard += 1;
  };
  const stop = world.scheduler.onEvent(count);
  await world.tick();
  assert.ok(heard > 0);
  heard = 0;
  stop();
  stop();
  world.now += day;
  await world.tick();
  assert.equal(heard, 0);
});

test("DAGs of tasks: order, XCom, and what succeeded before a crash is kept", async () => {
  const dag = {
    ...daily,
    startDate: "2024-01-04",
    tasks: [
      { taskId: "extract" },
      {
        taskId: "load",
        dependsOn: ["extract"],
        params: { rows: "{{ xcom.extract.return_value }} of {{ ds }}" },
      },
    ],
  };
  const store = new MemoryStore();
  const ran = [];
  const executeTask = ({ taskId, params, runType }) => {
    ran.push([taskId, params, runType]);
    return taskId === "extract" ? 7 : undefined;
  };
  const world = scheduling(dag, { store, executeTask });
  await world.tick();
  assert.deepEqual(ran, [
    ["extract", {}, "scheduled"],
    ["load", { rows: "7 of 2024-01-04" }, "scheduled"],
  ]);

  // A process died in the middle of the next run.
  const run = record("2024-01-05", "running", { owner: "scheduler:dead" });
  const { dagId, runId } = run;
  const instance = { dagId, runId, attempt: 1 };
  await store.apply([
    { type: "create-run", run },
    { type: "save-task-instance", instance: { ...instance, taskId: "extract", state: "success" } },
    { type: "set-xcom", dagId, runId, taskId: "extract", key: "return_value", value: 9 },
    { type: "save-task-instance", instance: { ...instance, taskId: "load", state: "running" } },
  ]);
  ran.length = 0;
  const next = scheduling(dag, { store, executeTask, at: "2024-01-06T12:00Z" });
  await next.tick();
  assert.deepEqual(ran, [["load", { rows: "9 of 2024-01-05" }, "scheduled"]]);
  assert.equal(next.results[0].state, "success");
});

test("what is refused", () => {
  const refused = (options, code, field) =>
    assert.throws(
      () => new Scheduler(options),
      (error) => error instanceof DagfillError && error.code === code && error.field === field,
      JSON.stringify(options),
    );
  const executeRun = () => {};
  refused({ dags: [daily] }, "INVALID_OPTION", "executeRun");
  refused({ dags: [daily], executeRun, maxRuns: 1 }, "INVALID_OPTION", "maxRuns");
  refused({ dags: daily, executeRun }, "INVALID_OPTION", "dags");
  refused({ dags: [daily, daily], executeRun }, "DUPLICATE_DAG", "dags[1].dagId");
  refused({ dags: [daily], executeRun, store: {} }, "INVALID_OPTION", "store");
  refused({ dags: [{ ...daily, schedule: "* * *" }], executeRun }, "INVALID_CRON", "dags[0].schedule");
  refused(undefined, "INVALID_OPTION", "options");
  const world = scheduling();
  assert.throws(() => world.scheduler.onEvent("tick"), { code: "INVALID_OPTION", field: "listener" });
});
