// How runs are run: attempts, timeouts, failures, order, rate, conf, selection.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";
import { countsOnly, readsOnly } from "../store/faulty.mjs";
import { abortable, after, broken, daily, day, days, gate, listen, noon, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

test("retries wait for their delay, and each further one longer", async () => {
  const attempts = [];
  const executeRun = ({ attempt, executionDate }) => {
    attempts.push([executionDate, attempt]);
    if (executionDate === day(1) && attempt < 4) throw new Error(`attempt ${attempt}`);
  };
  const heard = listen();
  const options = days(2, { retries: 3, retryDelay: 20, retryBackoff: 2 });
  const result = await service({ executeRun }).backfill(options, heard.hooks);
  assert.equal(result.state, "success");
  assert.deepEqual(
    result.results.map((run) => run.attempts),
    [4, 1],
  );
  const first = heard.of("run-started").filter((event) => event.run.executionDate === day(1));
  // 20, then 40, then 80 ms behind the failure before.
  assert.deepEqual(first.map(after), [0, 20, 60, 140]);
  const retrying = heard.of("run-retrying").map((event) => [event.run.attempts, event.run.error.message]);
  assert.deepEqual(retrying, [
    [1, "attempt 1"],
    [2, "attempt 2"],
    [3, "attempt 3"],
  ]);
  assert.equal(result.results[0].error, undefined);
});

test("a retry that waits takes no slot", async () => {
  const executeRun = ({ attempt, executionDate }) => {
    if (executionDate === day(1) && attempt === 1) throw new Error("once");
  };
  const heard = listen();
  await service({ executeRun }).backfill(days(3, { retries: 1, retryDelay: 30 }), heard.hooks);
  const order = heard.of("run-started").map((event) => event.run.executionDate.slice(8, 10));
  assert.deepEqual(order, ["01", "02", "03", "01"]);
});

test("a run that takes too long is aborted, and fails as it says", async () => {
  const { reasons, executeRun } = abortable();
  const heard = listen();
  const result = await service({ executeRun }).backfill(days(1, { runTimeout: 30, retries: 1 }), heard.hooks);
  assert.deepEqual(reasons, ["ABORTED", "ABORTED"]);
  assert.equal(result.state, "failed");
  assert.deepEqual([result.results[0].attempts, result.results[0].error.name], [2, "DagfillError"]);
  assert.match(result.results[0].error.message, /took longer than its timeout/);
  assert.deepEqual(heard.of("run-started").map(after), [0, 30]);
});

test("what ignores its abortion is given up: failed, not retried, its slot free, its late end ignored", async () => {
  const late = gate();
  const executeRun = (context) => (context.executionDate === day(1) ? late.executeRun(context) : undefined);
  const heard = listen();
  const store = new MemoryStore();
  const result = await service({ executeRun, store }).backfill(
    days(2, { runTimeout: 20, abortGrace: 15, retries: 3 }),
    heard.hooks,
  );
  assert.deepEqual([result.failed, result.completed, result.state], [1, 1, "failed"]);
  assert.equal(result.results[0].attempts, 1);
  assert.match(result.results[0].error.message, /did not settle/);
  const [warning] = heard.of("warning");
  assert.equal(warning.warning.code, "run_abandoned");
  assert.equal(after(warning), 35);
  const before = await store.listRuns({ dagId: "etl" });
  late.fail(1, new Error("much too late"));
  await settle();
  assert.deepEqual(await store.listRuns({ dagId: "etl" }), before);
  assert.equal(heard.types().at(-1), "finished");
});

test("an abandoned run whose backfill goes on changes nothing when it settles late", async () => {
  const late = gate();
  const executeRun = late.executeRun;
  const heard = listen();
  const options = days(2, { runTimeout: 10, abortGrace: 10, maxParallelRuns: 1 });
  const backfill = await service({ executeRun }).start(options, heard.hooks);
  await late.until(2);
  late.end(1, "too late");
  await settle();
  const result = await backfill.cancel({ running: "abort" });
  assert.deepEqual([result.failed, result.completed, result.results[0].output], [2, 0, undefined]);
});

test("maxFailures stops the starts; what never started is canceled", async () => {
  const work = gate();
  const heard = listen();
  const backfill = await service({ executeRun: work.executeRun }).start(
    days(9, { maxParallelRuns: 3, maxFailures: 2 }),
    heard.hooks,
  );
  await work.until(3);
  work.fail(1);
  await work.until(4);
  work.fail(2);
  work.end(3);
  await settle();
  work.end(4);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.failed, result.completed, result.canceled], ["failed", 2, 2, 5]);
  assert.equal(work.started.length, 4);
  assert.deepEqual(result.results.map((run) => run.state).slice(4), Array(5).fill("canceled"));
});

test("maxFailures counts runs, not attempts", async () => {
  const executeRun = ({ attempt }) => {
    if (attempt === 1) throw new Error("first");
  };
  const result = await service({ executeRun }).backfill(days(4, { maxFailures: 1, retries: 1 }));
  assert.deepEqual([result.state, result.completed], ["success", 4]);
});

test("runBackwards takes the newest first and is refused with dependsOnPast", async () => {
  const seen = [];
  const executeRun = ({ executionDate }) => void seen.push(executionDate);
  const result = await service({ executeRun }).backfill(days(3, { runBackwards: true }));
  assert.deepEqual(seen, [day(3), day(2), day(1)]);
  assert.deepEqual(
    result.results.map((run) => run.executionDate),
    seen,
  );
  const past = service({ dag: { ...daily, dependsOnPast: true } });
  await assert.rejects(past.backfill(days(3, { runBackwards: true })), { code: "INVALID_DIRECTION" });
});

test("dependsOnPast runs one by one and stops behind a failure", async () => {
  const seen = [];
  let most = 0;
  let inFlight = 0;
  const executeRun = async ({ executionDate }) => {
    seen.push(executionDate);
    most = Math.max(most, ++inFlight);
    await settle(2);
    inFlight -= 1;
    if (executionDate === day(3)) throw new Error("third");
  };
  const heard = listen();
  const dag = { ...daily, dependsOnPast: true };
  const result = await service({ dag, executeRun }).backfill(days(6, { maxParallelRuns: 4 }), heard.hooks);
  assert.equal(most, 1);
  assert.deepEqual(seen, [day(1), day(2), day(3)]);
  assert.deepEqual([result.state, result.completed, result.failed, result.skipped], ["failed", 2, 1, 3]);
  assert.equal(result.unfinished, 4);
  for (const run of result.results.slice(3)) {
    assert.deepEqual([run.state, run.reason], ["skipped", "depends_on_past"]);
  }
});

test("with dependsOnPast, a date whose run has succeeded and is left alone opens the way again", async () => {
  const dag = { ...daily, dependsOnPast: true };
  const store = new MemoryStore();
  await service({ store }).backfill(days(4, { startDate: day(4) }));
  const executeRun = ({ executionDate }) => {
    if (executionDate === day(2)) throw new Error("second");
  };
  const backfills = service({ dag, store, executeRun });
  const { runs } = await backfills.preview(days(6));
  assert.deepEqual(
    runs.map((run) => run.action),
    ["create", "create", "create", "skip", "create", "create"],
  );
  const { results } = await backfills.backfill(days(6));
  const told = results.map((run) => run.reason ?? run.state);
  assert.deepEqual(told, ["success", "failed", "depends_on_past", "exists_success", "success", "success"]);
  // And the plan says the same, now that it is history: only what stands behind the failure stays closed.
  const again = await backfills.preview(days(6, { reprocess: "none" }));
  assert.deepEqual(
    again.runs.map((run) => run.reason),
    [
      "exists_success",
      "exists_failed",
      "depends_on_past",
      "exists_success",
      "exists_success",
      "exists_success",
    ],
  );
});

test("canceled runs are run again by default, failed ones are not; unfinished counts what has not succeeded", async () => {
  const store = new MemoryStore();
  const first = await service({ store }).start(days(6, { maxParallelRuns: 1 }));
  const canceled = await first.cancel();
  assert.equal(canceled.state, "canceled");
  assert.equal(canceled.unfinished, canceled.canceled);
  const executeRun = ({ executionDate }) => {
    if (executionDate === day(3)) throw new Error("third");
  };
  const backfills = service({ store, executeRun });
  const second = await backfills.backfill(days(6));
  assert.deepEqual([second.state, second.completed, second.failed, second.unfinished], ["failed", 4, 1, 1]);
  // The failure stands, nobody asked for it: the backfill does what it may, and says what is left.
  const third = await backfills.backfill(days(7, { excludeDates: [day(1)] }));
  assert.deepEqual([third.state, third.completed, third.unfinished], ["success", 1, 1]);
  const last = await service({ store }).backfill(days(7, { reprocess: "failed" }));
  assert.deepEqual([last.state, last.completed, last.unfinished], ["success", 1, 0]);
});

test("a canceled record is rerun by default and with each flag", async () => {
  const store = new MemoryStore();
  const backfills = service({ store });
  await backfills.backfill(days(1));
  const { dagId } = daily;
  const [{ runId }] = await store.listRuns({ dagId });
  await store.apply([{ type: "update-run", dagId, runId, change: { state: "canceled" } }]);
  const action = async (more) => (await backfills.preview(days(1, more))).runs[0].action;
  assert.deepEqual(
    [await action({}), await action({ rerunFailed: true }), await action({ resetDagRun: true })],
    ["rerun", "rerun", "reset"],
  );
});

test("a backfill with a date that depends_on_past blocked has failed, also when the plan blocked it", async () => {
  const store = new MemoryStore();
  const dag = { ...daily, dependsOnPast: true };
  const executeRun = ({ executionDate }) => {
    if (executionDate === day(2)) throw new Error("second");
  };
  await service({ dag, store, executeRun }).backfill(days(2));
  const result = await service({ dag, store }).backfill(days(4));
  assert.deepEqual([result.state, result.completed, result.failed, result.unfinished], ["failed", 0, 0, 3]);
  const reasons = result.results.map((run) => run.reason);
  assert.deepEqual(reasons, ["exists_success", "exists_failed", "depends_on_past", "depends_on_past"]);
});

test("a preview says what would refuse a start", async () => {
  const store = new MemoryStore();
  let open;
  const executeRun = () =>
    new Promise((resolve) => {
      open = resolve;
    });
  const backfills = service({ store, executeRun });
  const codes = async (options) => (await backfills.preview(options)).warnings.map(({ code }) => code);
  assert.deepEqual(await codes(days(2)), []);
  const running = await backfills.start(days(1));
  await settle(1);
  assert.deepEqual(await codes(days(9)), ["backfill_active"]);
  const { warnings } = await backfills.preview(days(9));
  assert.match(warnings[0].message, /this process itself drives a backfill/);
  await assert.rejects(backfills.start(days(9)), { code: "BACKFILL_ACTIVE" });
  open();
  await running.result;
  assert.deepEqual(await codes(days(9)), []);
});

test("a preview names the commands that executeRun alone leaves undone", async () => {
  const tasks = [
    { taskId: "a", command: "echo" },
    { taskId: "b" },
    { taskId: "c", command: "echo {{ ds }}" },
  ];
  const dag = { ...daily, tasks };
  const warned = async (host, options) => {
    const { warnings } = await new BackfillService({ dags: [dag], ...host }).preview(days(1, options));
    return warnings.filter(({ code }) => code === "tasks_not_run").map(({ count }) => count);
  };
  const run = () => {};
  assert.deepEqual(await warned({ executeRun: run }), [2]);
  assert.deepEqual(await warned({ executeRun: run }, { taskIds: ["c"] }), [1]);
  assert.deepEqual(await warned({ executeRun: run }, { taskIds: ["b"] }), []);
  assert.deepEqual(await warned({ executeRun: run, executeTask: run }), []);
  assert.deepEqual(await warned({}), []);
});

test("coverage interval: a date that is covered in part is reset, and its record takes the planned interval", async () => {
  const store = new MemoryStore();
  const end = { endDate: "2024-01-01T23:00Z" };
  await service({ store, dag: { ...daily, schedule: "@hourly" } }).backfill(days(1, end));
  const backfills = service({ store });
  const plan = await backfills.preview(days(2));
  assert.deepEqual(
    plan.warnings.map(({ code, count }) => [code, count]),
    [
      ["schedule_mismatch", 23],
      ["interval_mismatch", 1],
    ],
  );
  assert.deepEqual(
    plan.runs.map(({ action }) => action),
    ["skip", "create"],
  );
  const { results } = await backfills.backfill(days(2, { coverage: "interval" }));
  assert.deepEqual(
    results.map(({ action, state }) => [action, state]),
    [
      ["reset", "success"],
      ["create", "success"],
    ],
  );
  const [record] = await store.listRuns({ dagId: "etl" });
  assert.deepEqual(record.dataInterval, { start: day(1), end: day(2) });
  const again = await backfills.preview(days(2, { coverage: "interval" }));
  assert.equal(again.counts.skip, 2);
});

test("no window has more starts than its rate allows", async () => {
  const heard = listen();
  const options = days(7, { maxParallelRuns: 5, rate: { count: 3, per: 40 } });
  await service().backfill(options, heard.hooks);
  assert.deepEqual(heard.of("run-started").map(after), [0, 0, 0, 40, 40, 40, 80]);
});

test("conf of a run: its own by confFor over the backfill's, over params in templates", async () => {
  const seen = [];
  const executeRun = (context) => {
    const { conf } = context;
    assert.ok(Object.isFrozen(conf) && Object.isFrozen(conf.deep));
    assert.throws(() => {
      conf.deep.list.push(1);
    });
    seen.push([conf, context.render("{{ params.region }} {{ params.kind }} {{ conf.n }} {{ ds }}")]);
  };
  const dag = { ...daily, params: { region: "eu", kind: "full" } };
  const store = new MemoryStore();
  await service({ dag, executeRun, store }).backfill(
    days(2, {
      conf: { kind: "delta", deep: { list: [] } },
      confFor: (date) => ({ n: Number(date.slice(8, 10)) }),
    }),
  );
  assert.deepEqual(
    seen.map((one) => one[1]),
    ["eu delta 1 2024-01-01", "eu delta 2 2024-01-02"],
  );
  const stored = await store.listRuns({ dagId: "etl" });
  assert.deepEqual(
    stored.map((run) => run.conf),
    seen.map((one) => one[0]),
  );
  await assert.rejects(
    service().backfill(days(2, { confFor: () => 7 })),
    (error) => error.code === "INVALID_OPTION" && error.message.includes("confFor(2024-01-01T00:00:00Z)"),
  );
});

test("a callback may do to its context what it likes", async () => {
  const executeRun = (context) => {
    for (const key of Object.keys(context)) {
      try {
        context[key] = "spoiled";
      } catch {}
    }
    try {
      context.dataInterval.start = "spoiled";
    } catch {}
    Object.setPrototypeOf(context, null);
  };
  const store = new MemoryStore();
  const result = await service({ executeRun, store }).backfill(days(3, { retries: 1 }));
  assert.deepEqual([result.state, result.completed], ["success", 3]);
  assert.deepEqual(
    result.results.map((run) => run.executionDate),
    [day(1), day(2), day(3)],
  );
  const runs = await store.listRuns({ dagId: "etl" });
  assert.deepEqual(
    runs.map((run) => run.dataInterval.start),
    [day(1), day(2), day(3)],
  );
});

test("excludeDates and includeNotDue choose the dates", async () => {
  const seen = [];
  const executeRun = ({ executionDate }) => void seen.push(executionDate);
  const now = () => Date.parse("2024-01-04T12:00:00Z");
  const backfills = new BackfillService({ dags: [daily], executeRun, now });
  const result = await backfills.backfill(days(5, { excludeDates: ["2024-01-02"] }));
  assert.deepEqual(seen, [day(1), day(3)]);
  assert.deepEqual(
    result.results.map((run) => run.reason),
    [undefined, "excluded", undefined, "not_due", "not_due"],
  );
  await backfills.backfill(days(5, { excludeDates: ["2024-01-02"], includeNotDue: true }));
  assert.deepEqual(seen, [day(1), day(3), day(4), day(5)]);
});

test("maxRuns refuses larger plans, and says how large", async () => {
  await assert.rejects(service().start(days(9, { maxRuns: 8 })), (error) => {
    assert.equal(error.code, "RANGE_TOO_LARGE");
    assert.equal(error.details.count, 9);
    return true;
  });
  assert.equal((await service().backfill(days(9, { maxRuns: 9 }))).completed, 9);
});

test("taskIds choose tasks with their upstreams, or alone", async () => {
  const dag = {
    ...daily,
    tasks: [
      { taskId: "extract" },
      { taskId: "load", dependsOn: ["extract"] },
      { taskId: "report", dependsOn: ["load"] },
      { taskId: "other" },
    ],
  };
  const seen = [];
  const executeTask = ({ taskId }) => void seen.push(taskId);
  const backfills = () => new BackfillService({ dags: [dag], executeTask, now: () => noon });
  await backfills().backfill(days(1, { taskIds: ["load"] }));
  await backfills().backfill(days(1, { taskIds: ["load"], withUpstream: false }));
  assert.deepEqual(seen, ["extract", "load", "load"]);
  await assert.rejects(backfills().backfill(days(1, { taskIds: ["lod"] })), { code: "UNKNOWN_TASK" });
});

test("results tell each date once, in run order", async () => {
  const executeRun = ({ executionDate }) => {
    if (executionDate === day(2)) throw new TypeError("no second");
    return { rows: Number(executionDate.slice(8, 10)) };
  };
  const backfills = service({ executeRun });
  const result = await backfills.backfill(days(3, { excludeDates: [day(3)] }));
  assert.equal(result.results, result.results);
  const at = new Date(noon).toISOString().replace(".000Z", "Z");
  const common = { dagId: "etl", action: "create", attempts: 1, startedAt: at, finishedAt: at };
  const runId = (number) => `backfill__${day(number).replace("Z", "+00:00")}`;
  assert.deepEqual(result.results, [
    { ...common, executionDate: day(1), runId: runId(1), state: "success", output: { rows: 1 } },
    {
      ...common,
      executionDate: day(2),
      runId: runId(2),
      state: "failed",
      error: { name: "TypeError", message: "no second" },
    },
    {
      dagId: "etl",
      executionDate: day(3),
      runId: runId(3),
      action: "skip",
      state: "skipped",
      reason: "excluded",
      attempts: 0,
    },
  ]);
  const { backfillId, state, totalDates, completed, failed, skipped, canceled, startedAt } = result;
  assert.deepEqual(
    [state, totalDates, completed, failed, skipped, canceled, startedAt],
    ["failed", 3, 1, 1, 1, 0, at],
  );
  const [summary] = await backfills.list();
  assert.deepEqual([summary.backfillId, summary.dagId, summary.state], [backfillId, "etl", "failed"]);
  assert.deepEqual(summary.progress, {
    total: 3,
    completed: 1,
    failed: 1,
    skipped: 1,
    canceled: 0,
    remaining: 0,
    running: 0,
  });
  assert.deepEqual(await backfills.list({ unfinished: true }), []);
});

test("runs go in the order that is asked for; labels and a note are listed", async () => {
  const store = new MemoryStore();
  const seen = [];
  const executeRun = ({ executionDate }) => void seen.push(Number(executionDate.slice(8, 10)));
  const backfills = service({ store, executeRun });
  const options = { order: "bisect", labels: { team: "sales" }, note: "late files" };
  const result = await backfills.backfill(days(7, options));
  assert.deepEqual(seen, [1, 7, 4, 2, 5, 3, 6]);
  assert.deepEqual(
    result.results.map((run) => Number(run.executionDate.slice(8, 10))),
    seen,
  );
  const [listed] = await backfills.list();
  assert.deepEqual(listed.options.labels, options.labels);
  assert.equal(listed.options.note, "late files");
  assert.deepEqual([listed.progress.completed, listed.progress.total], [7, 7]);
});

test("options of the list can be handed in again, also after a way through JSON", async () => {
  const store = new MemoryStore();
  const backfills = service({ store });
  for (const [first, options] of [
    [1, { reprocess: "failed" }],
    [3, { rerunFailed: true, maxFailures: 2, retries: 1, retryDelay: "PT1S", runTimeout: "PT1M" }],
    [
      5,
      { excludeDates: ["2024-01-05"], rate: { count: 2, per: "PT1S" }, conf: { a: 1 }, backfillId: "mine" },
    ],
  ]) {
    const range = { startDate: day(first), endDate: day(first + 1) };
    const { planHash } = await backfills.preview(days(1, { ...range, ...options }));
    await backfills.backfill(days(1, { ...range, ...options, planHash }));
    const listed = (await backfills.list()).at(-1).options;
    assert.ok(!("backfillId" in listed) && !("planHash" in listed));
    const again = await service().preview(JSON.parse(JSON.stringify(listed)));
    assert.equal(again.planHash, planHash);
    assert.equal((await backfills.backfill(listed)).state, "success");
  }
});

test("a name is used once", async () => {
  const backfills = service();
  await backfills.backfill(days(1, { backfillId: "mine" }));
  await assert.rejects(backfills.start(days(2, { startDate: day(2), backfillId: "mine" })), {
    code: "BACKFILL_EXISTS",
    field: "backfillId",
  });
});

test("a plan that has changed is refused with the difference", async () => {
  const backfills = service();
  const { planHash } = await backfills.preview(days(3));
  await backfills.backfill(days(1));
  await assert.rejects(backfills.start(days(3, { planHash })), (error) => {
    assert.equal(error.code, "PLAN_CHANGED");
    assert.ok(error.details);
    return true;
  });
});

test("a dry run writes nothing, and is no way to start", async () => {
  const seen = [];
  const backfills = service({
    store: readsOnly(new MemoryStore()),
    executeRun: (run) => void seen.push(run),
  });
  const preview = await backfills.backfill(days(3, { dryRun: true }));
  assert.equal(preview.counts.create, 3);
  assert.deepEqual(seen, []);
  await assert.rejects(backfills.start(days(3, { dryRun: true })), {
    code: "INVALID_OPTION",
    field: "dryRun",
  });
});

test("everything that one turn changes is one batch", async () => {
  const store = countsOnly();
  await service({ store }).backfill(days(30, { maxParallelRuns: 10 }));
  // One to begin with ten, three for those that end and those that take their place.
  assert.deepEqual(store.counts, { "save-backfill": 2, "create-run": 30, "update-run": 30 });
  assert.equal(store.batches, 4);
});

test("etaMs is foretold from the durations seen", async () => {
  let clock = noon;
  const backfills = new BackfillService({
    dags: [daily],
    now: () => clock,
    executeRun: async () => {
      clock += 1_000;
    },
  });
  const etas = [];
  await backfills.backfill(days(4), { onProgress: ({ etaMs }) => etas.push(etaMs) });
  assert.equal(etas[0], undefined);
  const known = etas.filter((eta) => eta !== undefined);
  assert.ok(known.includes(3_000) && known.includes(2_000) && known.includes(1_000), String(known));
  assert.equal(known.at(-1), 0);
});
