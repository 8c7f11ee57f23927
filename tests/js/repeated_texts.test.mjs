// Texts that templates write twice where clocks are set back between two dates of a plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";

async function repeated(command, more = {}, options = {}) {
  const dag = { dagId: "d", schedule: "@hourly", timeZone: "Europe/Berlin", ...more };
  const service = new BackfillService({
    dags: [{ ...dag, tasks: [{ taskId: "a", command, params: { file: command } }, { taskId: "b" }] }],
    executeTask: async () => {},
  });
  const range = { startDate: "2024-10-26", endDate: "2024-10-28" };
  const { warnings } = await service.preview({ dagId: "d", includeNotDue: true, ...range, ...options });
  return warnings.filter(({ code }) => code === "repeated_text");
}

test("a name without an offset in a repeated hour", async () => {
  const [warning, ...others] = await repeated("dump {{ ts }} > {{ ts_nodash }}.csv {{ ds }}");
  assert.deepEqual(others, []);
  assert.deepEqual(warning, {
    code: "repeated_text",
    message:
      "task a, command: {{ ts_nodash }} is 20241027T020000 for 2024-10-27T00:00:00Z and for 2024-10-27T01:00:00Z, since clocks show that time twice: ts_nodash_with_tz, ts and run_id tell them apart. The same in task a, params.file",
    at: "2024-10-27T00:00:00Z",
    taskId: "a",
    field: "command",
    count: 2,
  });
});

test("of an interval's end it is the run before, whichever order the plan has", async () => {
  for (const options of [{}, { runBackwards: true }]) {
    const [{ at, message }] = await repeated("{{ data_interval_end | ts_nodash }}", {}, options);
    assert.equal(at, "2024-10-26T23:00:00Z");
    assert.match(message, /is 20241027T020000 for 2024-10-26T23:00:00Z and for 2024-10-27T00:00:00Z/);
  }
});

test("a value that a template has given a name", async () => {
  const set = '{% set at = data_interval_start.strftime("%Y%m%dT%H") %}{% set file = "d-" ~ at %}';
  for (const [text, value] of [
    [`${set}dump {{ ts }} > {{ file }}.csv`, "d-20241027T02"],
    ["{% with file = ts_nodash %}dump {{ ts }} > {{ file }}.csv{% endwith %}", "20241027T020000"],
    [
      "{%- set a = 1 -%}{% with file = ts_nodash %}{{ a }} {{ ts }} > {{ file }}{% endwith %}",
      "20241027T020000",
    ],
  ]) {
    const [warning, ...others] = await repeated(text);
    assert.deepEqual(others, []);
    assert.match(
      warning?.message ?? "",
      new RegExp(`\\{\\{ file \\}\\} is ${value} for 2024-10-27T00:00:00Z`),
    );
  }
  assert.deepEqual(
    await repeated("{% set file = ts %}{{ file }} {% with day = ds %}{{ day }}{% endwith %}"),
    [],
  );
});

test("no warning of a text that differs, that has no time, or where no hour is repeated", async () => {
  const name = "{{ ts_nodash }}";
  assert.deepEqual(
    await repeated("{{ ts }} {{ ts_nodash_with_tz }} {{ run_id }} {{ ds }} {{ params.x }}"),
    [],
  );
  assert.deepEqual(await repeated(name, { macroTimeZone: "UTC" }), []);
  assert.deepEqual(await repeated("{{ ds }}", { macroTimeZone: "UTC" }), []);
  assert.deepEqual(await repeated(name, { timeZone: "UTC" }), []);
  assert.deepEqual(await repeated(name, { schedule: "@daily" }), []);
  assert.deepEqual(await repeated(name, {}, { endDate: "2024-10-26" }), []);
  // Forward, in March.
  assert.deepEqual(await repeated(name, {}, { startDate: "2024-03-30", endDate: "2024-04-01" }), []);
  // One run of all its dates has one text.
  assert.deepEqual(await repeated(name, {}, { chunk: { period: "P1D" } }), []);
  // A schedule with a run at both of the two times of one day.
  const twice = { schedule: "30 2 * * *", dst: "kubernetes" };
  assert.equal((await repeated(name, twice)).length, 1);
});
