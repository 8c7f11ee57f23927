// Commands that use only the first date of a chunk: the others would count as done without being loaded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";

const options = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-04", chunk: { dates: 2 } };

async function warned(tasks, more = {}) {
  const dag = { dagId: "etl", schedule: "@daily", tasks };
  const service = new BackfillService({ dags: [dag], store: new MemoryStore(), executeTask() {} });
  const { warnings } = await service.preview({ ...options, ...more });
  return warnings.filter(({ code }) => code === "chunk_not_used");
}
const command = (text) => ({ taskId: "a", command: text });

test("a preview names the tasks whose command tells a date, and nothing of the dates behind it", async () => {
  const [warning, ...others] = await warned([
    command("load {{ ds }}"),
    { taskId: "b", command: "load --to {{ data_interval_end }}" },
    { taskId: "c", command: 'load "$DAGFILL_EXECUTION_DATE"' },
  ]);
  assert.deepEqual(others, []);
  const { message, ...rest } = warning;
  assert.deepEqual(rest, { code: "chunk_not_used", taskId: "a", field: "command", count: 2 });
  assert.equal(
    message,
    "task a, command: it has the first date of each chunk alone, and the other dates count as done with it: read chunk.dates or data_interval_end, too. The same in task c, command",
  );
});

for (const text of [
  "{{ ds }}",
  "{{ ts_nodash }}",
  "{{ macros.ds_add(ds, 1) }}",
  "{{ yesterday_ds }}",
  "{{ logical_date.strftime('%Y') }}",
  "{{ dag_run.logical_date | ds }}",
  "{{ execution_date }}",
  "{{ data_interval_start }}",
  "{% if ds > '2024' %}x{% endif %}",
  "$DAGFILL_LOCAL_DATE",
])
  test(`${text} is a date alone`, async () => {
    assert.equal((await warned([command(`load ${text}`)])).length, 1);
  });

for (const text of [
  "{{ chunk.dates | join(' ') }}",
  "{% for date in chunk.dates %}{{ date }} {% endfor %}",
  "{{ ds }} {{ chunk.size }}",
  "{{ ds }} {{ data_interval_end | ds }}",
  "{{ ds }} {{ dag_run.data_interval_end }}",
  "{{ ds }} {{ next_ds }}",
  "{{ ds }} $DAGFILL_DATA_INTERVAL_END",
  "all",
  "{{ params.date }} {{ run_id }}",
])
  test(`${text} is no date alone`, async () => {
    assert.deepEqual(await warned([{ ...command(`load ${text}`), params: { date: "x" } }]), []);
  });

test("a text of params counts, a task without a command is a function's, which sees its chunk", async () => {
  const params = { query: "between {{ ds }} and {{ data_interval_end | ds }}" };
  assert.deepEqual(await warned([{ ...command("load {{ ds }}"), params }]), []);
  assert.deepEqual(await warned([{ taskId: "a", params: { date: "{{ ds }}" } }]), []);
});

test("runs of one date each are no chunks", async () => {
  const tasks = [command("load {{ ds }}")];
  assert.deepEqual(await warned(tasks, { chunk: undefined }), []);
  assert.deepEqual(await warned(tasks, { chunk: { dates: 1 } }), []);
  // The first run has one date, the second three.
  const cut = { endDate: "2024-01-07", excludeDates: ["2024-01-02"], chunk: { dates: 3 } };
  assert.equal((await warned(tasks, cut)).length, 1);
});
