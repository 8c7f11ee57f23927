// Shared parts of the engine contract: the work that its jobs do, and how they are submitted and waited for.
// @ts-nocheck: many of these values are what the types forbid.
import { BackfillService } from "../../face.js";
import { hasEnded } from "../engine.js";

export const DAG = "contract";
const day = (n) => new Date(Date.UTC(2024, 0, n)).toISOString().replace(".000Z", "Z");
const clone = (value) => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** The work of a job, as its conf says. Remote engines do the same by themselves. */
export function workOf(log) {
  const act = async (run) => {
    log.started(run.key);
    const { act, value, ms = 0 } = run.conf;
    try {
      if (ms > 0) await paused(ms, run.signal);
    } catch (error) {
      log.aborted.add(run.key);
      throw error;
    }
    if (act === "fail") throw value;
    if (act === "error") throw new TypeError(value);
    if (act === "skip") throw Object.assign(new Error(value), { name: "TaskSkipped" });
    if (act === "render") return run.render(value);
    if (act === "ids") return { dagId: run.dagId, runId: run.runId, key: run.key, conf: run.conf };
    if (act === "push") {
      for (const [key, pushed] of Object.entries(value)) run.xcomPush(key, pushed);
      return "pushed";
    }
    if (act === "task")
      return { params: run.params, command: run.command, pulled: run.xcomPull("a", "rows") };
    if (act === "nothing") return undefined;
    return clone(value);
  };
  return { executeRun: act, executeTask: act };
}

function paused(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
  });
}

/** Starts by key, and the keys whose signal was aborted. */
function newLog() {
  const starts = new Map();
  return {
    aborted: new Set(),
    started: (key) => starts.set(key, (starts.get(key) ?? 0) + 1),
    starts: (key) => starts.get(key) ?? 0,
    all: starts,
  };
}

/** A job of January n-th. */
export function aJob(conf, more = {}) {
  const { data = {}, ...rest } = more;
  const n = data.n ?? 1;
  return {
    key: crypto.randomUUID(),
    kind: "run",
    ...rest,
    data: {
      version: 1,
      dagId: DAG,
      runId: `backfill__${day(n).replace("Z", "+00:00")}`,
      attempt: 1,
      backfillId: "contract",
      runType: "backfill",
      action: "create",
      executionDate: day(n),
      localDate: day(n).replace("Z", "+00:00"),
      dataInterval: { start: day(n), end: day(n + 1) },
      runAfter: day(n + 1),
      previousDate: null,
      nextDate: null,
      timetable: { cron: ["@daily"] },
      dag: JSON.stringify({ dagId: DAG }),
      params: {},
      conf,
      ...data,
    },
  };
}

export const aTask = (conf, task, more = {}) =>
  aJob(conf, {
    ...more,
    kind: "task",
    data: {
      task: {
        taskId: "b",
        dependsOn: [],
        params: {},
        triggerRule: "all_success",
        retries: 0,
        retryDelay: 0,
        retryBackoff: 1,
        dependsOnPast: false,
        xcom: {},
        ...task,
      },
    },
  });

/** An engine whose calls are made again while they reject, as a coordinator makes them; ENGINE_FAILED is an answer. */
function repeated(engine) {
  const call =
    (name) =>
    async (...args) => {
      for (const end = Date.now() + 30_000; ; ) {
        try {
          return await engine[name](...args);
        } catch (error) {
          if (error?.code === "ENGINE_FAILED" || Date.now() > end) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    };
  const calls = new Set(["submit", "status", "cancel", "forget"]);
  return new Proxy(engine, {
    get: (target, name) => {
      const member = target[name];
      if (typeof member !== "function") return member;
      return calls.has(name) ? call(name) : member.bind(target);
    },
  });
}

/** Passed to each suite. */
export function suiteOf(name, open, { test, assert }) {
  const it = (what, body, needs = [], wanted = undefined) =>
    test(`${name}: ${what}`, async (t) => {
      const log = newLog();
      const opened = await open(workOf(log), wanted);
      const closers = [];
      const without = { ...opened.without };
      if (wanted !== undefined && opened[wanted] === undefined)
        without[wanted] ??= `the opened engine has no ${wanted}()`;
      const lacking = [...needs, wanted].find((need) => without[need] !== undefined);
      try {
        if (lacking !== undefined) return t?.skip?.(`${lacking}: ${without[lacking]}`);
        const starts = opened.starts ?? log.starts;
        const again = opened.again && (async () => repeated(await opened.again()));
        const later = (close) => closers.push(close);
        await body(repeated(opened.engine), { ...opened, log, starts, again, later });
      } finally {
        for (const close of closers) await close();
        await opened.engine.close();
        await opened.done?.();
      }
    });

  async function statusOf(engine, key) {
    return (await engine.status([key])).get(key) ?? { state: "unknown" };
  }
  /** Waits until `is` holds of a job's status. */
  async function until(engine, key, is, what) {
    const end = Date.now() + 60_000;
    for (;;) {
      const status = await statusOf(engine, key);
      if (is(status)) return status;
      if (hasEnded(status) || Date.now() > end) {
        assert.ok(false, `expected ${what}, got ${JSON.stringify(status)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const ended = (engine, key) => until(engine, key, hasEnded, "an end");
  const running = (engine, key) => until(engine, key, ({ state }) => state === "running", "running");
  async function run(engine, job) {
    await engine.submit([job]);
    return ended(engine, job.key);
  }
  const eventually = async (is, what) => {
    const end = Date.now() + 60_000;
    while (!is()) {
      assert.ok(Date.now() < end, what);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  return { it, assert, statusOf, ended, running, run, eventually, BackfillService };
}
