// Work that an importer leaves out must never count as done.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";
import { BackfillService } from "../../../dist/index.js";
import { shellTasks } from "../../../dist/shell.js";

const PYTHON = `
with DAG("sales", schedule="@daily", start_date=datetime(2024, 1, 1)) as dag:
    start = EmptyOperator(task_id="start")
    start >> PythonOperator(task_id="load", python_callable=load, retries=2, retry_delay=timedelta(minutes=15)) >> BashOperator(task_id="end", bash_command="true")
`;
const REST = [
  { dag_id: "sales", schedule_interval: { value: "@daily" } },
  {
    tasks: [
      {
        task_id: "load",
        retries: 2,
        retry_delay: { __type: "TimeDelta", seconds: 900 },
        class_ref: { class_name: "PythonOperator" },
        downstream_task_ids: [],
      },
    ],
  },
];

function runs(dag) {
  const service = new BackfillService({ dags: [dag], executeTask: shellTasks() });
  return service.trigger({ dagId: "sales", executionDate: "2024-01-01" });
}

for (const [name, text] of [
  ["a DAG file", PYTHON],
  ["the REST API", JSON.stringify(REST)],
])
  test(`a task whose work ${name} does not give fails and says so`, async () => {
    const { dags, notes } = importDag(text);
    const load = dags[0].tasks.find(({ taskId }) => taskId === "load");
    assert.deepEqual([load.retries, load.retryDelay], [0, undefined]);
    assert.ok(notes.some(({ message }) => message.includes("retries 0 instead of 2")));
    const { state, error } = await runs(dags[0]);
    assert.equal(state, "failed");
    assert.match(error.message, /task load failed.*work not imported: PythonOperator load/s);
  });

test("an EmptyOperator does nothing and succeeds", async () => {
  const { dags } = importDag(`
with DAG("sales", schedule="@daily") as dag:
    EmptyOperator(task_id="start") >> DummyOperator(task_id="end")
`);
  assert.equal((await runs(dags[0])).state, "success");
});

test("task names and operators stay text in the command that fails", () => {
  const { dags } = importDag(
    JSON.stringify([{ dag_id: "a" }, { tasks: [{ task_id: "a'; touch x #{{ ds }}" }] }]),
  );
  assert.match(dags[0].tasks[0].command, /^echo '[^'{]*' >&2 && exit 1$/);
});

test("operators that choose what runs behind them are told", () => {
  for (const operator of ["BranchPythonOperator", "ShortCircuitOperator", "LatestOnlyOperator"]) {
    const { notes } = importDag(`with DAG("a", schedule=None):\n    ${operator}(task_id="pick")`);
    assert.match(notes[0].message, /it chooses which tasks run next/);
  }
  const { notes } = importDag(`
@dag(schedule=None)
def a():
    @task.branch
    def pick(): return "b"
    pick()
a()`);
  assert.match(notes[0].message, /@task\.branch .* it chooses which tasks run next/);
});

test("a mapped task fails until its work is written, and what else is left out of it is named with its line", () => {
  const text = `
from airflow.providers.standard.operators.bash import BashOperator

with DAG(
    "sales",
    schedule="@daily",
    user_defined_macros={"double": double, "region": "eu"},
    user_defined_filters={"shout": str.upper},
) as dag:
    one = BashOperator(task_id="one", bash_command="echo $DAY", env={"DAY": "{{ ds }}", "TOKEN": token})
    two = BashOperator.partial(task_id="two", bash_command="echo $A").expand(env=[{"A": "1"}, {"A": "2"}])
    three = BashOperator.partial(task_id="three").expand(bash_command=["echo 1", "echo 2"])

    @task
    def add(x):
        return x

    add.partial(y=1).expand(x=[1, 2], env=[1])
    one >> two >> three
`;
  const { dags, notes } = importDag(text);
  const commands = Object.fromEntries(dags[0].tasks.map(({ taskId, command }) => [taskId, command]));
  assert.equal(commands.one, "echo $DAY");
  for (const taskId of ["two", "three", "add"])
    assert.match(commands[taskId], /work not imported.* && exit 1$/);
  const said = notes.map(({ line, message }) => `${line}: ${message}`);
  for (const expected of [
    "4: sales: user_defined_macros (double, region) are not imported: a task whose template names one fails; give them as macros of the DAG in a JavaScript file",
    "4: sales: user_defined_filters (shout) are not imported: a task whose template names one fails; write what they do into the template",
    "10: sales.one: env (DAY, TOKEN) is not imported: set its variables where dagfill runs, or in the command",
    "11: task two is mapped: it is one task here",
    "11: sales.two: the work of a BashOperator is not imported: the task fails until it has a command",
    "12: task three is mapped: it is one task here",
    "18: task add is mapped: it is one task here",
  ])
    assert.ok(said.includes(expected), `${expected}\n\n${said.join("\n")}`);
  // Of a task whose work is left out, its arguments are not told one by one.
  assert.equal(said.filter((one) => one.includes(" env ")).length, 1);
});
