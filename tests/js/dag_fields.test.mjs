// A Dag carries what editors keep with it, and stands where the options of a schedule do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import {
  BackfillService,
  countRange,
  expandRange,
  explainDate,
  explainSchedule,
  nextDates,
  previewFrom,
  previousDates,
  renderRange,
  resolveDateMacros,
  validateDag,
} from "dagfill";

const dag = {
  dagId: "etl",
  schedule: "0 6 * * *",
  timeZone: "Asia/Tokyo",
  startDate: "2024-01-01",
  endDate: "2024-12-31",
  catchup: true,
  maxActiveRuns: 3,
  maxActiveTasks: 3,
  dependsOnPast: false,
  params: { limit: 10 },
  tasks: [
    { taskId: "load", description: "Loads", tags: ["a"], position: [1, 2], meta: { a: 1 }, "x-icon": "box" },
  ],
  description: "Loads the day",
  tags: ["daily"],
  owner: "data",
  position: { x: 1, y: 2 },
  $schema: "https://example.org/dag.json",
  meta: { color: "red", nested: { a: [1] } },
  "x-team": { name: "ingest" },
};
const options = { timeZone: dag.timeZone };
const { schedule } = dag;

const calls = {
  expandRange: (given) => [...expandRange(schedule, "2024-01-01", "2024-01-05", given)],
  countRange: (given) => countRange(schedule, "2024-01-01", "2024-01-05", given),
  nextDates: (given) => nextDates(schedule, "2024-01-01", 2, given),
  previousDates: (given) => previousDates(schedule, "2024-01-01", 2, given),
  explainSchedule: (given) => explainSchedule(schedule, { ...given, now: "2024-01-01" }),
  explainDate: (given) => explainDate(schedule, "2024-01-01", given),
  resolveDateMacros: (given) => resolveDateMacros("{{ ts }}", "2024-01-01", schedule, given),
  renderRange: (given) => renderRange("{{ ts }}", ["2024-01-01"], schedule, given),
};
for (const [name, call] of Object.entries(calls)) {
  test(`${name} takes a Dag as its options`, () => {
    assert.deepEqual(call(dag), call(options));
    // What looks like a Dag is still no place for misspelt options.
    assert.throws(() => call({ ...dag, timezone: "UTC" }), { code: "INVALID_OPTION", field: "timezone" });
    assert.throws(() => call({ ...options, startDate: "2024-01-01" }), {
      code: "INVALID_OPTION",
      field: "startDate",
    });
  });
}

test("a period without an anchor counts from the Dag's startDate", () => {
  const every = { dagId: "etl", schedule: { every: "P2D" }, startDate: "2024-01-02" };
  const dates = (given) =>
    Array.from(expandRange(every.schedule, "2024-01-01", "2024-01-05", given), (ms) =>
      new Date(ms).getUTCDate(),
    );
  assert.deepEqual(
    [dates({}), dates(every)],
    [
      [1, 3, 5],
      [2, 4],
    ],
  );
  assert.deepEqual(nextDates(every.schedule, "2024-01-05", 1, every), ["2024-01-06T00:00:00Z"]);
  const codes = (given) => explainSchedule(every.schedule, given).warnings.map(({ code }) => code);
  assert.deepEqual([codes({}), codes(every)], [["period_unanchored"], []]);
});

test("fields of editors shape neither a plan nor its hash", async () => {
  const { description, tags, owner, position, $schema, meta, "x-team": team, ...bare } = dag;
  bare.tasks = [{ taskId: "load" }];
  const plan = (given) =>
    new BackfillService({ dags: [given] }).preview({
      dagId: "etl",
      startDate: "2024-01-01",
      endDate: "2024-01-03",
    });
  assert.equal((await plan(dag)).planHash, (await plan(bare)).planHash);
  assert.deepEqual(validateDag(dag), validateDag(bare));
});

const refused = {
  "a description that is no text": [{ description: 1 }, "dag.description"],
  "tags that are no texts": [{ tags: [1] }, "dag.tags[0]"],
  "meta that is no object": [{ meta: [] }, "dag.meta"],
  "a function in meta": [{ meta: { f: () => {} } }, "dag.meta.f"],
  "a name that begins with x alone": [{ xteam: 1 }, "dag.xteam"],
};
for (const [name, [fields, field]] of Object.entries(refused)) {
  test(`${name} is refused`, () =>
    assert.throws(() => validateDag({ ...dag, ...fields }), { code: "INVALID_OPTION", field }));
}

test("the columns of a preview move to another thread", async () => {
  const service = new BackfillService({ dags: [dag] });
  const preview = await service.preview({ dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-31" });
  const data = preview.toTransferable();
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(data, data.transfer);
  assert.ok(data.transfer.every((buffer) => buffer.detached));
  const again = previewFrom(receiveMessageOnPort(port2).message);
  port1.close();
  assert.deepEqual(again.runs, preview.runs);
  assert.deepEqual(previewFrom(preview.toTransferable()).counts, preview.counts);
});
