// XCom of other runs in templates: of other DAGs on the same date, and of earlier dates.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, inspectTemplate, MemoryStore } from "dagfill";

const days = { startDate: "2024-01-01", endDate: "2024-01-03" };

/** Backfills DAGs in their order; what each run of `reader` got as its params. */
async function read(params, dags, execute) {
  const seen = [];
  const reader = { dagId: "reader", schedule: "@daily", tasks: [{ taskId: "get", params }] };
  const service = new BackfillService({
    dags: [...dags, reader],
    store: new MemoryStore(),
    executeTask: (task) => {
      if (task.dagId === "reader" && task.taskId === "get") seen.push(task.params);
      return execute(task);
    },
  });
  for (const { dagId } of [...dags, reader]) await service.backfill({ dagId, ...days, maxParallelRuns: 1 });
  await service.close?.();
  return seen;
}

const writer = { dagId: "writer", schedule: "@daily", tasks: [{ taskId: "put" }] };

test("dag_id names another DAG: its run on the same date", async () => {
  const pull = "{{ ti.xcom_pull(dag_id='writer', task_ids='put', key='path') }}";
  const seen = await read(pull, [writer], (task) => {
    if (task.dagId === "writer" && task.localDate < "2024-01-03")
      task.xcomPush("path", `/in/${task.localDate.slice(0, 10)}`);
  });
  // What nobody left stays as written.
  assert.deepEqual(seen, ["/in/2024-01-01", "/in/2024-01-02", pull]);
});

test("include_prior_dates: the newest value of an earlier date, where this one has none", async () => {
  const pull = "{{ ti.xcom_pull('put', 'writer', 'path', include_prior_dates=True) }}";
  const seen = await read(pull, [writer], (task) => {
    if (task.dagId === "writer" && task.localDate < "2024-01-02") task.xcomPush("path", "/first");
  });
  assert.deepEqual(seen, ["/first", "/first", "/first"]);
});

test("include_prior_dates of the own DAG: what the run before left", async () => {
  const pull = "{{ ti.xcom_pull(task_ids='get', key='mark', include_prior_dates=True) or 'none' }}";
  const seen = await read(pull, [], (task) => {
    task.xcomPush("mark", task.localDate.slice(0, 10));
  });
  assert.deepEqual(seen, ["none", "2024-01-01", "2024-01-02"]);
});

test("without include_prior_dates earlier dates are not looked at", async () => {
  const pull = "{{ ti.xcom_pull(task_ids='get', key='mark', include_prior_dates=False) or 'none' }}";
  const seen = await read(pull, [], (task) => {
    task.xcomPush("mark", "x");
  });
  assert.deepEqual(seen, ["none", "none", "none"]);
});

test("a DAG without runs has left nothing, and one that nobody asked for is not known", async () => {
  const params = {
    none: "{{ ti.xcom_pull('put', 'nobody') or 'nothing' }}",
    computed: "{{ ti.xcom_pull('put', 'wri' ~ 'ter') or 'nothing' }}",
  };
  const [seen] = await read(params, [], () => {});
  assert.deepEqual(seen, { none: "nothing", computed: params.computed });
});

test("inspectTemplate tells the runs that a template pulls from", () => {
  const { xcoms } = inspectTemplate(
    "{{ ti.xcom_pull('a') }}{{ ti.xcom_pull('b', 'other', 'k') }}{{ ti.xcom_pull('c', include_prior_dates=true) }}",
  );
  assert.deepEqual(xcoms, [
    { taskId: "a", key: "return_value" },
    { taskId: "b", key: "k", dagId: "other" },
    { taskId: "c", key: "return_value", prior: true },
  ]);
});
