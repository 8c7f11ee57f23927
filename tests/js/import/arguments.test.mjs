// Arguments of Airflow's DAGs and operators: those with a counterpart are taken over, every other that changes a run is noted.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

const read = (source) => {
  const { dags, notes } = importDag(`from airflow import DAG\n${source}`, { format: "airflow-python" });
  return { dag: dags[0], notes: notes.map(({ line, message }) => `${line}: ${message}`) };
};

test("arguments without a counterpart are noted one by one, with their line", () => {
  const { dag, notes } = read(`
with DAG("d", schedule_interval="@daily", catchup=False, dagrun_timeout=timedelta(hours=1), on_failure_callback=tell, doc_md="x", tags=["a"],
         default_args={"email": ["a@b.c"], "owner": "me", "sla": timedelta(hours=2), "retries": 3}):
    BashOperator(task_id="a", bash_command="x", cwd="/tmp", skip_on_exit_code=99, retry_exponential_backoff=True,
                 retry_delay=timedelta(minutes=1), wait_for_downstream=True, ui_color="#fff", pool="small")
    EmptyOperator(task_id="b", queue="slow", retries=0)
    PythonOperator(task_id="c", python_callable=f, op_kwargs={"x": 1}, retries="many", pool="small")
`);
  assert.deepEqual(dag.tasks[0], {
    taskId: "a",
    command: "x",
    retries: 3,
    retryDelay: "PT1M",
    retryBackoff: 2,
    meta: { operator: "BashOperator" },
  });
  assert.deepEqual(notes, [
    "3: d: email: not imported; mail is sent by your own code (onEvent), and nothing is paused before it has begun",
    "3: d: dagrun_timeout is not imported: set the option runTimeout of a backfill",
    "3: d: on_failure_callback is not imported",
    "3: d: sla in default_args is not imported",
    "5: d.a: cwd is not imported",
    "5: d.a: skip_on_exit_code is not imported",
    "5: d.a: wait_for_downstream is not imported",
    "5: d.a: pool is not imported",
    "7: d.b: queue is not imported",
    "8: d.c: the work of a PythonOperator is not imported: the task fails until it has a command",
    "8: d.c: retries is not a number: not imported",
    "8: d.c: pool is not imported",
  ]);
});

test("a factor of the waits is taken over", () => {
  const { dag } = read(
    'with DAG("d", schedule=None):\n    EmptyOperator(task_id="a", retries=2, retry_exponential_backoff=3.0)\n',
  );
  assert.equal(dag.tasks[0].retryBackoff, 3);
});

test("the last line of a BashOperator is no XCom here: who pulls it is told", () => {
  const noted = (command, printing = "date") =>
    importDag(`
with DAG("d", schedule=None):
    a = BashOperator(task_id="a", bash_command=${JSON.stringify(printing)})
    EmptyOperator(task_id="e")
    b = BashOperator(task_id="b", bash_command=${JSON.stringify(command)})
`).notes.map(({ line, message }) => `${line}: ${message}`);
  for (const command of [
    "echo {{ ti.xcom_pull(task_ids='a') }}",
    "echo {{ task_instance.xcom_pull('a', key='return_value') }}",
    'echo {{ ti.xcom_pull(task_ids=["e", "a"]) | first }}',
  ]) {
    const [note, ...others] = noted(command);
    assert.match(note, /^5: d\.b: it pulls the XCom of a: .*only lines of the form xcom:JSON are/, command);
    assert.deepEqual(others, []);
  }
  for (const command of [
    "echo {{ ti.xcom_pull(task_ids='e') }}",
    "{{ ti.xcom_pull(task_ids='a', key='own') }}",
  ])
    assert.deepEqual(noted(command), [], command);
  // A command that prints such a line already leaves its XCom here, too.
  const pulls = "echo {{ ti.xcom_pull(task_ids='a') }}";
  for (const printing of [`echo 'xcom:{"rows": 3}'`, "date; echo xcom:1"])
    assert.deepEqual(noted(pulls, printing), [], printing);
});

test("mail, tags that are not known, and what only Airflow's page shows are told", () => {
  const { dags, notes } = importDag(
    `DAG("d", schedule=None, tags=["x", TEAM, team()], is_paused_upon_creation=True, default_view="graph", default_args={"email": ["a@b.c"], "email_on_retry": False})`,
  );
  const all = notes.map(({ message }) => message).join("\n");
  assert.deepEqual(dags[0].tags, ["x"]);
  assert.match(all, /tags that are not known are left out: TEAM, team\(\)/);
  assert.match(all, /d: email, is_paused_upon_creation, default_view: not imported/);
  const none = `DAG("d", schedule=None, is_paused_upon_creation=False, default_args={"email_on_failure": False})`;
  assert.deepEqual(
    importDag(none).notes.map(({ message }) => message),
    ["d: no task of this DAG was found"],
  );
});

test("default_args of a group stand between those of the DAG and a task's own", () => {
  const { dag, notes } = read(`
with DAG("d", schedule=None, default_args={"retries": 1, "retry_delay": timedelta(minutes=1), "depends_on_past": True}):
    BashOperator(task_id="out", bash_command="x")
    with TaskGroup("g", default_args={"retries": 5, "trigger_rule": "all_done", "execution_timeout": timedelta(hours=1)}):
        BashOperator(task_id="a", bash_command="x")
        BashOperator(task_id="own", bash_command="x", retries=0, trigger_rule="all_success")
        with TaskGroup("inner", default_args={"depends_on_past": False, "retries": 7, "pool": "small"}):
            BashOperator(task_id="b", bash_command="x")

    @task_group(default_args={"retry_delay": timedelta(seconds=9)})
    def made():
        BashOperator(task_id="c", bash_command="x", default_args={"retries": 2})

    made()
    with TaskGroup("bad", default_args=settings()):
        BashOperator(task_id="e", bash_command="x")
`);
  const past = { dependsOnPast: true };
  const group = { triggerRule: "all_done", timeout: "PT1H" };
  const tasks = Object.fromEntries(
    dag.tasks.map(({ taskId, command, meta, dependsOn, ...rest }) => [taskId, rest]),
  );
  assert.deepEqual(tasks, {
    out: { retries: 1, retryDelay: "PT1M", ...past },
    "g.a": { retries: 5, retryDelay: "PT1M", ...past, ...group },
    "g.own": { timeout: "PT1H", ...past },
    "g.inner.b": { retries: 7, retryDelay: "PT1M", ...group },
    "made.c": { retries: 2, retryDelay: "PT9S", ...past },
    "bad.e": { retries: 1, retryDelay: "PT1M", ...past },
  });
  assert.deepEqual(notes, [
    "8: d: group g.inner: pool in default_args is not imported",
    "16: d: group bad: default_args are not known",
  ]);
});
