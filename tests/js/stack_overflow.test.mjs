// A stack that overflows inside the core leaves its memory in an undefined state, as a trap does: the core is started again, also
// where there was no room for that at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BackfillService,
  countRange,
  DagfillError,
  expandRange,
  explainSchedule,
  resolveDateMacros,
} from "dagfill";

/** Calls `work` at the very end of the stack, then ever farther from it, until it goes well three times. */
function atTheEndOfTheStack(work) {
  const errors = [];
  let wentWell = 0;
  const fall = () => {
    try {
      fall();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    if (wentWell === 3) return;
    try {
      work();
      wentWell += 1;
    } catch (error) {
      errors.push(error);
    }
  };
  fall();
  return errors;
}

let texts = 0;
/** Parsing goes deep in the core, and a text that is new is parsed. */
function deepText() {
  texts += 1;
  return `{{ ${"(".repeat(60)}ds ~ '${texts}'${")".repeat(60)} }}`;
}

const isInternal = (error) => error instanceof DagfillError && error.code === "INTERNAL";

test("calls that overflow the stack: the next ones answer as ever", () => {
  const works = {
    parse: () => typeof resolveDateMacros(deepText(), "2024-01-01"),
    count: () => countRange("@daily", "2024-01-01", "2024-12-31"),
    explain: () => explainSchedule("0 6 * * *", { timeZone: "Europe/Berlin", now: "2024-01-01" }),
    render: () => resolveDateMacros("{{ ds }}", "2024-01-01"),
  };
  const before = Object.entries(works).map(([name, work]) => [name, work()]);
  for (const work of Object.values(works)) {
    const errors = atTheEndOfTheStack(work);
    assert.ok(errors.length > 0);
    // A frame more of the stack is enough again, not another process.
    assert.ok(errors.length < 5_000, `${errors.length} calls failed`);
    assert.deepEqual(
      Object.entries(works).map(([name, work]) => [name, work()]),
      before,
    );
  }
});

test("a stack that overflows while the core asks for a zone: INTERNAL, and no dates of a made-up offset, then or later", (t) => {
  const ask = () => expandRange("@daily", "1987-01-01", "1987-12-31", { timeZone: "Pacific/Chatham" });
  const overflow = t.mock.getter(Intl.DateTimeFormat.prototype, "format", () => {
    throw new RangeError("Maximum call stack size exceeded");
  });
  assert.throws(ask, isInternal);
  overflow.mock.restore();
  const dates = ask();
  assert.deepEqual(
    [dates.length, dates[0], dates[181]],
    [365, Date.parse("1986-12-31T10:15Z"), Date.parse("1987-06-30T11:15Z")],
  );
});

test("a callback that overflows the stack inside the core: INTERNAL there, and its backfill goes on in a new instance", async () => {
  const dags = [{ dagId: "etl", schedule: "@daily" }];
  const warnings = [];
  let errors = [];
  const executeRun = async ({ executionDate }) => {
    await undefined;
    if (executionDate === "2024-01-02T00:00:00Z")
      errors = atTheEndOfTheStack(() => resolveDateMacros(deepText(), "2024-01-01"));
  };
  const result = await new BackfillService({ dags, executeRun }).backfill(
    { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-04" },
    { onEvent: (event) => event.type === "warning" && warnings.push(event.warning.code) },
  );
  assert.ok(errors.some(isInternal), `${errors.length} errors, none of them INTERNAL`);
  assert.deepEqual([result.state, result.completed], ["success", 4]);
  assert.ok(warnings.includes("core_restarted"));
});
