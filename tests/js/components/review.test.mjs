// Backfills that a page only looks at, and what it asks of a whole plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel, errorWords, reasonIn } = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { errorWords } from "./error_words.ts";
export { reasonIn } from "./plan/plan_columns.ts";
`);
const open = opener(BackfillModel);
const dag = { dagId: "sales", schedule: "@daily" };
const january = { startDate: "2026-01-01", endDate: "2026-01-04" };

/** A store in which a backfill of three days has ended; the second of them failed. */
async function ended() {
  const store = new MemoryStore();
  const executeRun = ({ executionDate }) => {
    if (executionDate.startsWith("2026-01-02")) throw new Error("no disk");
  };
  const service = new BackfillService({ dags: [dag], store, executeRun });
  const backfill = await service.start({ dagId: "sales", ...january, endDate: "2026-01-03" });
  await backfill.result;
  return { store, id: backfill.backfillId };
}

test("a backfill that has ended is shown from its records, and its failures can be tried again", async (t) => {
  const { store, id } = await ended();
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(id);
  const { run, progress, counts, failure } = model.getSnapshot();
  assert.equal(failure, null);
  assert.deepEqual([run.phase, run.backfillId, progress.completed, progress.failed], ["finished", id, 2, 1]);
  assert.deepEqual([...run.errors], [[1, "no disk"]]);
  assert.deepEqual([counts[6], counts[7], run.bars.length], [2, 1, 3]);
  assert.match(model.runId(1), /2026-01-02/);
  assert.deepEqual(
    (await model.dates(1, 3)).map(({ executionDate, action }) => [executionDate.slice(0, 10), action]),
    [
      ["2026-01-02", "skip"],
      ["2026-01-03", "skip"],
    ],
  );
  await model.retry();
  const again = await until(
    model,
    ({ phase: name, run: now }) => name === "finished" && now.backfillId !== id,
  );
  // Not the fourth day, which the plan of the settings has beside the backfill's three.
  assert.deepEqual([again.progress.total, again.progress.completed, again.progress.failed], [3, 1, 0]);
});

test("a retry has the options of the backfill that is shown, looked at or resumed, whatever those of the plan", async (t) => {
  const store = new MemoryStore();
  const ran = [];
  let isBroken = true;
  const executeRun = ({ executionDate, conf }) => {
    if (isBroken) throw new Error("no disk");
    ran.push(`${executionDate.slice(8, 10)} ${conf.target}`);
  };
  const service = new BackfillService({ dags: [dag], store, executeRun });
  const days = ["2026-01-01", "2026-01-02", "2026-01-04"];
  const own = { conf: { target: "staging" }, excludeDates: ["2026-01-03"], maxFailures: 1 };
  const ended = await service.start({ dagId: "sales", ...january, ...own });
  await ended.result;
  const id = await service.enqueue({
    dagId: "sales",
    startDate: "2026-02-01",
    endDate: "2026-02-03",
    ...own,
    dates: ["2026-02-01", "2026-02-03"],
  });
  const model = open(t, { store, executeRun, options: { ...january, conf: { target: "prod" } } });
  await ready(model);
  await model.resume(id);
  await phase(model, "finished");
  isBroken = false;
  await model.retry(1);
  await until(model, ({ phase: name, progress }) => name === "finished" && progress.completed === 1);
  assert.deepEqual(ran.splice(0), ["03 staging"]);
  model.close();
  await model.review(ended.backfillId);
  await model.retry();
  await until(model, ({ phase: name, progress }) => name === "finished" && progress.completed === 3);
  assert.deepEqual(
    ran,
    days.map((day) => `${day.slice(8)} staging`),
  );
});

test("rows that are asked for together are those that are asked for one by one: of a plan, of a backfill, and of one that is only looked at", async (t) => {
  const settings = {
    dag: { ...dag, tasks: [{ taskId: "load", command: "load {{ ds }} {{ prev_ds }} {{ xcom.load.x }}" }] },
    options: { ...january, runBackwards: true },
    store: new MemoryStore(),
    executeTask: () => "done",
  };
  const same = async (model) => {
    const together = await model.details(1, 9);
    const single = await Promise.all([1, 2, 3, 4].map((row) => model.detail(row)));
    assert.equal(single.pop(), null, "beyond the last");
    assert.deepEqual(together, single);
    assert.deepEqual(
      together.map(({ executionDate, texts }) => [executionDate.slice(0, 10), texts[0].text.slice(0, 15)]),
      ["03", "02", "01"].map((day) => [`2026-01-${day}`, `load 2026-01-${day}`]),
    );
    assert.deepEqual(await model.details(4, 9), []);
    return together;
  };
  const model = open(t, settings);
  await ready(model);
  await same(model);
  await model.start();
  const { run } = await phase(model, "finished");
  assert.ok((await same(model)).every(({ texts }) => texts[0].ran));
  // The second one has not planned what it looks at.
  for (const endDate of [january.endDate, "2026-01-09"]) {
    const other = open(t, { ...settings, options: { ...settings.options, endDate } });
    await ready(other);
    await other.review(run.backfillId);
    assert.ok((await same(other)).every(({ texts }) => texts[0].ran === undefined));
  }
});

test("a backfill that another process runs is watched, and the plan comes back afterwards", async (t) => {
  const store = new MemoryStore();
  let end = () => {};
  const service = new BackfillService({
    dags: [dag],
    store,
    executeRun: () =>
      new Promise((resolve) => {
        end = resolve;
      }),
  });
  const backfill = await service.start({ dagId: "sales", ...january });
  t.after(async () => {
    end();
    await backfill.cancel();
  });
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(backfill.backfillId);
  assert.equal(model.getSnapshot().phase, "watching");
  model.close();
  await phase(model, "ready");
});

test("a backfill that is watched is paused, goes on and is canceled by requests to its driver", async (t) => {
  const store = new MemoryStore();
  const gates = [];
  const executeRun = () => new Promise((resolve) => gates.push(resolve));
  const service = new BackfillService({ dags: [dag], store, executeRun });
  const heard = { paused: () => {}, resumed: () => {}, canceling: () => {} };
  const onEvent = ({ type }) => heard[type]?.();
  const next = (type) => new Promise((resolve) => Object.assign(heard, { [type]: resolve }));
  const backfill = await service.start({ dagId: "sales", ...january, maxParallelRuns: 2 }, { onEvent });
  t.after(() => gates.map((release) => release()));
  const model = open(t, { store, executeRun: () => assert.fail("nothing runs here") });
  await ready(model);
  await model.review(backfill.backfillId);
  for (const [act, type, state] of [
    [model.pause, "paused", "paused"],
    [() => model.resume(), "resumed", "running"],
  ]) {
    const obeyed = next(type);
    await act();
    const { failure, run } = model.getSnapshot();
    assert.deepEqual([failure, run.isAsked], [null, true], type);
    await obeyed;
    model.replan();
    const now = await until(model, (one) => one.run.state === state);
    assert.deepEqual([now.phase, now.run.isAsked], ["watching", false]);
  }
  const canceling = next("canceling");
  await model.cancel();
  await canceling;
  for (const release of gates) release();
  await backfill.result;
  model.replan();
  const { progress } = await phase(model, "finished");
  assert.deepEqual([progress.completed, progress.canceled], [2, 2]);
});

test("a canary that is watched is approved by a request to its driver", async (t) => {
  const store = new MemoryStore();
  const service = new BackfillService({ dags: [dag], store, executeRun: () => "done" });
  const waits = Promise.withResolvers();
  const onEvent = ({ type }) => type === "awaiting-approval" && waits.resolve();
  const canary = { dates: 1, approve: "manual" };
  const backfill = await service.start({ dagId: "sales", ...january, canary }, { onEvent });
  t.after(() => backfill.cancel());
  await waits.promise;
  const model = open(t, { store, executeRun: () => assert.fail("nothing runs here") });
  await ready(model);
  await model.review(backfill.backfillId);
  assert.equal(model.getSnapshot().run.state, "awaiting_approval");
  await model.approve();
  assert.equal(model.getSnapshot().failure, null);
  assert.equal((await backfill.result).state, "success");
});

test("what no request can ask of a backfill that is watched is an error of the action", async (t) => {
  const store = new MemoryStore();
  // As a store of the page's own that keeps no requests.
  store.listRequests = undefined;
  const held = Promise.withResolvers();
  const service = new BackfillService({ dags: [dag], store, executeRun: () => held.promise });
  const backfill = await service.start({ dagId: "sales", ...january });
  t.after(() => held.resolve());
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(backfill.backfillId);
  await model.setMaxParallelRuns(2);
  const { code, field } = model.getSnapshot().failure;
  assert.deepEqual([code, field], ["INVALID_OPTION", "maxParallelRuns"]);
  await model.pause();
  const { failure, run } = model.getSnapshot();
  assert.deepEqual([failure.code, failure.field, run.isAsked], ["INVALID_OPTION", "store", false]);
});

test("a backfill that is not there is an error of the action", async (t) => {
  const model = open(t, { executeRun: () => "done" });
  await ready(model);
  await model.review("nothing");
  const { failure, run } = model.getSnapshot();
  assert.deepEqual([failure.code, failure.field, run], ["UNKNOWN_BACKFILL", "backfillId", null]);
});

test("records that come into the store from elsewhere are planned over when that is told", async (t) => {
  const store = new MemoryStore();
  const model = open(t, { store, executeRun: () => "done" });
  assert.equal((await ready(model)).counts[0], 4);
  const service = new BackfillService({ dags: [dag], store, executeRun: () => "done" });
  await service.backfill({ dagId: "sales", ...january, endDate: "2026-01-01" });
  model.replan();
  assert.equal((await until(model, ({ counts }) => counts[2] === 1)).counts[0], 3);
});

test("a duration of a run says how long each number of lanes takes", async (t) => {
  const model = open(t, { executeRun: () => "done", runDuration: 1_000 });
  const { estimate } = await ready(model);
  assert.deepEqual(
    estimate.byLanes.slice(0, 4).map(({ lanes, makespan }) => [lanes, makespan]),
    [
      [1, 4_000],
      [2, 2_000],
      [4, 1_000],
      [8, 1_000],
    ],
  );
});

test("rows of the plan are told in parts, with what the store has of them", async (t) => {
  const { store } = await ended();
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  const dates = await model.dates(1, 99);
  assert.deepEqual(
    dates.map(({ reason, existing }) => [reason, existing?.state, existing?.error]),
    [
      ["exists_failed", "failed", "no disk"],
      ["exists_success", "success", null],
      [null, undefined, undefined],
    ],
  );
});

test("tasks of earlier runs are read from the store, before and after a retry", async (t) => {
  const store = new MemoryStore();
  const tasks = [{ taskId: "a" }, { taskId: "b", dependsOn: ["a"] }];
  let isBroken = true;
  const executeTask = ({ taskId, executionDate }) => {
    if (isBroken && taskId === "b" && executionDate.startsWith("2026-01-02")) throw new Error("no disk");
  };
  const settings = {
    dag: { ...dag, tasks },
    options: { ...january, endDate: "2026-01-03" },
    store,
    executeTask,
  };
  const first = open(t, settings);
  await ready(first);
  await first.start();
  await phase(first, "finished");
  // As after a reload: nothing but the store is known.
  const model = open(t, { ...settings, options: january });
  await ready(model);
  const statesAt = (row) => {
    const runId = model.runId(row);
    return runId === null ? [] : [...model.taskStates(runId).values()].join(" ");
  };
  await until(model, () => statesAt(1) === "success failed");
  await until(model, () => statesAt(0) === "success success");
  assert.equal(model.runId(3), null, "no run stands there");
  isBroken = false;
  await model.retry(1);
  await phase(model, "finished");
  model.close();
  await ready(model);
  await until(model, () => statesAt(1) === "success success");
});

test("runs that were interrupted are told as such", async (t) => {
  const plan = { warnings: [{ code: "interrupted_backfill", message: "" }] };
  assert.equal(reasonIn(plan, "in_flight"), "interrupted");
  assert.equal(reasonIn(plan, "excluded"), "excluded");
  assert.equal(reasonIn({ warnings: [] }, "in_flight"), "in_flight");
  const model = open(t, {});
  const { locale } = await ready(model);
  assert.equal(locale.reason.interrupted, "interrupted");
  assert.match(locale.because("skip", "interrupted", "running", null), /^It was interrupted/);
});

test("warnings name dates on the clock of the schedule", async (t) => {
  const berlin = { ...dag, timeZone: "Europe/Berlin" };
  const existing = [{ executionDate: "2026-01-02T23:00:00Z", state: "failed" }];
  const model = open(t, { dag: berlin, existing, executeRun: () => "done" });
  const { warnings } = await ready(model);
  const { message, at } = warnings.find(({ code }) => code === "unfinished_left_alone");
  assert.match(message, /the first is 2026-01-03[:;,]/);
  assert.equal(at, "2026-01-02T23:00:00Z", "data stay instants");
});

test("tasks of a run that is stopped are canceled with it", async (t) => {
  const model = open(t, {
    dag: { ...dag, tasks: [{ taskId: "a" }] },
    executeTask: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped")))),
  });
  await ready(model);
  await model.start();
  await until(model, () => model.taskMarks(model.runId(0)).get("a")?.state === "running");
  await model.cancel({ running: "abort" });
  await phase(model, "finished");
  const mark = model.taskMarks(model.runId(0)).get("a");
  assert.equal(mark.state, "canceled");
  assert.ok(mark.end >= mark.start);
});

test("a backfill that another process runs is followed to its end", async (t) => {
  const store = new MemoryStore();
  const gates = [];
  const executeRun = () => new Promise((resolve) => gates.push(resolve));
  const service = new BackfillService({ dags: [dag], store, executeRun });
  let heard = () => {};
  const onEvent = ({ type }) => type === "run-succeeded" && heard();
  const backfill = await service.start({ dagId: "sales", ...january, maxParallelRuns: 1 }, { onEvent });
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(backfill.backfillId);
  for (const done of [1, 2, 3, 4]) {
    const ended = new Promise((resolve) => {
      heard = resolve;
    });
    gates.shift()();
    await ended;
    if (done === 4) await backfill.result;
    // As the look of every few seconds at a store that others write into.
    model.replan();
    const { counts, phase: name } = await until(model, ({ progress }) => progress.completed === done);
    assert.deepEqual([counts[6], name], [done, done === 4 ? "finished" : "watching"]);
  }
});

test("a backfill that was paused when its process ended goes on with one Resume", async (t) => {
  const store = new MemoryStore();
  const service = new BackfillService({ dags: [dag], store, executeRun: () => new Promise(() => {}) });
  let backfill;
  await new Promise((paused) => {
    const onEvent = ({ type }) => type === "paused" && paused();
    void service.start({ dagId: "sales", ...january }, { onEvent }).then((started) => {
      backfill = started;
      started.pause();
    });
  });
  const left = assert.rejects(backfill.result, { code: "ABORTED" });
  await backfill.leave(true);
  await left;
  const events = [];
  const onEvent = ({ type }) => events.push(type);
  const model = open(t, { store, executeRun: () => "done", onEvent });
  const { unfinished } = await until(model, (snapshot) => snapshot.unfinished.length === 1);
  await model.resume(unfinished[0].backfillId);
  const { progress } = await phase(model, "finished");
  assert.equal(progress.completed, 4);
  assert.ok(events.includes("resumed"));
});

test("a plan beside an interrupted backfill says, before Resume, that the DAG has changed", async (t) => {
  const store = new MemoryStore();
  const tasks = [{ taskId: "load", run: () => new Promise(() => {}) }];
  const changed = { ...dag, tasks: [...tasks, { taskId: "tell", run: () => {} }] };
  const secret = { variables: { token: "x" }, connections: () => undefined };
  const service = new BackfillService({ dags: [{ ...dag, tasks, ...secret }], store });
  const backfill = await service.start({ dagId: "sales", ...january });
  const left = assert.rejects(backfill.result, { code: "ABORTED" });
  await backfill.leave(true);
  await left;
  const codes = async (given) => {
    const model = open(t, { dag: given, store });
    const { warnings, unfinished } = await until(
      model,
      (one) => one.phase === "ready" && !one.isStale && one.unfinished.length === 1,
    );
    assert.equal(unfinished[0].state, "interrupted");
    return warnings.map(({ code }) => code).sort();
  };
  assert.deepEqual(await codes({ ...dag, tasks, ...secret }), ["interrupted_backfill"]);
  assert.deepEqual(await codes(changed), ["dag_changed", "interrupted_backfill"]);
});

test("a backfill whose process dies while it is watched shows what was in flight, and is canceled when it is discarded", async (t) => {
  const store = new MemoryStore();
  const service = new BackfillService({ dags: [dag], store, executeRun: () => new Promise(() => {}) });
  const begun = Promise.withResolvers();
  const onEvent = ({ progress }) => progress.running === 2 && begun.resolve();
  const backfill = await service.start({ dagId: "sales", ...january, maxParallelRuns: 2 }, { onEvent });
  await begun.promise;
  const model = open(t, { store, executeRun: () => "done" });
  await ready(model);
  await model.review(backfill.backfillId);
  const left = assert.rejects(backfill.result, { code: "ABORTED" });
  await backfill.leave(true);
  await left;
  model.replan();
  const stopped = await phase(model, "stopped");
  assert.deepEqual([stopped.counts[2], stopped.counts[4], stopped.counts[9]], [0, 2, 2]);
  await model.discard(backfill.backfillId);
  const { counts, progress } = await phase(model, "finished");
  assert.deepEqual([counts[2], counts[8], progress.canceled], [0, 4, 4]);
});

test("a backfill that another process has taken over says so, and nothing of it runs here any more", async (t) => {
  const store = new MemoryStore();
  const gates = [];
  const model = open(t, { store, executeRun: () => new Promise((resolve) => gates.push(resolve)) });
  await ready(model);
  await model.start();
  await until(model, ({ progress }) => progress.running > 0);
  // From now on the store is out of reach, but for the refusal of what is written.
  store.apply = () => Promise.reject(new DagfillError("STALE_OWNER", "another process has taken over"));
  store.listBackfills = () => Promise.reject(new Error("out of reach"));
  for (const release of gates) release();
  const { failure, counts, progress, run, warnings } = await phase(model, "stopped");
  assert.equal(failure.code, "STALE_OWNER");
  assert.deepEqual([counts[4], counts[5], counts[8], counts[9], progress.running], [0, 0, 0, 4, 0]);
  assert.ok(run.bars.every(({ end, token }) => end !== null && token === 9));
  assert.ok(warnings.every(({ code }) => code !== "stopped"));
});

/** One store as two tabs have it: each with an object of its own. */
function view(store, more = {}) {
  const names = [
    "apply",
    "listRuns",
    "listHistory",
    "countRuns",
    "listRequests",
    "listTaskInstances",
    "getXcom",
  ];
  const leases = ["acquireLease", "readLease", "listBackfills", "loadBackfill", "close"];
  const methods = [...names, ...leases].map((name) => [name, (...args) => store[name](...args)]);
  return { durable: false, ...Object.fromEntries(methods), ...more };
}

for (const when of ["while it runs there", "when it has ended there"])
  test(`a backfill that has gone to another tab is followed: ${when}`, async (t) => {
    const store = new MemoryStore();
    const gates = [];
    let lease;
    // As of a tab that stands still: it does not renew, and does not know.
    const here = view(store, {
      acquireLease: async (...args) => {
        lease = await store.acquireLease(...args);
        return { ...lease, renew: () => new Promise(() => {}), release: () => lease.release() };
      },
    });
    const executeRun = () => new Promise((resolve) => gates.push(resolve));
    const model = open(t, { store: here, options: { ...january, maxParallelRuns: 1 }, executeRun });
    await ready(model);
    await model.start();
    await until(model, ({ progress }) => progress.running === 1);
    const { backfillId } = model.getSnapshot().run;
    await lease.release();
    const held = Promise.withResolvers();
    const service = new BackfillService({ dags: [dag], store: view(store), executeRun: () => held.promise });
    const there = await service.resume(backfillId);
    const hasEnded = when !== "while it runs there";
    if (hasEnded) {
      held.resolve();
      await there.result;
    }
    for (const release of gates) release();
    const { failure, counts, run, locale } = await phase(model, hasEnded ? "finished" : "watching");
    assert.match(errorWords(locale, failure), /^Another tab or process has taken over this backfill/);
    assert.equal(failure.code, "STALE_OWNER");
    assert.match(
      failure.message,
      /^the lease of DAG sales has gone to another owner \(another tab or process\)/,
    );
    assert.equal(run.backfillId, backfillId);
    assert.deepEqual([counts[6], counts[8], counts[9]], hasEnded ? [4, 0, 0] : [0, 0, 0]);
    held.resolve();
    await there.result;
  });
