// DAGs of other systems: what is taken over, and that everything else is noted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

const only = (text, options) => {
  const { dags, notes } = importDag(text, options);
  assert.equal(dags.length, 1, JSON.stringify(notes));
  return { dag: dags[0], notes };
};
const messages = (notes) => notes.map(({ message }) => message);

test("a classic Airflow DAG file", () => {
  const { dag, notes } = only(`
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.empty import EmptyOperator

default_args = {"owner": "data", "retries": 2, "retry_delay": timedelta(minutes=5), "depends_on_past": False}

with DAG(
    "sales",
    default_args=default_args,
    description="Daily " "sales",
    schedule_interval="0 2 * * *",
    start_date=datetime(2024, 1, 1),
    catchup=True,
    max_active_runs=3,
    tags=["sales"],
    params={"region": "eu", "limit": 10},
) as dag:
    start = EmptyOperator(task_id="start")
    for table in ["orders", "items"]:
        load = BashOperator(
            task_id=f"load_{table}",
            bash_command="load --table " + table + " --date {{ ds }}",
            execution_timeout=timedelta(hours=1),
        )
        start >> load
    done = BashOperator(task_id="done", bash_command="echo done", trigger_rule="all_done", retries=0)
    [t for t in dag.tasks]
    load >> done
`);
  assert.equal(dag.dagId, "sales");
  assert.equal(dag.schedule, "0 2 * * *");
  assert.deepEqual(
    [dag.startDate, dag.catchup, dag.maxActiveRuns, dag.description, dag.tags, dag.owner, dag.params],
    ["2024-01-01", true, 3, "Daily sales", ["sales"], "data", { region: "eu", limit: 10 }],
  );
  assert.deepEqual(dag.tasks, [
    { taskId: "start", retries: 2, retryDelay: "PT5M", meta: { operator: "EmptyOperator" } },
    {
      taskId: "load_orders",
      dependsOn: ["start"],
      command: "load --table orders --date {{ ds }}",
      retries: 2,
      retryDelay: "PT5M",
      timeout: "PT1H",
      meta: { operator: "BashOperator" },
    },
    {
      taskId: "load_items",
      dependsOn: ["start"],
      command: "load --table items --date {{ ds }}",
      retries: 2,
      retryDelay: "PT5M",
      timeout: "PT1H",
      meta: { operator: "BashOperator" },
    },
    {
      taskId: "done",
      dependsOn: ["load_items"],
      command: "echo done",
      triggerRule: "all_done",
      meta: { operator: "BashOperator" },
    },
  ]);
  assert.deepEqual(notes, []);
});

test("params of tasks are those of the DAG, where templates read them; a name with two values is noted", () => {
  const { dags, notes } = importDag(`
with DAG("sales", schedule_interval="@daily", start_date=datetime(2024, 1, 1), catchup=False, params={"limit": 10}) as dag:
    BashOperator(task_id="a", bash_command="load {{ params.table }}", params={"table": "orders", "limit": 10})
    BashOperator(task_id="b", bash_command="load {{ params.table }}", params={"table": "items"})
    BashOperator(task_id="c", bash_command="echo c", params={"table": "unused"})
`);
  assert.deepEqual(dags[0].params, { limit: 10, table: "orders" });
  assert.deepEqual(
    notes.map(({ message }) => message).filter((message) => message.includes("params")),
    [
      "sales: params: table of task b is another value than before: {{ params.table }} of its command must be replaced",
    ],
  );
});

test("zones and timetables of a DAG file", () => {
  const zoned = only(`
import pendulum
from airflow.timetables.trigger import CronTriggerTimetable
dag = DAG(dag_id="a", schedule="@daily", start_date=pendulum.datetime(2024, 3, 1, 6, tz="Europe/Berlin"))
`).dag;
  assert.deepEqual([zoned.timeZone, zoned.startDate], ["Europe/Berlin", "2024-03-01T06:00:00"]);
  const trigger = only(`
DAG("b", timetable=CronTriggerTimetable("0 1 * * 3", timezone="UTC", interval=timedelta(days=7)), start_date=datetime(2024, 1, 1))
`).dag;
  assert.deepEqual([trigger.schedule, trigger.kind, trigger.interval], ["0 1 * * 3", "trigger", "P7D"]);
  assert.deepEqual(only(`DAG("c", schedule=timedelta(days=1))`).dag.schedule, { every: "PT24H" });
  assert.equal(only(`DAG("d", schedule=None)`).dag.schedule, null);
  assert.deepEqual(only(`DAG("e", schedule=relativedelta(months=3))`).dag.schedule, { every: "P3M" });
});

test("decorators, groups and calls of a DAG file", () => {
  const { dag } = only(`
from airflow.decorators import dag, task, task_group

@dag(schedule="@hourly", start_date=datetime(2024, 1, 1), catchup=False)
def pipeline():
    @task
    def extract(): return 1

    @task.bash(retries=3)
    def shell(): return "echo"

    @task_group(group_id="load")
    def load(value):
        a = EmptyOperator(task_id="a")
        b = EmptyOperator(task_id="b")
        a >> b
        return b

    loaded = load(extract())
    loaded >> shell()
    chain(EmptyOperator(task_id="x"), [EmptyOperator(task_id="y1"), EmptyOperator(task_id="y2")], EmptyOperator(task_id="z"))

pipeline()
`);
  assert.equal(dag.dagId, "pipeline");
  const edges = Object.fromEntries(dag.tasks.map(({ taskId, dependsOn = [] }) => [taskId, dependsOn]));
  assert.deepEqual(edges, {
    extract: [],
    "load.a": ["extract"],
    "load.b": ["load.a"],
    shell: ["load.b"],
    x: [],
    y1: ["x"],
    y2: ["x"],
    z: ["y1", "y2"],
  });
});

test("a DAG file's own functions are followed, within limits", () => {
  const { dags, notes } = importDag(`
def make(name, cron="@daily"):
    with DAG(dag_id=name, schedule_interval=cron, catchup=False) as d:
        BashOperator(task_id="run", bash_command="echo {}".format(name))
    return d

for region in ("eu", "us"):
    globals()[region] = make(f"sales_{region}")
make("all", cron="@weekly")

def forever(x):
    return forever(x)
forever(1)
`);
  assert.deepEqual(
    dags.map(({ dagId, schedule, tasks }) => [dagId, schedule, tasks[0].command]),
    [
      ["sales_eu", "@daily", "echo sales_eu"],
      ["sales_us", "@daily", "echo sales_us"],
      ["all", "@weekly", "echo all"],
    ],
  );
  assert.deepEqual(messages(notes), ["forever calls itself too deeply to be followed"]);
});

test("what a DAG file does not say is noted with its line", () => {
  const { dag, notes } = only(`
import os
with DAG("a", schedule=os.environ["SCHEDULE"], start_date=days_ago(2)) as dag:
    for table in read_tables():
        BashOperator(task_id=table, bash_command="echo")
    PythonOperator(task_id="python", python_callable=f, trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
    BashOperator(task_id="shell", bash_command=COMMAND)
`);
  assert.deepEqual(
    dag.tasks.map(({ taskId }) => taskId),
    ["python", "shell"],
  );
  assert.deepEqual(
    notes.map(({ line, message }) => `${line}: ${message}`),
    [
      "3: a: start_date is not known: days_ago(2)",
      `3: a: schedule is not known: os.environ["SCHEDULE"]: imported without a schedule`,
      "4: the loop over read_tables() is not followed: its values are not known",
      "6: a.python: the work of a PythonOperator is not imported: the task fails until it has a command",
      "6: a.python: trigger rule none_failed_min_one_success is imported as none_failed, which also runs where all tasks before it were skipped",
      "7: a.shell: bash_command is not known: COMMAND",
      "7: a.shell: the work of a BashOperator is not imported: the task fails until it has a command",
    ],
  );
});

test("Python is never run, and broken files end in notes", () => {
  const { dags, notes } = importDag("import os\nwith DAG('a' schedule= as dag:\n  ((((\n", {
    format: "airflow-python",
  });
  assert.ok(Array.isArray(dags));
  assert.ok(messages(notes).some((message) => message.includes("cannot be parsed")));
  const deep = `x = ${"(".repeat(5_000)}1${")".repeat(5_000)}`;
  assert.deepEqual(importDag(deep, { format: "airflow-python" }).dags, []);
  const huge = "for a in range(9999):\n  for b in range(9999):\n    x = a + b\n";
  assert.match(
    messages(importDag(huge, { format: "airflow-python" }).notes).join(),
    /more than 500000 steps/,
  );
});

test("__file__ is what the caller says", () => {
  const source = `DAG(dag_id=os.path.basename(__file__).replace(".py", ""), schedule=None)`;
  assert.equal(only(source, { fileName: "/dags/sales.py" }).dag.dagId, "sales");
});

test("a serialized DAG", () => {
  const { dag } = only(
    JSON.stringify({
      __version: 1,
      dag: {
        _dag_id: "sales",
        timetable: {
          __type: "airflow.timetables.interval.CronDataIntervalTimetable",
          __var: { expression: "0 2 * * *", timezone: "Europe/Berlin" },
        },
        start_date: 1704067200,
        catchup: false,
        default_args: {
          __type: "dict",
          __var: { retries: 1, retry_delay: { __type: "timedelta", __var: 300 } },
        },
        tasks: [
          {
            __type: "operator",
            __var: {
              task_id: "a",
              _task_type: "BashOperator",
              bash_command: "echo {{ ds }}",
              downstream_task_ids: ["b"],
            },
          },
          {
            __type: "operator",
            __var: {
              task_id: "b",
              _task_type: "EmptyOperator",
              downstream_task_ids: [],
              trigger_rule: "all_done",
            },
          },
        ],
      },
    }),
  );
  assert.deepEqual(dag, {
    dagId: "sales",
    schedule: "0 2 * * *",
    timeZone: "Europe/Berlin",
    macroTimeZone: "UTC",
    startDate: "2024-01-01T00:00:00Z",
    catchup: false,
    tasks: [
      {
        taskId: "a",
        command: "echo {{ ds }}",
        retries: 1,
        retryDelay: "PT5M",
        meta: { operator: "BashOperator" },
      },
      {
        taskId: "b",
        dependsOn: ["a"],
        triggerRule: "all_done",
        retries: 1,
        retryDelay: "PT5M",
        meta: { operator: "EmptyOperator" },
      },
    ],
  });
});

test("the REST API's details with tasks", () => {
  const details = {
    dag_id: "sales",
    schedule_interval: { __type: "TimeDelta", days: 0, seconds: 14400, microseconds: 0 },
    timezone: "Timezone('America/New_York')",
    start_date: "2024-01-01T05:00:00+00:00",
    tags: [{ name: "x" }],
    params: { limit: { __class: "airflow.models.param.Param", value: 3, description: null, schema: {} } },
  };
  const tasks = {
    tasks: [
      {
        task_id: "a",
        class_ref: { class_name: "PythonOperator" },
        downstream_task_ids: ["b"],
        retries: 1,
        retry_delay: { __type: "TimeDelta", days: 0, seconds: 30, microseconds: 0 },
      },
      {
        task_id: "b",
        class_ref: { class_name: "EmptyOperator" },
        downstream_task_ids: [],
        depends_on_past: true,
      },
    ],
    total_entries: 2,
  };
  const { dag, notes } = only(JSON.stringify([details, tasks]));
  assert.deepEqual(dag.schedule, { every: "PT4H" });
  assert.deepEqual([dag.timeZone, dag.params, dag.tags], ["America/New_York", { limit: 3 }, ["x"]]);
  assert.deepEqual(dag.tasks[1], {
    taskId: "b",
    dependsOn: ["a"],
    dependsOnPast: true,
    meta: { operator: "EmptyOperator" },
  });
  assert.deepEqual(messages(notes), [
    "sales: task a: the work of a PythonOperator is not imported: the task fails until it has a command (and retries 0 instead of 1)",
  ]);
});

test("microbatch models of a dbt manifest", () => {
  const model = (name, size, nodes = []) => ({
    resource_type: "model",
    name,
    config: { incremental_strategy: "microbatch", batch_size: size, begin: "2024-01-01", event_time: "at" },
    depends_on: { nodes },
  });
  const { dags, notes } = importDag(
    JSON.stringify({
      metadata: {},
      nodes: {
        "model.shop.orders": model("orders", "day", ["source.shop.raw"]),
        "model.shop.monthly": model("monthly", "month", ["model.shop.orders", "model.shop.view"]),
        "model.shop.view": {
          resource_type: "model",
          name: "view",
          config: { materialized: "view" },
          depends_on: { nodes: ["model.shop.hours", "source.shop.raw"] },
        },
        "model.shop.hours": model("hours", "hour", ["model.shop.orders"]),
        "test.shop.x": { resource_type: "test" },
      },
    }),
  );
  assert.deepEqual(
    dags.map(({ dagId, schedule, startDate }) => ({ dagId, schedule, startDate })),
    [
      { dagId: "orders", schedule: "@daily", startDate: "2024-01-01" },
      {
        dagId: "monthly",
        schedule: "@monthly",
        startDate: "2024-01-01",
      },
      { dagId: "hours", schedule: "@hourly", startDate: "2024-01-01" },
    ],
  );
  // Through a view, which has no batches of its own, too.
  assert.deepEqual(
    dags.map(({ inputs }) => inputs),
    [
      undefined,
      [
        { dagId: "orders", map: "contained" },
        { dagId: "hours", map: "contained" },
      ],
      [{ dagId: "orders", map: "containing" }],
    ],
  );
  assert.match(
    dags[0].tasks[0].command,
    /^dbt run --select orders --event-time-start "\{\{ data_interval_start/,
  );
  const [advice, ...others] = messages(notes);
  assert.deepEqual(others, []);
  assert.match(
    advice,
    /^1 model that is not microbatch has no batches of its own: left out; to run dbt for each date, /,
  );
  // The DAG in the advice can be imported as it is.
  const advised = importDag(advice.slice(advice.indexOf("{")));
  assert.deepEqual([advised.dags[0].dagId, advised.notes], ["dbt", []]);
});

test("Kubernetes CronJobs", () => {
  const { dag, notes } = only(`
apiVersion: v1
kind: ConfigMap
---
apiVersion: batch/v1
kind: CronJob
metadata: { name: report }
spec:
  schedule: "30 2 * * *"
  timeZone: Europe/Berlin
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 600
      template:
        spec:
          initContainers: [{ name: wait, image: busybox, command: [sleep, "5"] }]
          containers:
            - { name: main, image: "report:1", command: ["sh", "-c", "echo it's $(date)"] }
`);
  assert.deepEqual(
    [dag.dagId, dag.schedule, dag.timeZone, dag.kind, dag.dst, dag.maxActiveRuns, dag.catchup],
    ["report", "30 2 * * *", "Europe/Berlin", "trigger", "kubernetes", 1, { window: "PT1H" }],
  );
  assert.deepEqual(dag.tasks, [
    { taskId: "wait", command: "sleep 5", retries: 2, timeout: "PT10M", meta: { image: "busybox" } },
    {
      taskId: "main",
      command: "sh -c 'echo it'\\''s $(date)'",
      dependsOn: ["wait"],
      retries: 2,
      timeout: "PT10M",
      meta: { image: "report:1" },
    },
  ]);
  assert.ok(messages(notes).includes("ConfigMap: expected a CronJob, left out"));
});

test("crontab lines", () => {
  const { dags, notes } = importDag(`
# backups
CRON_TZ=Europe/Berlin
MAILTO=ops@example.com
0 2 * * 1-5	/opt/load.sh --date "$(date +\\%F)"
@daily   FOO=1 rotate.py
@reboot  start
30 4 1 * * cat%input
this is no entry
`);
  assert.deepEqual(
    dags.map(({ dagId, schedule, timeZone, tasks }) => [
      dagId,
      schedule.cron ?? schedule,
      timeZone,
      tasks[0].command,
    ]),
    [
      ["load", "0 2 * * 1-5", "Europe/Berlin", `/opt/load.sh --date "$(date +%F)"`],
      ["rotate", "@daily", "Europe/Berlin", "FOO=1 rotate.py"],
      ["cat", "30 4 1 * *", "Europe/Berlin", "cat"],
    ],
  );
  assert.deepEqual(
    dags.map(({ kind, dst }) => `${kind} ${dst}`),
    ["trigger vixie", "trigger vixie", "trigger vixie"],
  );
  assert.deepEqual(dags[0].schedule, { cron: "0 2 * * 1-5", dayMatch: "vixie" });
  assert.deepEqual(
    notes.map(({ line }) => line),
    [4, 7, 8, 9],
  );
});

test("the user of a system crontab is no program", () => {
  const read = (line) => {
    const { dags, notes } = importDag(`CRON_TZ=UTC\n*/15 9-17 * * MON-FRI ${line}`);
    return [dags[0].dagId, dags[0].tasks[0].command, ...messages(notes)];
  };
  const known = (name) =>
    `${name} is read as the user of a system crontab: the command runs as whoever runs dagfill`;
  assert.deepEqual(read("root /opt/b.sh"), ["b", "/opt/b.sh", known("root")]);
  assert.deepEqual(read("www-data\t/opt/b.sh --all"), ["b", "/opt/b.sh --all", known("www-data")]);
  // A word that may be a program as well stays in the command.
  assert.deepEqual(read("alice /opt/b.sh"), [
    "b",
    "alice /opt/b.sh",
    "alice may be the user of a system crontab: if it is no program, delete it from the command",
  ]);
  for (const [line, dagId] of [
    ["bash /opt/b.sh", "bash"],
    ["root -l", "root"],
    ["/usr/bin/root /opt/b.sh", "root"],
    ["A=1 /opt/b.sh", "b"],
  ])
    assert.deepEqual(read(line), [dagId, line]);
});

test("what is no DAG at all is refused", () => {
  assert.throws(() => importDag("{"), { code: "INVALID_DAG" });
  assert.throws(() => importDag(1), { code: "INVALID_OPTION", field: "text" });
  assert.throws(() => importDag("x", { format: "yaml" }), { code: "INVALID_OPTION", field: "format" });
  assert.throws(() => importDag("kind: [", { format: "kubernetes" }), { code: "INVALID_DAG" });
});
