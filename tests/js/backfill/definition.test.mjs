// A stored backfill that goes on with another version of its DAG says so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";

const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-03" };
const run = () => 1;
const task = { taskId: "load", command: "load {{ ds }}" };
const dag = { dagId: "sales", schedule: "@daily", params: { table: "a" }, tasks: [task] };
const executeTask = () => 1;

/** The warnings when a backfill of `dag` is taken up with another one. */
async function warningsWith(other, take) {
  const store = new MemoryStore();
  const id = await new BackfillService({ dags: [dag], store }).enqueue(range);
  const warnings = [];
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
  const service = new BackfillService({ dags: [other], store, executeTask });
  await take(service, id, onEvent);
  const [{ state }] = await service.list();
  assert.equal(state, "success");
  return warnings;
}

const takes = {
  // Of other dates, and before anything of the changed DAG runs.
  preview: async (service, id, onEvent) => {
    const { warnings } = await service.preview({ ...range, startDate: "2024-02-01", endDate: "2024-02-02" });
    for (const warning of warnings.filter(({ code }) => code === "dag_changed"))
      onEvent({ type: "warning", warning });
    await (await service.resume(id)).result;
  },
  resume: async (service, id, onEvent) => (await service.resume(id, { onEvent })).result,
  serve: async (service, _, onEvent) => {
    const stop = new AbortController();
    const ended = new Promise((resolve) => {
      const hear = (event) => {
        onEvent(event);
        if (event.type === "finished") resolve();
      };
      service.serve({ signal: stop.signal, every: 5 }, { onEvent: hear });
    });
    await ended;
    stop.abort();
  },
};

for (const [how, take] of Object.entries(takes)) {
  for (const [what, other, parts] of [
    ["another command", { ...dag, tasks: [{ ...task, command: "load --all" }] }, "tasks"],
    ["another task", { ...dag, tasks: [task, { taskId: "tell", command: "true" }] }, "tasks"],
    ["another schedule", { ...dag, schedule: "@hourly" }, "schedule"],
    ["another zone", { ...dag, timeZone: "Europe/Berlin" }, "schedule"],
    ["other params", { ...dag, params: { table: "b" } }, "params"],
    ["all of these", { ...dag, params: {}, schedule: "@hourly", tasks: [] }, "schedule, tasks, params"],
  ])
    test(`${how} with ${what} warns once, and names what has changed`, async () => {
      const given = other.tasks.length === 0 ? { ...other, tasks: [{ taskId: "x", command: "x" }] } : other;
      const warnings = await warningsWith(given, take);
      assert.deepEqual(
        warnings.map(({ code }) => code),
        ["dag_changed"],
      );
      assert.match(warnings[0].message, /^DAG sales has changed since the backfill was stored/);
      assert.ok(warnings[0].message.includes(`(${parts}): the dates of its plan stay`), warnings[0].message);
    });

  for (const [what, other] of [
    ["the same", structuredClone(dag)],
    ["the same with functions", { ...dag, tasks: [{ ...task, run }] }],
    ["words that run nothing", { ...dag, description: "sales", tags: ["x"], owner: "me" }],
    ["another cap of the scheduler", { ...dag, maxActiveRuns: 3, catchup: true }],
    ["lookups of its own", { ...dag, variables: { a: 1 }, macros: { b: 2 } }],
  ])
    test(`${how} with ${what} warns of nothing`, async () => {
      assert.deepEqual(await warningsWith(other, take), []);
    });
}

test("a start warns of nothing, and a backfill that was stored without this knowledge neither", async () => {
  const store = new MemoryStore();
  const warnings = [];
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
  const service = new BackfillService({ dags: [dag], store, executeTask });
  await service.backfill(range, { onEvent });
  const id = await service.enqueue({ ...range, startDate: "2024-02-01", endDate: "2024-02-02" });
  const { definition, ...older } = await store.loadBackfill(id);
  assert.equal(definition.length, 3);
  await store.apply([{ type: "save-backfill", id, dagId: "sales", finished: false, snapshot: older }]);
  const other = new BackfillService({ dags: [{ ...dag, params: {} }], store, executeTask });
  await (await other.resume(id, { onEvent })).result;
  assert.deepEqual(warnings, []);
});
