// Shared parts of the engine contract: the work that its jobs do, and how they are submitted and waited for.
// @ts-nocheck: many of these values are what the types forbid.
import { Calls } from "../../contract/calls.js";
import { printed } from "../../contract/printed.js";
import { hasEnded } from "../engine.js";
import { checkedStatus } from "../outcome.js";

/** Milliseconds that a job may take to get somewhere. */
const PATIENCE_MS = 60_000;

export const DAG = "contract";
export const dag = { dagId: DAG, schedule: "@daily" };
/** A backfill of the first days of January. */
export const range = (days) => ({
  dagId: DAG,
  startDate: "2024-01-01",
  endDate: `2024-01-${String(days).padStart(2, "0")}`,
});
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
function repeated(engine, calls) {
  const call =
    (name) =>
    async (...args) => {
      for (const end = Date.now() + 30_000; ; ) {
        try {
          return await engine[name](...args);
        } catch (error) {
          if (error?.code === "ENGINE_FAILED" || calls.hasTold(error) || Date.now() > end) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    };
  const methods = new Set(["submit", "status", "cancel", "forget"]);
  return new Proxy(engine, {
    get: (target, name) => {
      const member = target[name];
      if (typeof member !== "function") return member;
      return methods.has(name) ? call(name) : member.bind(target);
    },
  });
}

/** The engine under test, whose calls are noted. */
function tracedEngine(engine, calls, name = "engine") {
  return calls.traced(engine, {
    name,
    immediate: ["watch"],
    shown: (method, [first]) => {
      if (!Array.isArray(first) || !["submit", "status", "cancel", "forget"].includes(method))
        return undefined;
      if (first.length > 2) return `${first.length} ${method === "submit" ? "jobs" : "keys"}`;
      return method === "submit" ? `[${first.map(jobText).join(", ")}]` : printed(first);
    },
    check: (method, value) => {
      if (method === "status") checkedStatus(engine.name, value);
    },
  });
}

/** A job as texts of calls show it: the members that say what it does. */
function jobText({ key, kind, timeout, data: { conf } }) {
  return printed({ key, kind, ...(timeout === undefined ? {} : { timeout }), conf });
}

/** Passed to each suite. */
export function suiteOf(name, open, { test, assert: given }) {
  const it = (what, body, needs = [], wanted = undefined) =>
    test(`${name}: ${what}`, async (t) => {
      const log = newLog();
      const calls = new Calls(given);
      const opened = await open(workOf(log), wanted);
      const { slots = 1, many = 1_000, days = 20 } = opened;
      const closers = [];
      const without = { ...opened.without };
      if (wanted !== undefined && opened[wanted] === undefined)
        without[wanted] ??= `the opened engine has no ${wanted}()`;
      if (opened.engine.watch === undefined) without.watch ??= "the engine has no watch()";
      const lacking = [...needs, wanted].find((need) => without[need] !== undefined);
      // It is closed once, by its test or behind it.
      const closing = [];
      const close = () => {
        if (closing.length === 0) closing.push(opened.engine.close());
        return closing[0];
      };
      try {
        if (lacking !== undefined) return t?.skip?.(`${lacking}: ${without[lacking]}`);
        const starts = opened.starts ?? log.starts;
        const again =
          opened.again &&
          (async () => repeated(tracedEngine(await opened.again(), calls, "(other engine)"), calls));
        const later = (close) => closers.push(close);
        const plain = tracedEngine(opened.engine, calls);
        const engine = repeated(plain, calls);
        const tools = toolsOf(calls, starts);
        await body(engine, {
          ...tools,
          ...opened,
          slots,
          many,
          days,
          log,
          starts,
          again,
          later,
          close,
          plain,
        });
      } catch (error) {
        throw calls.explained(error);
      } finally {
        for (const close of closers) await close();
        await close();
        await opened.done?.();
      }
    });
  return { it };
}

/** The checks and helpers of a test, for its engine. */
function toolsOf(calls, starts) {
  const assert = calls.checks;

  async function statusOf(engine, key) {
    return (await engine.status([key])).get(key) ?? { state: "unknown" };
  }
  /** Waits until `is` holds of a job's status. */
  async function until(engine, key, is, what) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const status = await statusOf(engine, key);
      if (is(status)) return status;
      const late = Date.now() > end;
      if (hasEnded(status) || late)
        assert.ok(
          false,
          `expected ${what}${late ? ` within ${PATIENCE_MS / 1_000} seconds` : ""}, got ${printed(status)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const ended = (engine, key) => until(engine, key, hasEnded, "an end: success, failed or canceled");
  const running = (engine, key) => until(engine, key, ({ state }) => state === "running", "running");
  /** The end of a job that is submitted now. */
  async function run(engine, job) {
    await engine.submit([job]);
    return ended(engine, job.key);
  }
  const eventually = async (is, what, patience = PATIENCE_MS) => {
    const end = Date.now() + patience;
    while (!(await is())) {
      assert.ok(Date.now() < end, `expected that ${what} within ${patience / 1_000} seconds, got nothing`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  /** Running is told before the work has begun. */
  const begun = (key) => eventually(async () => (await starts(key)) > 0, `the work of job ${key} begins`);
  /** How often the work of a job has begun. */
  const startedTimes = async (key, times) =>
    assert.equal(await starts(key), times, `how often the work of job ${key} has begun`);

  const hasState = (status, state, why = "") => {
    if (status.state !== state)
      calls.fail(
        `${calls.of(undefined).text}: expected the state ${state}${why && `, since ${why}`}, got ${printed(status)}`,
      );
  };
  /** A backfill has ended as it should. */
  const hasResult = (result, state, count) => {
    const ended = state === "success" ? result.completed : result[state];
    const first = result.results.find(({ error }) => error);
    const got = `${result.state} with ${ended}${first === undefined ? "" : `, the first error of which is ${printed(first.error)}`}`;
    if (result.state !== state || ended !== count)
      calls.fail(
        `after ${calls.of(undefined).text}: expected the backfill to end as ${state} with ${count} runs, got ${got}`,
      );
  };

  return { assert, hasState, hasResult, statusOf, ended, running, run, eventually, begun, startedTimes };
}
