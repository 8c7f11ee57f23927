// Whatever is handed in ends in a value or in a DagfillError that can be read: revoked Proxies, detached arrays, texts of a
// megabyte, values that throw when they are looked at.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import * as D from "dagfill";

function revoked(target) {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}
function detached() {
  const array = new Float64Array(3);
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}
function nested(wrap) {
  let value = wrap(1);
  for (let depth = 0; depth < 100_000; depth += 1) value = wrap(value);
  return value;
}
const fail = () => {
  throw new Error("looked at");
};
const endless = [];
endless.length = 2 ** 32 - 1;

const values = {
  "a revoked Proxy": revoked({}),
  "a revoked Proxy of an array": revoked([]),
  "a revoked Proxy of a function": revoked(() => {}),
  "a detached array": detached(),
  "a Proxy that throws": new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail }),
  "an array of the greatest length": endless,
  "a deep object": nested((a) => ({ a })),
  "a deep array": nested((a) => [a]),
  "a megabyte": "x".repeat(1_000_000),
  "escape sequences": "\x1b[2J\x9b2J\u202e",
  "a symbol": Symbol("s"),
  "a bigint": 10n,
  "a function": () => {},
  null: null,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-1": -1,
  "an invalid Date": new Date(Number.NaN),
  "an object": {},
  "an array": [],
  "an object without prototype": Object.create(null),
  "an object that throws as text": { toString: fail, [Symbol.toPrimitive]: fail, toJSON: fail },
};

const dag = { dagId: "a", schedule: "@daily" };
const R = { startDate: "2024-01-01", endDate: "2024-01-03" };
const serve = (options) => new D.BackfillService({ dags: [dag], ...options });
const svc = () => serve({ executeRun: () => 1 });
const withTask = (executeTask) => serve({ dags: [{ ...dag, tasks: [{ taskId: "t" }] }], executeTask });

const calls = {
  expandS: (v) => D.expandRange(v, "2024-01-01", "2024-01-02"),
  expandD: (v) => D.expandRange("@daily", v, "2024-01-02"),
  expandO: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", v),
  limit: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { limit: v }),
  tz: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { timeZone: v }),
  dst: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { dst: v }),
  interval: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { interval: v }),
  exclude: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { exclude: v }),
  excludeIn: (v) => D.expandRange("@daily", "2024-01-01", "2024-01-02", { exclude: [v] }),
  cron: (v) => D.nextDates({ cron: v }, 0),
  cronIn: (v) => D.nextDates({ cron: [v] }, 0),
  every: (v) => D.nextDates({ every: v }, 0),
  anchor: (v) => D.nextDates({ every: "P1D", anchor: v }, 0),
  dates: (v) => D.nextDates({ dates: v }, 0),
  datesIn: (v) => D.nextDates({ dates: [v] }, 0),
  union: (v) => D.nextDates({ union: v }, 0),
  unionIn: (v) => D.nextDates({ union: [v] }, 0),
  next: (v) => D.nextDates("@daily", v),
  nextCount: (v) => D.nextDates("@daily", 0, v),
  prev: (v) => D.previousDates("@daily", v),
  explain: (v) => D.explainSchedule(v),
  explainO: (v) => D.explainSchedule("@daily", v),
  explainNow: (v) => D.explainSchedule("@daily", { now: v }),
  explainDate: (v) => D.explainDate("@daily", v),
  count: (v) => D.countRange("@daily", 0, v),
  validate: (v) => D.validateDag(v),
  dagId: (v) => D.validateDag({ ...dag, dagId: v }),
  tasks: (v) => D.validateDag({ ...dag, tasks: v }),
  task: (v) => D.validateDag({ ...dag, tasks: [v] }),
  taskId: (v) => D.validateDag({ ...dag, tasks: [{ taskId: v }] }),
  dependsOn: (v) => D.validateDag({ ...dag, tasks: [{ taskId: "a", dependsOn: [v] }] }),
  taskParams: (v) => D.validateDag({ ...dag, tasks: [{ taskId: "a", params: v }] }),
  command: (v) => D.validateDag({ ...dag, tasks: [{ taskId: "a", command: v }] }),
  rule: (v) => D.validateDag({ ...dag, tasks: [{ taskId: "a", triggerRule: v }] }),
  timeout: (v) => D.validateDag({ ...dag, tasks: [{ taskId: "a", timeout: v }] }),
  catchup: (v) => D.validateDag({ ...dag, catchup: v }),
  meta: (v) => D.validateDag({ ...dag, meta: v }),
  params: (v) => D.validateDag({ ...dag, params: v }),
  startDate: (v) => D.validateDag({ ...dag, startDate: v }),
  macro: (v) => D.resolveDateMacros(v, 0),
  macroD: (v) => D.resolveDateMacros("{{ ds }}", v),
  macroO: (v) => D.resolveDateMacros("{{ ds }}", 0, null, v),
  macroConf: (v) => D.resolveDateMacros("{{ ds }}", 0, null, { conf: v }),
  macroConfIn: (v) => D.resolveDateMacros("{{ conf.a }}", 0, null, { conf: { a: v } }),
  xcom: (v) => D.resolveXcom("{{ xcom.a.b }}", v),
  xcomT: (v) => D.resolveXcom(v, {}),
  render: (v) => D.render(v, { executionDate: 0 }),
  renderC: (v) => D.render("x", v),
  renderRange: (v) => D.renderRange("{{ ds }}", v, "@daily"),
  renderRangeIn: (v) => D.renderRange("{{ ds }}", [v], "@daily"),
  inspect: (v) => D.inspectTemplate(v),
  catchupD: (v) => D.planCatchup(v, { now: 0 }),
  catchupO: (v) => D.planCatchup(dag, v),
  catchupNow: (v) => D.planCatchup(dag, { now: v }),
  catchupLast: (v) => D.planCatchup(dag, { now: 0, lastRun: v }),
  previewFrom: (v) => D.previewFrom(v),
  previewFrom2: (v) => D.previewFrom({ kind: "dagfill.preview", version: 1, executionDate: v }),
  errorFrom: (v) => D.errorFrom(v),
  init: (v) => D.init(v),
  service: (v) => new D.BackfillService(v),
  dags: (v) => new D.BackfillService({ dags: v }),
  dagsIn: (v) => new D.BackfillService({ dags: [v] }),
  store: (v) => new D.BackfillService({ dags: [dag], store: v }).preview({ dagId: "a", ...R }),
  executeRun: (v) => new D.BackfillService({ dags: [dag], executeRun: v }),
  nowOpt: (v) => new D.BackfillService({ dags: [dag], now: v }),
  nowRet: (v) => new D.BackfillService({ dags: [dag], now: () => v }).preview({ dagId: "a", ...R }),
  leaseTime: (v) => new D.BackfillService({ dags: [dag], leaseTime: v }),
  previewO: (v) => svc().preview(v),
  pDagId: (v) => svc().preview({ ...R, dagId: v }),
  pConf: (v) => svc().preview({ ...R, dagId: "a", conf: v }),
  pConfIn: (v) => svc().preview({ ...R, dagId: "a", conf: { a: v } }),
  confFor: (v) => svc().backfill({ ...R, dagId: "a", confFor: () => v }),
  excludeDates: (v) => svc().preview({ ...R, dagId: "a", excludeDates: v }),
  rate: (v) => svc().preview({ ...R, dagId: "a", rate: v }),
  backfillId: (v) => svc().backfill({ ...R, dagId: "a", backfillId: v }),
  planHash: (v) => svc().backfill({ ...R, dagId: "a", planHash: v }),
  taskIds: (v) => svc().preview({ ...R, dagId: "a", taskIds: v }),
  maxParallel: (v) => svc().preview({ ...R, dagId: "a", maxParallelRuns: v }),
  hooks: (v) => svc().backfill({ ...R, dagId: "a" }, v),
  hooksPreview: (v) => svc().preview({ ...R, dagId: "a" }, v),
  signal: (v) => svc().backfill({ ...R, dagId: "a" }, { signal: v }),
  onEvent: (v) => svc().backfill({ ...R, dagId: "a" }, { onEvent: v }),
  resume: (v) => svc().resume(v),
  discard: (v) => svc().discard(v),
  list: (v) => svc().list(v),
  listDag: (v) => svc().list({ dagId: v }),
  trigger: (v) => svc().trigger(v),
  triggerD: (v) => svc().trigger({ dagId: "a", executionDate: v }),
  triggerSignal: (v) => svc().trigger({ dagId: "a", signal: v }),
  triggerConf: (v) => svc().trigger({ dagId: "a", conf: v }),
  retRun: (v) => new D.BackfillService({ dags: [dag], executeRun: () => v }).backfill({ ...R, dagId: "a" }),
  throwRun: (v) =>
    new D.BackfillService({
      dags: [dag],
      executeRun: () => {
        throw v;
      },
    }).backfill({ ...R, dagId: "a" }),
  retTask: (v) => withTask(() => v).backfill({ ...R, dagId: "a" }),
  push: (v) => withTask((t) => t.xcomPush("k", v)).backfill({ ...R, dagId: "a" }),
  pushKey: (v) => withTask((t) => t.xcomPush(v, 1)).backfill({ ...R, dagId: "a" }),
  pull: (v) => withTask((t) => t.xcomPull(v)).backfill({ ...R, dagId: "a" }),
  runRender: (v) =>
    new D.BackfillService({
      dags: [dag],
      executeRun: (r) => {
        r.render(v);
      },
    }).backfill({ ...R, dagId: "a" }),
  scheduler: (v) => new D.Scheduler(v),
  schedDags: (v) => new D.Scheduler({ dags: v, executeRun() {} }),
  schedOn: (v) => new D.Scheduler({ dags: [dag], executeRun() {} }).onEvent(v),
  estimate: async (v) => (await svc().preview({ dagId: "a", ...R })).estimate(v),
  estimateD: async (v) => (await svc().preview({ dagId: "a", ...R })).estimate({ runDuration: v }),
  previewRun: async (v) => (await svc().preview({ dagId: "a", ...R })).run(v),
  cancel: async (v) => {
    const b = await svc().start({ dagId: "a", ...R });
    await b.cancel(v);
  },
  setMax: async (v) => {
    const b = await svc().start({ dagId: "a", ...R });
    try {
      b.setMaxParallelRuns(v);
    } finally {
      await b.result;
    }
  },
  memOpt: (v) => new D.MemoryStore(v),
  memNow: (v) => new D.MemoryStore({ now: v }),
  apply: (v) => new D.MemoryStore().apply(v),
  applyIn: (v) => new D.MemoryStore().apply([v]),
  listRuns: (v) => new D.MemoryStore().listRuns(v),
  listRunsDag: (v) => new D.MemoryStore().listRuns({ dagId: v }),
  lease: (v) => new D.MemoryStore().acquireLease(v, "a", 1000),
  leaseTtl: (v) => new D.MemoryStore().acquireLease("a", "a", v),
  loadB: (v) => new D.MemoryStore().loadBackfill(v),
  listB: (v) => new D.MemoryStore().listBackfills(v),
  create: (v) => new D.MemoryStore().apply([{ type: "create-run", run: v }]),
  durationMs: (v) => D.durationMs(v),
  intervalsOf: (v) => D.dataIntervals("@daily", v),
  intervalsOptions: (v) => D.dataIntervals("@daily", [0], v),
  dagAsOptions: (v) => D.nextDates("@daily", 0, 1, { dagId: v, schedule: v, startDate: v }),
  calendars: (v) => D.nextDates("@daily", 0, 1, { calendars: { c: v } }),
  roll: (v) => D.nextDates("@daily", 0, 1, { calendars: { c: { holidays: [] } }, roll: v }),
  description: (v) => D.validateDag({ ...dag, description: v, tags: v, position: v, "x-a": v }),
  labels: (v) => svc().preview({ ...R, dagId: "a", labels: v }),
  order: (v) => svc().preview({ ...R, dagId: "a", order: v }),
  enqueue: (v) => svc().enqueue?.(v),
  pause: (v) => svc().pause?.(v),
  approve: (v) => svc().approve?.(v),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name}: whatever is given ends in a value or in a readable error`, async () => {
    for (const [what, value] of Object.entries(values)) {
      try {
        await call(value);
      } catch (error) {
        assert.ok(error instanceof D.DagfillError, `${what}: ${error?.stack ?? error}`);
        const { message, hint = "", field = "", details = null, input = "" } = error;
        const text = `${message}${hint}${field}${JSON.stringify(details)}`;
        assert.ok(text.length < 2_000 && input.length <= 600, `${what}: ${text.length}, ${input.length}`);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
        assert.doesNotMatch(message + hint, /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/, what);
      }
    }
  });
}

const listen = { addEventListener: () => {}, removeEventListener: () => {} };
const signals = {
  "without removeEventListener": { aborted: false, addEventListener: () => {} },
  "without addEventListener": { aborted: false, removeEventListener: () => {} },
  "without aborted": listen,
};
for (const [what, signal] of Object.entries(signals)) {
  test(`a signal ${what} is refused before a lease is taken`, async () => {
    const service = svc();
    await assert.rejects(service.start({ ...R, dagId: "a" }, { signal }), {
      code: "INVALID_OPTION",
      field: "hooks.signal",
    });
    await assert.rejects(service.trigger({ dagId: "a", signal }), {
      code: "INVALID_OPTION",
      field: "signal",
    });
    assert.equal((await service.backfill({ ...R, dagId: "a" })).state, "success");
  });
}

test("a signal whose members throw later does not hold the lease", async () => {
  const service = svc();
  const signal = { ...listen, aborted: false, removeEventListener: fail };
  assert.equal((await service.backfill({ ...R, dagId: "a" }, { signal })).state, "success");
  assert.equal((await service.backfill({ ...R, dagId: "a", resetDagRun: true })).state, "success");
});

test("a signal that cannot be listened to is refused, and lets go of the lease and of the process", async () => {
  const program = `
    import { BackfillService } from "dagfill";
    const fail = () => { throw new Error("not listening"); };
    const signal = { aborted: false, addEventListener: fail, removeEventListener: fail };
    const service = new BackfillService({ dags: [{ dagId: "a", schedule: "@daily" }], executeRun: () => 1 });
    const range = { dagId: "a", startDate: "2024-01-01", endDate: "2024-01-03" };
    for (const call of [
      () => service.backfill(range, { signal }),
      () => service.start(range, { signal }),
      () => service.trigger({ dagId: "a", executionDate: "2024-02-01", signal }),
    ]) {
      console.log(await call().then(() => "no error", ({ code, field }) => code + " " + field));
    }
    // These ask whether it is aborted, and need not listen.
    console.log((await service.preview(range, { signal })).counts.create, (await service.list({}, { signal })).length);
    console.log((await service.backfill(range)).state);
  `;
  const args = ["--input-type=module", "--eval", program];
  // A timer that nothing clears would keep the process for ever.
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 });
  assert.deepEqual(stdout.trim().split("\n"), [
    "INVALID_OPTION hooks.signal",
    "INVALID_OPTION hooks.signal",
    "INVALID_OPTION signal",
    "3 0",
    "success",
  ]);
});
