// Details of the formats of importDag: what is recognised, and that what is left out is noted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";
import { render } from "../../../dist/index.js";

const messages = ({ notes }) => notes.map(({ message }) => message);
const rest = (schedule) => {
  const details = { dag_id: "d", schedule_interval: schedule, timezone: "UTC" };
  const found = importDag(JSON.stringify([details, { tasks: [{ task_id: "a" }], total_entries: 1 }]));
  return [found.dags[0].schedule, messages(found)];
};

test("a relativedelta of Airflow's JSON is a period, where it is one", () => {
  const delta = (parts) => ({
    __type: "RelativeDelta",
    years: 0,
    months: 0,
    days: 0,
    leapdays: 0,
    hours: 0,
    ...parts,
  });
  assert.deepEqual(rest(delta({ months: 1, day: null })), [{ every: "P1M" }, []]);
  assert.deepEqual(rest(delta({ years: 1, months: 2 })), [{ every: "P14M" }, []]);
  assert.deepEqual(rest(delta({ days: 1, hours: 12 })), [{ every: "PT36H" }, []]);
  for (const parts of [{ months: 1, days: 1 }, { day: 31 }, { days: -1 }]) {
    const [schedule, [note, ...more]] = rest(delta(parts));
    assert.deepEqual([schedule, more], [null, []]);
    assert.match(note, /^d: the schedule .* is not understood: imported without a schedule$/);
  }
  const serialized = importDag(
    JSON.stringify({
      __version: 1,
      dag: {
        dag_id: "d",
        timetable: {
          __type: "airflow.timetables.interval.DeltaDataIntervalTimetable",
          __var: { delta: { __type: "relativedelta", __var: { months: 3 } } },
        },
        tasks: [],
      },
    }),
  );
  assert.deepEqual([serialized.dags[0].schedule, messages(serialized)], [{ every: "P3M" }, []]);
});

test("a schedule that is neither text nor period is noted", () => {
  assert.deepEqual(rest(5), [null, ["d: the schedule 5 is not understood: imported without a schedule"]]);
});

test("missing pages, unknown successors, double tasks and unknown versions are noted", () => {
  const paged = importDag(
    JSON.stringify({ dags: [{ dag_id: "a", schedule_interval: null }], total_entries: 50 }),
  );
  assert.deepEqual(messages(paged), [
    "49 of 50 dags are on further pages: add them (limit and offset)",
    "a: no tasks: add the answer of /dags/a/tasks",
  ]);
  const tasks = [{ task_id: "a", downstream_task_ids: ["gone"] }, { task_id: "b" }, { task_id: "b" }];
  const dag = { dag_id: "d", schedule_interval: null, tasks };
  const serialized = importDag(JSON.stringify({ __version: 9, dag }));
  assert.deepEqual(
    messages(serialized).filter((message) => !message.includes("is not valid")),
    [
      "version 9 of serialized DAGs is not known: read as version 3",
      "d: task b is there twice",
      "d: gone, which a precede, is no task here: left out",
    ],
  );
});

test("settings of Airflow's JSON without a counterpart are noted", () => {
  const task = {
    task_id: "a",
    bash_command: "true",
    retries: 2,
    retry_exponential_backoff: true,
    wait_for_downstream: true,
    pool: "small",
  };
  const plain = {
    task_id: "b",
    retry_exponential_backoff: false,
    wait_for_downstream: false,
    pool: "default_pool",
  };
  const details = {
    dag_id: "d",
    schedule_interval: "@daily",
    dagrun_timeout: { __type: "TimeDelta", seconds: 5 },
  };
  const found = importDag(JSON.stringify([details, { tasks: [task, plain] }]));
  assert.equal(found.dags[0].tasks[0].retryBackoff, 2);
  assert.deepEqual(messages(found), [
    "d: dagrun_timeout is not imported: set the option runTimeout of a backfill",
    "d: task a: wait_for_downstream is not imported",
    "d: task a: pool is not imported",
  ]);
});

const cronJob = (command) => ({
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "job" },
  spec: {
    schedule: "0 2 * * *",
    timeZone: "UTC",
    jobTemplate: { spec: { template: { spec: { containers: [{ name: "c", command }] } } } },
  },
});

test("commands of crontabs and CronJobs are no templates", () => {
  const rendered = ({ dags }) => render(dags[0].tasks[0].command, { executionDate: "2024-01-01T00:00:00Z" });
  for (const command of [
    'docker ps --format "{{.Names}}"',
    "echo $" + "{#list[@]} {% raw %}",
    "a {% endraw %} {{ ds }} {# b #}",
  ]) {
    const found = importDag(`0 2 * * * ${command.replaceAll("%", "\\%")}`, { format: "crontab" });
    assert.equal(rendered(found), command);
    const [note] = found.notes.filter(({ line }) => line === 1);
    assert.match(note.message, /^braces in the command are no template/);
  }
  const plain = importDag("0 2 * * * echo $a");
  assert.equal(plain.dags[0].tasks[0].command, "echo $a");
  assert.equal(plain.notes.length, 1);
  const job = importDag(JSON.stringify(cronJob(["echo", "{{.Names}}"])));
  assert.equal(rendered(job), "echo '{{.Names}}'");
  assert.match(messages(job)[0], /^job\/c: braces in the command/);
});

test("JSON of kubectl and files of dbt are recognised", () => {
  const item = cronJob(["true"]);
  const list = { apiVersion: "v1", kind: "List", items: [item, item] };
  for (const [value, count] of [
    [item, 1],
    [[item, item], 2],
    [list, 2],
    [{ kind: "CronJob", spec: item.spec }, 1],
  ])
    for (const indent of [undefined, "\t"])
      assert.equal(importDag(JSON.stringify(value, undefined, indent)).dags.length, count);
  const metadata = { dbt_schema_version: "https://schemas.getdbt.com/dbt/run-results/v6.json" };
  assert.deepEqual(importDag(JSON.stringify({ metadata, results: [] })), {
    dags: [],
    notes: [{ message: "the file of dbt has no nodes: expected manifest.json" }],
  });
});

test("YAML: the line of a double key, many keys, and no warning on the terminal", (t) => {
  assert.throws(() => importDag("kind: CronJob\nmetadata:\n  name: a\n  b: c\n  name: d\n"), {
    code: "INVALID_DAG",
    message: /Map keys must be unique/,
    details: { line: 5 },
  });
  const labels = Array.from({ length: 15_000 }, (_, at) => `    k${at}: v`).join("\n");
  const text = `kind: CronJob\nmetadata:\n  name: a\n  labels:\n${labels}\nspec: { schedule: "@daily" }\n`;
  assert.equal(Object.keys(importDag(text).dags[0].meta.labels).length, 15_000);
  const warnings = [
    t.mock.method(console, "warn", () => {}),
    t.mock.method(process, "emitWarning", () => {}),
  ];
  importDag('kind: CronJob\n? [a, b]\n: c\nspec: { schedule: "@daily" }\n');
  assert.deepEqual(
    warnings.map(({ mock }) => mock.callCount()),
    [0, 0],
  );
});

test("a byte-order mark and line endings of Windows are no part of a text", () => {
  const source = `from airflow import DAG\nwith DAG("d", schedule=None):\n    BashOperator(task_id="a", bash_command="""one\ntwo""")\n`;
  const found = importDag(`\ufeff${source.replaceAll("\n", "\r\n")}`);
  assert.equal(found.dags[0].tasks[0].command, "one\ntwo");
  assert.deepEqual(found.notes, []);
  assert.equal(importDag('\ufeff{"dagId":"a","schedule":"@daily"}').dags[0].dagId, "a");
});

test("a DAG or a task whose name is there already is noted", () => {
  const found = importDag(`from airflow import DAG
with DAG("d", schedule=None):
    EmptyOperator(task_id="a")
    EmptyOperator(task_id="a")
with DAG("d", schedule=None):
    EmptyOperator(task_id="a")
`);
  assert.deepEqual(found.notes, [
    { line: 4, message: "a task of this id is there already, which Airflow refuses: it gets a number here" },
    { line: 5, message: "a DAG of this id is there already: Airflow takes one of them" },
  ]);
});

test("params of Airflow's JSON: wrapped with their schema, in pairs, and of tasks; a value of one's own stays as it is", () => {
  const param = (more) => ({ __class: "airflow.models.param.Param", description: null, schema: {}, ...more });
  const tasks = [
    {
      task_id: "a",
      operator_name: "BashOperator",
      bash_command: "echo {{ params.limit }}",
      params: { limit: param({ value: 5 }), table: param({ value: "orders" }) },
    },
  ];
  const rest = importDag(
    JSON.stringify({
      dag_id: "rest",
      params: {
        limit: param({ value: 3 }),
        none: param({ value: null }),
        third: { value: [1], schema: { type: "array" }, description: null },
        own: { value: 1, unit: "h" },
        threshold: { default: 5 },
        plain: "x",
      },
      tasks,
    }),
  );
  assert.deepEqual(rest.dags[0].params, {
    limit: 3,
    none: null,
    third: [1],
    own: { value: 1, unit: "h" },
    threshold: { default: 5 },
    plain: "x",
    table: "orders",
  });
  assert.deepEqual(
    rest.notes.map(({ message }) => message).filter((message) => message.includes("params")),
    [
      "rest: params: limit of task a is another value than before: {{ params.limit }} of its command must be replaced",
    ],
  );
  const schema = { __type: "dict", __var: { type: "integer" } };
  const unset = { __type: "arg_not_set", __var: null };
  const { dags } = importDag(
    JSON.stringify({
      __version: 1,
      dag: {
        _dag_id: "serialized",
        params: [
          ["limit", param({ default: 3, schema })],
          ["required", param({ default: unset, schema })],
          [
            "list",
            { __type: "param", __var: param({ default: { __type: "dict", __var: { a: [1] } }, schema }) },
          ],
        ],
        tasks: [],
      },
    }),
  );
  assert.deepEqual(dags[0].params, { limit: 3, required: null, list: { a: [1] } });
});
