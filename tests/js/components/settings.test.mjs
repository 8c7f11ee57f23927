// Settings that are wrong, or that change, neither blank the page nor run anything that nobody asked for.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { opener, phase, ready, until } from "./opened.mjs";
import { componentModule } from "./source.mjs";

const { BackfillModel, withEnglish, numberText } = await componentModule(`
export { BackfillModel } from "./model/backfill_model.ts";
export { withEnglish } from "./english.ts";
export { numberText } from "./locale.ts";
`);
const open = opener(BackfillModel);
let pages = 0;
/** The texts of another page: what is told once was not told there. */
const freshTexts = () =>
  componentModule(`export { withEnglish } from "./english.ts";
export { errorWords } from "./error_words.ts"; export const page = ${++pages};`);
const options = { startDate: "2026-01-01", endDate: "2026-01-04" };
const daily = (dagId, ...tasks) => ({ dagId, schedule: "@daily", tasks });

/** A promise that a test settles. */
function gate() {
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  return { held, release };
}

test("a backfill keeps its DAG and its executor when another DAG is chosen", async (t) => {
  const { held, release } = gate();
  t.after(release);
  const first = daily("first", { taskId: "a" });
  const second = daily("second", { taskId: "b" });
  const calls = { A: [], B: [] };
  const begun = gate();
  const executeA = async ({ dagId, executionDate }) => {
    calls.A.push(`${dagId} ${executionDate}`);
    begun.release();
    await held;
  };
  const model = open(t, { dag: first, options: { ...options, maxParallelRuns: 1 }, executeTask: executeA });
  await ready(model);
  await model.start();
  await begun.held;
  const executeTask = ({ dagId }) => void calls.B.push(dagId);
  model.configure({ dag: second, options, executeTask });
  assert.equal(model.getSnapshot().dag.dagId, "first");
  release();
  await phase(model, "finished");
  assert.deepEqual([calls.A.length, calls.B], [4, []]);
  model.close();
  assert.equal((await ready(model)).dag.dagId, "second");
  await model.start();
  await phase(model, "finished");
  assert.deepEqual(calls.B, ["second", "second", "second", "second"]);
});

test("a backfill calls the newest callback that was given with its DAG", async (t) => {
  const { held, release } = gate();
  t.after(release);
  const calls = [];
  const dag = daily("sales");
  const begun = gate();
  const executeRun = async () => {
    calls.push("old");
    begun.release();
    await held;
  };
  const model = open(t, { dag, options: { ...options, maxParallelRuns: 1 }, executeRun });
  await ready(model);
  await model.start();
  await begun.held;
  model.configure({ dag: { ...dag }, options, executeRun: () => void calls.push("new") });
  release();
  await phase(model, "finished");
  assert.deepEqual(calls, ["old", "new", "new", "new"]);
});

const good = { executionDate: "2026-01-01", state: "success" };
for (const [field, existing] of Object.entries({
  "existing[1].state": [good, { executionDate: "2026-01-02", state: "sucess" }],
  "existing[0].executionDate": [{ executionDate: "yesterday", state: "success" }, good],
  "existing[1].dataInterval": [good, { ...good, dataInterval: { start: "2026-01-01" } }],
  existing: 7,
}))
  test(`a history that cannot be read is told, and nothing starts over it: ${field}`, async (t) => {
    const model = open(t, { existing, executeRun: () => assert.fail("nothing may run") });
    const { error, plan } = await phase(model, "invalid");
    assert.deepEqual([error.code.startsWith("INVALID_"), error.field, plan], [true, field, null]);
    await model.start();
    assert.equal(model.getSnapshot().failure, error);
    model.dismiss();
    model.configure({ dag: { dagId: "sales", schedule: "@daily" }, options, existing: [good] });
    assert.deepEqual((await ready(model)).counts.slice(0, 3), [3, 0, 1]);
  });

test("a history is read again when the schedule can be", async (t) => {
  const model = open(t, { dag: { dagId: "sales", schedule: "0 24 * * *" }, existing: [good] });
  assert.equal((await phase(model, "invalid")).error.code, "INVALID_CRON");
  model.configure({ dag: { dagId: "sales", schedule: "@daily" }, options, existing: [good] });
  assert.deepEqual((await ready(model)).counts.slice(0, 3), [3, 0, 1]);
});

test("while there is no DAG nothing is planned, and nothing fails", async (t) => {
  const model = open(t, { dag: null });
  const { phase: name, plan, dag, error } = model.getSnapshot();
  assert.deepEqual([name, plan, dag, error], ["no_dag", null, null, null]);
  await model.start();
  assert.equal(model.getSnapshot().failure.code, "INVALID_OPTION");
  model.configure({ dag: { dagId: "sales", schedule: "@daily" }, options });
  assert.equal((await ready(model)).counts[0], 4);
  model.configure({ dag: undefined, options });
  assert.equal((await phase(model, "no_dag")).plan, null);
});

test("while there are no options nothing is planned, as without a DAG", async (t) => {
  for (const missing of [undefined, null]) {
    const model = open(t, { options: missing });
    const { phase: name, plan, options: none, error } = model.getSnapshot();
    assert.deepEqual([name, plan, none, error], ["no_dag", null, {}, null]);
    await model.start();
    assert.equal(model.getSnapshot().failure.field, "options");
    model.configure({ dag: daily("sales"), options });
    assert.equal((await ready(model)).counts[0], 4);
    model.configure({ dag: daily("sales"), options: missing });
    assert.equal((await phase(model, "no_dag")).plan, null);
  }
});

test("while the store is not there nothing is planned or started, and nothing is kept in memory", async (t) => {
  const dag = daily("late");
  const calls = [];
  const executeRun = ({ executionDate }) => void calls.push(executionDate);
  const model = open(t, { dag, options, store: null, executeRun });
  const { phase: name, plan, error } = model.getSnapshot();
  assert.deepEqual([name, plan, error], ["no_store", null, null]);
  for (const act of [model.start, model.retry]) {
    await act();
    const { failure } = model.getSnapshot();
    assert.deepEqual([failure.code, failure.field], ["INVALID_OPTION", "store"]);
  }
  // Records of an earlier page.
  const store = new MemoryStore();
  const before = new BackfillService({ dags: [dag], store, executeRun: () => {} });
  await before.backfill({ dagId: "late", ...options, endDate: "2026-01-03" });
  model.configure({ dag, options, store, executeRun });
  const { counts } = await ready(model);
  assert.deepEqual([counts[0], counts[2]], [1, 3]);
  await model.start();
  await phase(model, "finished");
  assert.equal(calls.length, 1);
  model.close();
  model.configure({ dag, options, store: null, executeRun });
  assert.equal((await phase(model, "no_store")).plan, null);
});

test("known runs wait with the store, and are not read beside it", async (t) => {
  const settings = { dag: daily("late_known"), options, existing: [good] };
  const model = open(t, { ...settings, store: null });
  assert.deepEqual([model.getSnapshot().phase, model.getSnapshot().warnings], ["no_store", []]);
  model.configure({ ...settings, store: new MemoryStore() });
  const { counts, warnings } = await ready(model);
  assert.equal(counts[0], 4);
  assert.ok(warnings.some(({ code }) => code === "existing_ignored"));
});

for (const name of ["store", "dag", "options"])
  test(`a promise is refused, with what to do: ${name}`, async (t) => {
    const { error } = await phase(open(t, { [name]: Promise.resolve({}) }), "invalid");
    assert.deepEqual([error.code, error.field], ["INVALID_OPTION", name]);
    assert.match(error.message, /expected an object, got a promise/);
    assert.match(error.hint, /await it/);
  });

// A component configures its model after each drawing, with new objects, and is drawn again when it is told something.
for (const [name, settings] of Object.entries({
  "no options": () => ({ options: undefined }),
  "no DAG": () => ({ dag: null }),
  "options that are a text": () => ({ options: "x" }),
  "a DAG that is a number": () => ({ dag: 5 }),
  "a DAG whose tasks are no list": () => ({ dag: { dagId: "a", schedule: "@daily", tasks: "x" } }),
  "an executor that is a text": () => ({ executeRun: "x" }),
  "a language that is none": () => ({ locale: { language: "de_DE" } }),
  "a text that is a number": () => ({ locale: { pause: 5 } }),
  "a locale that is null": () => ({ locale: null }),
  "texts of a locale": () => ({ locale: { pause: "Halt", run: () => "Los" } }),
  "a node in the DAG": () => ({ dag: { ...daily("told_once"), meta: { node: Promise.resolve() } } }),
  "a DAG that contains itself": () => {
    const dag = daily("told_once");
    return { dag: { ...dag, meta: { dag: Object.assign(dag, { meta: dag }) } }, existing: [good] };
  },
  "a history that is an object": () => ({ existing: {} }),
  "a history that is a set": () => ({ existing: new Set([good]) }),
  "a history that can be read once": () => ({ existing: [good].values() }),
  "a history with a date that is none": () => ({
    existing: [{ executionDate: new Date(Number.NaN), state: "success" }],
  }),
  "a history with a hole": () => ({ existing: [null] }),
}))
  test(`equal settings are told once: ${name}`, async (t) => {
    const dag = daily("told_once");
    let told = 0;
    const fresh = () => ({ dag, options, ...settings() });
    const model = open(t, { store: undefined, ...fresh() });
    const stop = model.subscribe(() => {
      told += 1;
      if (told > 50) {
        stop();
        assert.fail("it tells the same again and again");
      }
      model.configure(fresh());
    });
    model.configure(fresh());
    await until(
      model,
      ({ phase: now, isStale, thread }) => now !== "planning" && !isStale && thread !== null,
    );
    const { version } = model.getSnapshot();
    model.configure(fresh());
    assert.equal(model.getSnapshot().version, version);
  });

for (const [field, settings, hint] of [
  ["excuteRun", { excuteRun: () => {} }, "Did you mean executeRun?"],
  ["executeRun", { executeRun: "x" }, undefined],
  ["onEvent", { onEvent: 1 }, undefined],
  ["dag", { dag: "sales" }, undefined],
  ["options", { options: "x" }, undefined],
  ["options.dagId", { options: { ...options, dagId: "other" } }, undefined],
  ["existing", { existing: 7 }, undefined],
  ["runDuration", { runDuration: () => 5 }, undefined],
  ["locale.language", { locale: { language: "de_DE" } }, "Did you mean de-DE?"],
  ["locale.paus", { locale: { paus: "Halt" } }, "Did you mean pause?"],
  ["locale.run", { locale: { run: "Start" } }, undefined],
  ["locale.token.succes", { locale: { token: { succes: "fertig" } } }, "Did you mean success?"],
  ["locale.columns.date", { locale: { columns: { date: { de: "Tag" } } } }, undefined],
  ["locale.errors.PLAN_CHANGED", { locale: { errors: { PLAN_CHANGED: "anders" } } }, undefined],
])
  test(`a wrong setting is told before anything starts: ${field}`, async (t) => {
    const { error } = await phase(open(t, settings), "invalid");
    assert.deepEqual([error.code, error.field, error.hint], ["INVALID_OPTION", field, hint]);
  });

const circle = { name: "a" };
circle.self = [circle, circle];

for (const [field, settings, message] of [
  [
    "dag.meta.node",
    { meta: { node: Promise.resolve() } },
    "expected data that can be copied (JSON), got Promise",
  ],
  [
    "dag.tasks[1].position",
    { tasks: [{ taskId: "a" }, { taskId: "b", position: new WeakMap() }] },
    "expected data that can be copied (JSON), got WeakMap",
  ],
  ["dag.meta.kind", { meta: { kind: Symbol("s") } }, "expected data that can be copied (JSON), got a symbol"],
  ["dag.meta.self[0]", { meta: circle }, "expected a value that does not contain itself"],
  [
    "dag.connections.db.self[0]",
    { connections: { db: circle } },
    "expected a value that does not contain itself",
  ],
  [
    "dag.variables.node",
    { variables: { node: Promise.resolve() } },
    "expected data that can be copied (JSON), got Promise",
  ],
])
  test(`a value that cannot be copied is told with its path, and the last plan stays: ${field}`, async (t) => {
    const executeRun = () => {};
    const model = open(t, { dag: daily("sales"), options, executeRun });
    const { plan } = await ready(model);
    model.configure({ dag: { ...daily("sales"), ...settings }, options, executeRun });
    const shown = await phase(model, "invalid");
    const { error } = shown;
    assert.deepEqual(
      [error.code, error.field, error.message],
      ["INVALID_OPTION", field, `${field}: ${message}`],
    );
    assert.deepEqual([shown.plan, shown.isStale], [plan, true]);
    await model.start();
    assert.equal(model.getSnapshot().failure.field, field);
    model.configure({ dag: daily("sales"), options, executeRun });
    assert.equal((await ready(model)).error, null);
  });

test("a value that cannot be copied among the options is told by its own name", async (t) => {
  const { error } = await phase(
    open(t, { options: { ...options, conf: { node: new WeakSet() } } }),
    "invalid",
  );
  assert.deepEqual([error.code, error.field], ["INVALID_OPTION", "conf.node"]);
});

test("options may repeat the id of the DAG", async (t) => {
  const { error } = await ready(open(t, { options: { ...options, dagId: "sales" } }));
  assert.equal(error, null);
});

test("a text that cannot be used leaves the English one in its place", () => {
  const locale = withEnglish({ language: "de_DE", run: "Start", pause: undefined, retry: "Nochmal" });
  assert.equal(numberText(locale, 1234), "1,234");
  assert.deepEqual([locale.run(2, "2"), locale.pause, locale.retry], ["Run 2 dates", "Pause", "Nochmal"]);
});

test("a text that fails when it is asked is told once, and English stands in its place", async (t) => {
  const { mock } = t.mock.method(console, "error", () => {});
  const error = new DagfillError("STORE_FAILED", "the store is away");
  for (const [failed, told] of [
    [
      () => {
        throw new Error("my locale");
      },
      "expected a text, it threw Error: my locale",
    ],
    [() => undefined, "expected a text, got undefined"],
    [() => ({ a: 1 }), "expected a text, got object"],
    [() => 5, "expected a text, got number"],
  ]) {
    mock.resetCalls();
    // The name of a text whose fault was told is not told again on the page.
    const { withEnglish, errorWords } = await freshTexts();
    const texts = {
      run: failed,
      errors: { PLAN_CHANGED: failed, STORE_FAILED: failed },
      columns: { date: undefined },
    };
    for (const _ of [1, 2]) {
      const locale = withEnglish(texts);
      assert.equal(locale.run(2, "2"), "Run 2 dates");
      assert.equal(errorWords(locale, error), "the store is away");
      assert.match(errorWords(locale, new DagfillError("PLAN_CHANGED", "x")), /^The plan has changed/);
      assert.equal(locale.columns.date, "Date");
    }
    assert.deepEqual(
      mock.calls.map(({ arguments: [{ code, message }] }) => [code, message]),
      ["run", "errors.STORE_FAILED", "errors.PLAN_CHANGED"].map((name) => [
        "INVALID_OPTION",
        `locale.${name}: ${told}`,
      ]),
    );
  }
});

test("a plan that nothing would run says so before the click", async (t) => {
  const warned = async (settings) =>
    (await ready(open(t, settings))).warnings.filter(({ code }) => code === "tasks_not_run").length;
  assert.equal(await warned({}), 1);
  assert.equal(await warned({ executeRun: () => {} }), 0);
  assert.equal(await warned({ dag: daily("sales", { taskId: "a", run: () => {} }) }), 0);
  // Workers of an engine decide which tasks of a DAG they run.
  const engine = { name: "elsewhere", close: async () => {} };
  const mixed = { ...daily("sales", { taskId: "a", run: () => {} }) };
  mixed.tasks = [...mixed.tasks, { taskId: "b", command: "echo {{ ds }}" }];
  assert.equal(await warned({ dag: mixed, engine }), 0);
  assert.equal(await warned({ dag: mixed }), 1);
});

test("an error of the DAG names the setting that was given", async (t) => {
  const { error } = await phase(open(t, { dag: { schedule: "@daily" } }), "invalid");
  assert.equal(error.field, "dag.dagId");
  assert.match(error.message, /^dag\.dagId: expected a name/);
});

test("the refusal of a start beside another process goes when that has ended", async (t) => {
  const store = new MemoryStore();
  const { held, release } = gate();
  t.after(release);
  const dag = daily("elsewhere");
  const other = new BackfillService({ dags: [dag], store, executeRun: () => held });
  const model = open(t, { dag, options, store, executeRun: () => {} });
  await ready(model);
  const backfill = await other.start({ ...options, dagId: dag.dagId });
  model.replan();
  await ready(model);
  await model.start();
  assert.equal(model.getSnapshot().failure.code, "BACKFILL_ACTIVE");
  release();
  await backfill.result;
  model.replan();
  const { failure, counts } = await until(model, ({ counts, isStale }) => counts[2] === 4 && !isStale);
  assert.deepEqual([failure, counts[0]], [null, 0]);
});

test("a store that is made anew in each render is refused: it would be opened without an end", async (t) => {
  const dag = daily("anew");
  const model = open(t, { dag, store: new MemoryStore() });
  await ready(model);
  let renders = 0;
  // A page that is drawn by what the model tells, as React draws it.
  const draw = () => {
    renders += 1;
    assert.ok(renders < 100, "the page is drawn without an end");
    queueMicrotask(() => model.configure({ dag, options, store: new MemoryStore() }));
  };
  const leave = model.subscribe(draw);
  t.after(leave);
  draw();
  const { error } = await phase(model, "invalid");
  assert.deepEqual([error.code, error.field], ["INVALID_OPTION", "store"]);
  assert.match(error.message, /the same one in each render: make it outside/);
  leave();
  // A store that stays is taken.
  const store = new MemoryStore();
  for (let render = 0; render < 2; render++) model.configure({ dag, options, store });
  await ready(model);
});

for (const name of ["started", "run-started"])
  test(`a backfill goes on, and is shown, when onEvent throws at ${name}`, async (t) => {
    const onEvent = ({ type }) => {
      if (type === name) throw new TypeError(`no handler of ${type}`);
    };
    const model = open(t, { dag: daily("thrown"), options, executeRun: () => {}, onEvent });
    await ready(model);
    await model.start();
    const { run, failure } = await phase(model, "finished");
    assert.equal(failure, null);
    assert.equal(run.progress.completed, 4);
    assert.deepEqual(run.warnings, [
      { code: "listener_failed", message: `a listener threw TypeError: no handler of ${name}` },
    ]);
  });

test("what an asynchronous onEvent rejects with is a warning, once", async (t) => {
  const onEvent = async ({ type }) => {
    if (type.startsWith("run-")) throw new Error("later");
  };
  const model = open(t, { dag: daily("rejected"), options, executeRun: () => {}, onEvent });
  await ready(model);
  await model.start();
  const { run } = await phase(model, "finished");
  assert.deepEqual(
    run.warnings.map(({ message }) => message),
    ["a listener threw Error: later"],
  );
});
