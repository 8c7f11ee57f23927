// The JSON Schema of DAG files: it names the fields that the package reads, and takes and refuses what the package does.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { validateDag } from "dagfill";
import { root } from "../../scripts/process.mjs";
import { aroundTests } from "../browser/around.mjs";
import { workshop } from "./workshop.mjs";

const schema = JSON.parse(readFileSync(join(root, "schema/dag.schema.json"), "utf8"));
let shop;
let isValid;

aroundTests(
  async () => {
    shop = await workshop();
    const { default: Ajv } = createRequire(shop.tool("ajv/package.json"))("ajv");
    isValid = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);
  },
  () => shop?.remove(),
);

const dag = (more) => ({ dagId: "etl", schedule: "@daily", ...more });
const task = (more) => dag({ tasks: [{ taskId: "a" }, { taskId: "load", ...more }] });

/** The fields that a reader lists when it meets one that it does not know. */
function fieldsRead(value) {
  try {
    validateDag(value);
  } catch ({ message }) {
    return message.split("expected one of ")[1].split(", ");
  }
  throw new Error("the unknown field was taken");
}

// Values of a file are JSON: a function is none.
const isInFiles = (name) => name !== "run";

test("the schema has every field that is read, and no other", () => {
  const editors = ["description", "tags", "owner", "position", "meta", "$schema"];
  const of = (definition) => Object.keys(schema.definitions[definition].properties).toSorted();
  const read = (value) => [...fieldsRead(value).filter(isInFiles), ...editors].toSorted();
  assert.deepEqual(of("dag"), read(dag({ zzz: 1 })));
  assert.deepEqual(of("task"), read(task({ zzz: 1 })));
  assert.deepEqual(of("taskDefaults"), read(dag({ taskDefaults: { zzz: 1 } })));
});

const taken = [
  JSON.parse(readFileSync(join(root, "examples/seattle_weather_shell.json"), "utf8")),
  dag(),
  dag({ schedule: null }),
  dag({ schedule: ["0 5 * * *", "0 17 * * 1-5"] }),
  dag({ schedule: { cron: "0 0 10 ? * 2-6", dialect: "quartz" } }),
  dag({ schedule: { union: [{ every: "PT6H", anchor: "2024-01-01" }, "@weekly"] } }),
  dag({ schedule: { dates: ["2024-01-01", 1704067200000] }, kind: "trigger" }),
  dag({ startDate: "2024-01-01", endDate: "2024-12-31T00:00:00Z", catchup: { last: 3 } }),
  dag({ catchup: { window: "P7D" }, dst: { gap: "skip", fold: "both" }, interval: "P1D" }),
  dag({
    calendars: { x: { weekend: ["SAT"], holidays: ["2024-12-25"] } },
    exclude: ["2024-07-04", { calendar: "x" }],
    roll: { calendar: "x", to: "next" },
  }),
  dag({
    inputs: [
      { dagId: "a", map: "contained" },
      { dagId: "b", map: { window: "P7D" } },
    ],
  }),
  dag({ exclude: { cron: "0 0 1 * *" }, tags: ["a"], owner: "data", meta: { a: 1 }, "x-team": 7 }),
  dag({ taskDefaults: { retries: 2, retryDelay: "PT5M" }, params: { a: [1] }, onUnknown: "keep" }),
  task({ dependsOn: ["a"], triggerRule: "all_done", timeout: 60000, retryBackoff: 2, "x-icon": "box" }),
];

for (const [index, value] of taken.entries()) {
  test(`taken by both: ${JSON.stringify(value).slice(0, 60)} (${index})`, () => {
    validateDag(value);
    assert.ok(isValid(value), JSON.stringify(isValid.errors));
    assert.ok(isValid([value]));
  });
}

const refused = [
  { dagId: "etl" },
  { schedule: "@daily" },
  dag({ dagId: "" }),
  dag({ schedule: 5 }),
  dag({ schedule: { cron: "0 0 * * *", every: "PT1H" } }),
  dag({ schedule: { union: [] } }),
  dag({ schedule: { every: "PT1H", dialect: "unix" } }),
  dag({ catchup: "sometimes" }),
  dag({ catchup: { last: 1, window: "P1D" } }),
  dag({ dst: { gap: "skip" } }),
  dag({ kind: "both" }),
  dag({ maxActiveRuns: 0 }),
  dag({ maxActiveTasks: 1.5 }),
  dag({ roll: { calendar: "x" } }),
  dag({ exclude: { cron: "0 0 1 * *", calendar: "x" } }),
  dag({ calendars: { x: { weekend: ["sat"], holidays: [] } } }),
  dag({ inputs: [{ dagId: "a" }] }),
  dag({ inputs: [{ dagId: "a", map: "same" }] }),
  dag({ tags: "a" }),
  dag({ retries: 1 }),
  dag({ taskDefaults: { taskId: "a" } }),
  task({ taskId: undefined, name: "load" }),
  task({ retries: -1 }),
  task({ retryBackoff: 0.5 }),
  task({ triggerRule: "all_sucess" }),
  task({ timeout: "5 minutes" }),
  task({ dependsOn: "a" }),
];

for (const [index, value] of refused.entries()) {
  test(`refused by both: ${JSON.stringify(value).slice(0, 60)} (${index})`, () => {
    const parsed = JSON.parse(JSON.stringify(value));
    assert.throws(() => validateDag(parsed), { name: "DagfillError" });
    assert.ok(!isValid(parsed));
  });
}
