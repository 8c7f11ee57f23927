// DAGs through the package: order, layers, and what is refused, where.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DagfillError, validateDag } from "dagfill";

const dag = (tasks, rest = {}) => ({ dagId: "etl", schedule: "@daily", tasks, ...rest });
const task = (taskId, ...dependsOn) => ({ taskId, dependsOn });

function refusal(value) {
  try {
    validateDag(value);
  } catch (error) {
    assert.ok(error instanceof DagfillError, String(error));
    const { code, field, hint, details } = error;
    return JSON.parse(JSON.stringify({ code, field, hint, details }));
  }
  assert.fail("nothing was refused");
}

test("order and layers", () => {
  const tasks = [
    task("report", "load", "check"),
    task("check", "load"),
    task("extract"),
    task("load", "extract"),
    task("alone"),
  ];
  assert.deepEqual(validateDag(dag(tasks)), {
    order: ["extract", "load", "check", "report", "alone"],
    layers: [["extract", "alone"], ["load"], ["check"], ["report"]],
  });
  assert.deepEqual(validateDag(dag([])), { order: [], layers: [] });
  assert.deepEqual(validateDag({ dagId: "manual", schedule: null }), { order: [], layers: [] });
});

test("names that a prototype has are names like any other", () => {
  const tasks = [task("__proto__"), task("constructor", "__proto__"), task("toString", "constructor")];
  assert.deepEqual(validateDag(dag(tasks)).order, ["__proto__", "constructor", "toString"]);
});

test("a cycle is shown as a path in the direction of work", () => {
  const error = refusal(dag([task("start"), task("load", "check"), task("check", "start", "load")]));
  assert.equal(error.code, "CYCLE");
  assert.equal(error.field, "dag.tasks[1].dependsOn[0]");
  assert.deepEqual(error.details.path, ["load", "check", "load"]);
  assert.throws(() => validateDag(dag([task("a", "a")])), /a -> a/);
});

test("names must exist and be unique", () => {
  assert.deepEqual(refusal(dag([task("extract"), task("load", "extrct")])), {
    code: "UNKNOWN_TASK",
    field: "dag.tasks[1].dependsOn[0]",
    hint: "Did you mean extract?",
  });
  assert.deepEqual(refusal(dag([task("a"), task("b"), task("a")])), {
    code: "DUPLICATE_TASK",
    field: "dag.tasks[2].taskId",
  });
  assert.deepEqual(refusal(dag([task("a"), task("b", "a", "a")])), {
    code: "INVALID_DAG",
    field: "dag.tasks[1].dependsOn[1]",
  });
});

test("every field is checked", () => {
  for (const [change, code, field] of [
    [{ tasks: [{ dependsOn: [] }] }, "INVALID_DAG", "dag.tasks[0].taskId"],
    [{ tasks: [{ taskId: "a", triggerRule: "all_succes" }] }, "INVALID_OPTION", "dag.tasks[0].triggerRule"],
    [{ tasks: [{ taskId: "a", retries: -1 }] }, "INVALID_OPTION", "dag.tasks[0].retries"],
    [{ tasks: [{ taskId: "a", retryDelay: "P1M" }] }, "INVALID_DURATION", "dag.tasks[0].retryDelay"],
    [{ tasks: [{ taskId: "a", retryBackoff: 0.5 }] }, "INVALID_OPTION", "dag.tasks[0].retryBackoff"],
    [{ tasks: [{ taskId: "a", depends_on: [] }] }, "INVALID_OPTION", "dag.tasks[0].depends_on"],
    [{ maxActiveTasks: 0 }, "INVALID_OPTION", "dag.maxActiveTasks"],
    [{ startDate: "2024-02-30" }, "INVALID_DATE", "dag.startDate"],
    [{ schedule: "61 * * * *" }, "INVALID_CRON", undefined],
    [{ timeZone: "Europe/Berln" }, "UNKNOWN_TIME_ZONE", "dag.timeZone"],
    [{ catchup: { last: 1, window: 1 } }, "INVALID_OPTION", "dag.catchup"],
    [{ dagId: undefined }, "INVALID_DAG", "dag.dagId"],
  ]) {
    const error = refusal(dag([], change));
    assert.equal(error.code, code, JSON.stringify(change));
    if (field !== undefined) assert.equal(error.field, field, JSON.stringify(change));
  }
});

test("a hundred thousand tasks in a chain", () => {
  const tasks = Array.from({ length: 100_000 }, (_, at) =>
    at === 0 ? task("0") : task(`${at}`, `${at - 1}`),
  );
  const { order, layers } = validateDag(dag(tasks));
  assert.equal(order.length, 100_000);
  assert.deepEqual([order[99_999], layers.length], ["99999", 100_000]);
  tasks[0].dependsOn.push("99999");
  assert.equal(refusal(dag(tasks)).code, "CYCLE");
});
