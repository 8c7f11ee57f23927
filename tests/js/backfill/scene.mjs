// What the tests of backfills share: a DAG, a clock that stands still, and callbacks that end when the test says so.
import assert from "node:assert/strict";
import { BackfillService, MemoryStore } from "dagfill";

export const daily = { dagId: "etl", schedule: "@daily" };

/** `days` days of January 2024. */
export const days = (count, more = {}) => ({
  dagId: "etl",
  startDate: "2024-01-01",
  endDate: `2024-01-${String(count).padStart(2, "0")}`,
  ...more,
});

export const day = (number) => `2024-01-${String(number).padStart(2, "0")}T00:00:00Z`;

/** The host's clock stands still: what a backfill says of time is then exactly what its timers waited for. */
export const noon = Date.UTC(2025, 5, 1, 12);
export const after = (event) => Date.parse(event.at) - noon;

export function service({ dag = daily, store = new MemoryStore(), executeRun = () => {}, ...more } = {}) {
  return new BackfillService({ dags: [dag], store, executeRun, now: () => noon, ...more });
}

/** A callback that runs until it is aborted, and the codes of the reasons. */
export function abortable() {
  const reasons = [];
  const executeRun = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        reasons.push(signal.reason.code);
        reject(signal.reason);
      });
    });
  return { reasons, executeRun };
}

/** What `listen` saw that must not be. A listener's own errors are swallowed, so the tests look here at their end. */
export const broken = [];

/** Hooks that keep every event and hold each against what must always be true. */
export function listen(more = {}) {
  const events = [];
  const open = new Map();
  const onEvent = (event) => {
    try {
      check(event);
    } catch (error) {
      broken.push(error.message);
    }
    events.push(event);
    more.onEvent?.(event);
  };
  const check = (event) => {
    const { total, completed, failed, skipped, canceled, remaining, running, etaMs } = event.progress;
    assert.equal(completed + failed + skipped + canceled + remaining, total, event.type);
    assert.ok(running <= remaining, `${event.type}: ${running} running, ${remaining} remaining`);
    assert.ok(etaMs === undefined || etaMs >= 0);
    const before = events.at(-1)?.progress;
    for (const count of ["completed", "failed", "skipped", "canceled"]) {
      if (before) assert.ok(event.progress[count] >= before[count], `${count} falls at ${event.type}`);
    }
    if (events.length === 0) assert.equal(event.type, "started");
    else assert.notEqual(event.type, "started");
    assert.notEqual(events.at(-1)?.type, "finished");
    const { run } = event;
    if (event.type === "run-started") {
      assert.ok(!open.has(run.runId), `${run.runId} starts twice`);
      open.set(run.runId, run.attempts);
    } else if (run && event.type !== "run-canceled") {
      assert.equal(open.get(run.runId), run.attempts, event.type);
      open.delete(run.runId);
    }
  };
  const of = (type) => events.filter((event) => event.type === type);
  return { events, of, types: () => events.map((event) => event.type), hooks: { ...more, onEvent } };
}

/** A callback whose runs end when the test says so. */
export function gate() {
  const runs = new Map();
  const started = [];
  let waiting = [];
  const executeRun = (context) =>
    new Promise((resolve, reject) => {
      started.push(context.executionDate);
      runs.set(context.executionDate, { context, resolve, reject });
      waiting = waiting.filter(({ most, tell }) => started.length < most || tell());
    });
  return {
    executeRun,
    started,
    /** Resolves when so many runs have started. */
    until: (most) =>
      started.length >= most
        ? undefined
        : new Promise((tell) => waiting.push({ most, tell: () => void tell() })),
    context: (number) => runs.get(day(number)).context,
    end: (number, value) => runs.get(day(number)).resolve(value),
    fail: (number, error = new Error(`no ${number}`)) => runs.get(day(number)).reject(error),
  };
}

/** Lets everything happen that needs no timer. */
export async function settle(turns = 20) {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
