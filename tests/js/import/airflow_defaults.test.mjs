// What a DAG file of Airflow means where it says nothing, and where dagfill reads the same text differently.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";
import { resolveDateMacros } from "../../../dist/index.js";

const read = (text) => {
  const { dags, notes } = importDag(text, { format: "airflow-python" });
  return { dag: dags[0], dags, notes, text: notes.map(({ message }) => message).join("\n") };
};

test("macros of a DAG with a zone stay in UTC", () => {
  const { dag } = read(
    `DAG("a", schedule="@daily", start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Berlin"))`,
  );
  assert.equal(dag.macroTimeZone, "UTC");
  assert.equal(
    resolveDateMacros("{{ ds }}", "2024-03-30T23:00:00Z", dag.schedule, {
      timeZone: dag.timeZone,
      macroTimeZone: dag.macroTimeZone,
    }),
    "2024-03-30",
  );
  assert.equal(
    read(`DAG("a", schedule="@daily", start_date=datetime(2024, 1, 1))`).dag.macroTimeZone,
    undefined,
  );
  const rest = importDag(
    JSON.stringify([{ dag_id: "a", schedule_interval: "@daily", timezone: "Europe/Berlin" }]),
  );
  assert.equal(rest.dags[0].macroTimeZone, "UTC");
});

test("catchup that is not given is that of the file's version, and is told", () => {
  const two = read(`DAG("a", schedule_interval="@daily")`);
  assert.deepEqual([two.dag.catchup, two.dag.kind], [true, undefined]);
  assert.match(two.text, /catchup is not given: .* imported as true/);
  const three = read(`from airflow.sdk import DAG\nDAG("a", schedule="@daily")`);
  assert.equal(three.dag.catchup, undefined);
  assert.doesNotMatch(three.text, /catchup/);
  const either = read(`from airflow import DAG\nDAG("a", schedule="@daily")`);
  assert.equal(either.dag.catchup, undefined);
  assert.match(either.text, /catchup is not given: .* imported as false/);
  assert.equal(read(`DAG("a", schedule_interval="@daily", catchup=False)`).dag.catchup, false);
  assert.doesNotMatch(read(`DAG("a", schedule=None)`).text, /catchup/);
});

test("cron texts and periods of Airflow 3 are triggers", () => {
  const sdk = "from airflow.sdk import DAG\n";
  for (const schedule of ['"0 5 * * *"', '"@daily"', "timedelta(hours=6)"]) {
    const { dag, text } = read(`${sdk}DAG("a", schedule=${schedule})`);
    assert.equal(dag.kind, "trigger", schedule);
    assert.match(text, /imported as kind trigger/);
  }
  for (const schedule of ['"@once"', "None", 'CronDataIntervalTimetable("0 5 * * *", timezone="UTC")'])
    assert.notEqual(read(`${sdk}DAG("a", schedule=${schedule})`).dag.kind, "trigger", schedule);
});

test("an end_date without a time is that midnight", () => {
  const { dag } = read(
    `DAG("a", schedule="@hourly", end_date=datetime(2024, 6, 1), start_date=datetime(2024, 1, 1))`,
  );
  assert.deepEqual([dag.startDate, dag.endDate], ["2024-01-01", "2024-06-01T00:00:00"]);
  assert.equal(
    read(`DAG("a", schedule="@hourly", end_date=datetime(2024, 6, 1, 5))`).dag.endDate,
    "2024-06-01T05:00:00",
  );
});

test("croniter's seconds move to the front", () => {
  assert.equal(read(`DAG("a", schedule="0 2 * * * 30")`).dag.schedule, "30 0 2 * * *");
  assert.equal(read(`DAG("a", schedule="0 2 * * *")`).dag.schedule, "0 2 * * *");
  assert.match(read(`DAG("a", schedule="0 2 * * * 30")`).text, /sixth field .* as seconds/);
});

test("words of bash and template files are noted", () => {
  const noted = (command) =>
    read(
      `with DAG("a", schedule=None):\n    BashOperator(task_id="t", bash_command=${JSON.stringify(command)})`,
    ).text;
  for (const command of [
    "[[ -f x ]] && y",
    "source env.sh && run",
    "set -euo pipefail; run",
    "diff <(a) <(b)",
    "x=(1 2)",
    "echo {1..3}",
  ])
    assert.match(noted(command), /of bash, and dagfill runs \/bin\/sh/, command);
  for (const command of ["load --date {{ ds }}", "echo {{ x[[1][0]] }}", ". env && a > b 2>&1"])
    assert.equal(noted(command), "", command);
  assert.match(noted("scripts/load.sh"), /as a file with a template/);
  assert.equal(noted("scripts/load.sh "), "");
});

test("members of a group without a prefix have their bare names inside of another group, too", () => {
  const { dag } = read(`
with DAG("a", schedule=None):
    with TaskGroup("outer"):
        EmptyOperator(task_id="x")
        with TaskGroup("inner", prefix_group_id=False):
            EmptyOperator(task_id="y")
`);
  assert.deepEqual(
    dag.tasks.map(({ taskId }) => taskId),
    ["outer.x", "y"],
  );
});

test("a DAG without tasks is noted", () => {
  assert.match(read(`DAG("a", schedule=None)`).text, /no task of this DAG was found/);
});

test("Python that cannot be parsed is an error with its line", () => {
  const error = (text) => read(text).notes.find(({ severity }) => severity === "error");
  const open = `with DAG("a", schedule=None) as d:\n    BashOperator(task_id="x", bash_command=`;
  assert.deepEqual([error(`${open}"echo)\n`).line, error(`${open}"echo"\n    y = 1\n`).line], [2, 2]);
  assert.match(error(`${open}"echo)\n`).message, /: expected a closing ", got none/);
  assert.match(error(`${open}"echo"\n    y = 1\n`).message, /: expected a closing \), got none/);
  assert.match(error(`${open}"echo"])\n`).message, /: expected \) for the \( of line 2, got \]/);
  assert.match(error(`${open}"echo")\nx = = 3\n`).message, /got "x = = 3"/);
  assert.equal(error(`${open}"it's # (" + '''(''')  # ( "\n`), undefined);
});
