// Options as hostile callers write them: what cannot be used is INVALID_OPTION, names its place, and is never half used.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BackfillService,
  DagfillError,
  expandRange,
  explainSchedule,
  previewFrom,
  render,
  renderRange,
  resolveXcom,
  Scheduler,
  validateDag,
} from "dagfill";

const daily = { dagId: "etl", schedule: "@daily" };
const week = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-07" };

async function refusal(work) {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof DagfillError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

test("a value that contains itself is named where it does, and a deep one by a path that can be read", async () => {
  const service = new BackfillService({ dags: [daily], executeRun() {} });
  const cycle = { list: [] };
  cycle.list.push({ again: cycle });
  const deep = (levels) => (levels === 0 ? 1 : { [`level${levels}`]: deep(levels - 1) });
  const preview = (conf) => () => service.preview({ ...week, conf });
  const found = await refusal(preview({ cycle }));
  assert.deepEqual([found.code, found.field], ["INVALID_OPTION", "conf.cycle.list[0].again"]);
  assert.match(found.message, /does not contain itself/);
  await service.preview({ ...week, conf: { once: deep(150), twice: [cycle.list.length, deep(150)] } });
  // The same value twice is no cycle.
  const shared = { a: [1] };
  await service.preview({ ...week, conf: { shared, again: [shared, shared] } });
  for (const conf of [deep(300), { ["key".repeat(1000)]: () => {} }]) {
    const { code, field, message } = await refusal(preview(conf));
    assert.equal(code, "INVALID_OPTION");
    assert.ok(field.length < 200 && message.length < 300, message);
  }
  const results = [];
  const executeTask = async (task) => {
    task.xcomPush("fine", shared);
    results.push(await refusal(() => task.xcomPush("cycle", cycle)));
  };
  const dag = { ...daily, tasks: [{ taskId: "load" }] };
  const run = new BackfillService({ dags: [dag], executeTask });
  assert.equal((await run.backfill({ ...week, endDate: "2024-01-01" })).completed, 1);
  assert.equal(results[0].field, "xcomPush(cycle).list[0].again");
});

test("what throws when it is read is named, with what it threw", async () => {
  const cause = new Error("not for you");
  const getter = (name, more = {}) =>
    Object.defineProperty({ ...more }, name, {
      enumerable: true,
      get() {
        throw cause;
      },
    });
  const closed = (value) =>
    new Proxy(
      value,
      Object.fromEntries(
        Object.getOwnPropertyNames(Reflect).map((trap) => [
          trap,
          () => {
            throw cause;
          },
        ]),
      ),
    );
  const list = () => Object.defineProperty([1], 0, { get: () => assert.fail(), configurable: true });
  const item = () =>
    Object.defineProperty(list(), 0, {
      get() {
        throw cause;
      },
    });
  const service = new BackfillService({ dags: [daily], executeRun() {} });
  const hostile = {
    maxRuns: () => service.preview(getter("maxRuns", week)),
    dryRun: () => service.backfill(getter("dryRun", week)),
    options: () => service.start(closed(week)),
    "conf.deep.key": () => service.preview({ ...week, conf: { deep: getter("key") } }),
    "conf.list[0]": () => service.preview({ ...week, conf: { list: item() } }),
    conf: () => service.preview({ ...week, conf: closed({}) }),
    "rate.per": () => service.preview({ ...week, rate: getter("per", { count: 1 }) }),
    "excludeDates[0]": () => service.preview({ ...week, excludeDates: item() }),
    startDate: () => service.preview({ ...week, startDate: closed(new Date()) }),
    onEvent: async () => service.backfill(week, getter("onEvent")).catch((error) => Promise.reject(error)),
    "dags[0].tasks[0].params.a": () =>
      new BackfillService({ dags: [{ ...daily, tasks: [{ taskId: "a", params: getter("a") }] }] }),
    store: () => new Scheduler(getter("store", { dags: [] })),
    "dag.timeZone": () => validateDag(getter("timeZone", daily)),
    schedule: () => expandRange(closed([]), 0, 1),
    "schedule.cron": () => explainSchedule(getter("cron")),
    start: () => expandRange("@daily", closed(new Date()), 1),
    xcom: () => resolveXcom("{{ xcom.a.b }}", closed({})),
    "xcom.a": () => render("{{ ds }}", { executionDate: 0, xcom: getter("a") }),
    "value.a": () => render(getter("a"), { executionDate: 0 }),
    dates: () => renderRange("{{ ds }}", closed([]), null),
    data: () => previewFrom(getter("kind")),
    dagId: () => service.trigger(getter("dagId")),
  };
  for (const [field, work] of Object.entries(hostile)) {
    const error = await refusal(work);
    assert.deepEqual(
      [error.code, error.field.replace("hooks.", "")],
      ["INVALID_OPTION", field],
      error.message,
    );
    assert.equal(error.cause, cause, field);
    assert.ok(error.message.includes("not for you"), error.message);
  }
  // What is thrown may be hostile itself.
  const worse = Object.defineProperty({ ...week }, "maxRuns", {
    enumerable: true,
    get() {
      throw closed({});
    },
  });
  assert.equal((await refusal(() => service.preview(worse))).field, "maxRuns");
});

test("a lone surrogate is refused where templates would lose it, and kept where they do not", async () => {
  const half = "a\ud800b";
  const whole = "\u{1f600}";
  const service = new BackfillService({ dags: [daily], executeRun: () => half });
  const tasks = (...tasks) => validateDag({ ...daily, tasks });
  const lost = {
    "conf.a[0]": () => service.preview({ ...week, conf: { a: [half] } }),
    [`conf.${half}`]: () => service.preview({ ...week, conf: { [half]: 1 } }),
    "confFor(2024-01-01T00:00:00Z).a": () => service.start({ ...week, confFor: () => ({ a: half }) }),
    "taskIds[1]": () => service.preview({ ...week, taskIds: ["a", half] }),
    backfillId: () => service.start({ ...week, backfillId: half }),
    "dag.params.a": () => validateDag({ ...daily, params: { a: half } }),
    "dag.dagId": () => validateDag({ ...daily, dagId: half }),
    "dag.tasks[0].taskId": () => tasks({ taskId: half }),
    "dag.tasks[0].dependsOn[0]": () => tasks({ taskId: "a", dependsOn: [half] }),
    "params.a": () => render("{{ params.a }}", { executionDate: 0, params: { a: half } }),
    runId: () => render("{{ run_id }}", { executionDate: 0, runId: half }),
    "xcom.a.b": () => resolveXcom("{{ xcom.a.b }}", { a: { b: half } }),
  };
  for (const [field, work] of Object.entries(lost)) {
    const error = await refusal(work);
    assert.deepEqual([error.code, error.field], ["INVALID_OPTION", field], error.message);
  }
  await service.preview({ ...week, conf: { [whole]: whole, escaped: "\\ud800" } });
  assert.equal(resolveXcom(`${half}{{ xcom.a.b }}`, { a: { b: whole } }), half + whole);
  // An output goes through no template, and a task's params are templates, which keep what they cannot read.
  const { results } = await service.backfill({ ...week, endDate: "2024-01-01" });
  assert.equal(results[0].output, half);
  const seen = [];
  const executeTask = async (task) => {
    seen.push(task.params.a);
    seen.push((await refusal(() => task.xcomPush("k", half))).field);
    seen.push((await refusal(() => task.xcomPush(half, 1))).field);
    return task.taskId === "bad" ? [half] : whole;
  };
  const dag = {
    ...daily,
    tasks: [
      { taskId: "good", params: { a: `${half}{{ ds }}` } },
      { taskId: "bad", dependsOn: ["good"] },
    ],
  };
  const run = new BackfillService({ dags: [dag], executeTask });
  const result = await run.backfill({ ...week, endDate: "2024-01-01" });
  assert.deepEqual(seen.slice(0, 3), [`${half}2024-01-01`, "xcomPush(k)", "xcomPush key"]);
  assert.match(result.results[0].error.message, /^task bad failed: return_value\[0\]: expected text without/);
});

test("a clock-change rule is a preset or has gap and fold", async () => {
  const dates = (dst) =>
    expandRange("30 2 * * *", "2024-03-10", "2024-03-10", { timeZone: "America/New_York", dst });
  assert.deepEqual([...dates("vixie")], [Date.UTC(2024, 2, 10, 7)]);
  assert.deepEqual(dates({ gap: "end", fold: "first", wildcard: "real_time" }), dates("vixie"));
  assert.deepEqual([...dates({ gap: "skip", fold: "first" })], []);
  for (const [dst, field, hint] of [
    ["vixi", "dst", "Did you mean vixie?"],
    [7, "dst", undefined],
    [null, "dst", undefined],
    [{ gap: "end" }, "dst", undefined],
    [{ fold: "both" }, "dst", undefined],
    [{ gap: "ends", fold: "both" }, "dst.gap", "Did you mean end?"],
    [{ gap: "end", fold: "both", wildcards: "wall" }, "dst.wildcards", "Did you mean wildcard?"],
    [{ gap: "end", fold: "third" }, "dst.fold", undefined],
  ]) {
    const error = await refusal(() => dates(dst));
    assert.deepEqual([error.code, error.field, error.hint], ["INVALID_OPTION", field, hint]);
  }
});
