// What a DAG file of Airflow means where it says nothing, and where dagfill reads the same text differently.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";
import { nextDates, resolveDateMacros } from "../../../dist/index.js";

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
  assert.equal(read(`DAG("a", schedule_interval="@daily", catchup=False)`).dag.catchup, false);
  assert.doesNotMatch(read(`DAG("a", schedule=None)`).text, /catchup/);
});

test("a file that runs in Airflow 2 and 3 has the catchup and the kind of one of them, and both are told", () => {
  const [first, both] = [
    `from airflow import DAG\n`,
    /imported as of Airflow 3, with catchup false and kind trigger/,
  ];
  const three = read(`${first}DAG("a", schedule="0 6 * * *")`);
  assert.deepEqual([three.dag.catchup, three.dag.kind], [undefined, "trigger"]);
  assert.match(three.text, both);
  assert.match(three.text, /for Airflow 2 write catchup true and kind interval/);
  const two = read(`${first}from airflow.operators.bash import BashOperator\nDAG("a", schedule="0 6 * * *")`);
  assert.deepEqual([two.dag.catchup, two.dag.kind], [true, undefined]);
  assert.match(two.text, /as of Airflow 2, with catchup true and kind interval/);
  const given = read(`${first}DAG("a", schedule="0 6 * * *", catchup=True)`);
  assert.deepEqual([given.dag.catchup, given.dag.kind], [true, "trigger"]);
  assert.match(given.text, /imported as of Airflow 3, with kind trigger/);
  assert.doesNotMatch(read(`${first}DAG("a", schedule="@once", catchup=False)`).text, /Airflow/);
});

test("airflow.providers.standard is Airflow 3", () => {
  const { dag, text } = read(
    `from airflow import DAG\nfrom airflow.providers.standard.operators.bash import BashOperator\nDAG("a", schedule="0 6 * * *")`,
  );
  assert.deepEqual([dag.catchup, dag.kind], [undefined, "trigger"]);
  assert.match(text, /Airflow 3 runs a cron text or a timedelta at its date/);
});

test("timetables with dates are schedules, in a DAG file and as JSON", () => {
  const utc = { timeZone: undefined };
  const cases = [
    [
      'MultipleCronTriggerTimetable("0 1 * * *", "0 9 * * 1", timezone="Europe/Berlin")',
      { expressions: ["0 1 * * *", "0 9 * * 1"], timezone: "Europe/Berlin" },
      { schedule: ["0 1 * * *", "0 9 * * 1"], kind: "trigger", timeZone: "Europe/Berlin" },
    ],
    [
      "EventsTimetable(event_dates=[pendulum.datetime(2024, 1, 5), pendulum.datetime(2024, 2, 5, 6)])",
      { event_dates: ["2024-01-05T00:00:00+00:00", "2024-02-05 06:00:00+00:00"] },
      { kind: "trigger", ...utc },
    ],
    [
      "DeltaTriggerTimetable(timedelta(days=1))",
      { delta: 86400 },
      { schedule: { every: "PT24H" }, kind: "trigger", ...utc },
    ],
    [
      "DeltaDataIntervalTimetable(timedelta(hours=6))",
      { delta: 21600 },
      { schedule: { every: "PT6H" }, ...utc },
    ],
    [
      'CronDataIntervalTimetable("0 1 * * *", timezone="UTC")',
      { expression: "0 1 * * *", timezone: "UTC" },
      { schedule: "0 1 * * *", ...utc },
    ],
  ];
  for (const [python, fields, expected] of cases) {
    const name = python.slice(0, python.indexOf("("));
    const json = {
      __version: 1,
      dag: { dag_id: "a", timetable: { __type: `airflow.timetables.x.${name}`, __var: fields } },
    };
    for (const dag of [
      read(`DAG("a", schedule=${python}, catchup=False)`).dag,
      importDag(JSON.stringify(json)).dags[0],
    ]) {
      for (const [key, value] of Object.entries(expected))
        if (key !== "kind" || value === "trigger") assert.deepEqual(dag[key], value, `${name} ${key}`);
      assert.equal(dag.kind === "trigger", expected.kind === "trigger", name);
      if (name === "EventsTimetable")
        assert.deepEqual(nextDates(dag.schedule, "2024-01-01", 2), [
          "2024-01-05T00:00:00Z",
          "2024-02-05T06:00:00Z",
        ]);
    }
  }
  assert.match(
    read(`DAG("a", schedule=EventsTimetable(dates_of_table()))`).text,
    /imported without a schedule/,
  );
});

test("an interval before the tick is told, since Airflow dates a run by its start", () => {
  const python = `\nDAG("a", catchup=False, schedule=CronTriggerTimetable("0 1 * * 3", timezone="UTC", interval=timedelta(days=7)))`;
  const { dag, notes } = read(python);
  assert.equal(dag.interval, "P7D");
  const note = notes.find(({ message }) =>
    message.includes("by the start of its interval, P7D before it is due"),
  );
  assert.equal(note.line, 2);
  const fields = { expression: "0 1 * * 3", timezone: "UTC", interval: 604800 };
  const json = {
    __version: 1,
    dag: {
      dag_id: "a",
      timetable: { __type: "airflow.timetables.trigger.CronTriggerTimetable", __var: fields },
    },
  };
  const serialized = importDag(JSON.stringify(json));
  assert.equal(serialized.dags[0].interval, "P7D");
  assert.match(serialized.notes[0].message, /by the start of its interval/);
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

test("max_active_tasks, which counts all runs together in Airflow 2 and one run in Airflow 3, is told", () => {
  const limit = (given, first = "") => {
    const { dag, notes } = read(`${first}\nDAG("a", schedule=None, ${given})`);
    return [
      dag.maxActiveTasks,
      notes.map(({ message }) => message).find((text) => text.includes("max_active_tasks")),
    ];
  };
  const two =
    /^a: max_active_tasks 4 counts the tasks of all runs together in Airflow 2, .* of Airflow 2: imported as it is/;
  for (const [given, first] of [
    ["max_active_tasks=4", "from airflow.datasets import Dataset"],
    ["concurrency=4", ""],
  ]) {
    const [count, note] = limit(given, first);
    assert.equal(count, 4);
    assert.match(note, two);
  }
  assert.match(limit("max_active_tasks=4", "from airflow import DAG")[1], /is not known/);
  assert.deepEqual(limit("max_active_tasks=4", "from airflow.sdk import DAG"), [4, undefined]);
  assert.deepEqual(limit("catchup=False"), [undefined, undefined]);
  const json = (value) =>
    importDag(JSON.stringify(value)).notes.filter(({ message }) => message.includes("max_active_tasks"))
      .length;
  const dag = { dag_id: "a", max_active_tasks: 4, tasks: [] };
  assert.equal(json({ __version: 1, dag: { ...dag, _max_active_tasks: 4 } }), 1);
  assert.equal(json({ __version: 3, dag }), 0);
  assert.equal(json([{ ...dag, schedule_interval: null }]), 1);
  assert.equal(json([{ ...dag, timetable_summary: null }]), 0);
  assert.equal(json([{ ...dag, schedule_interval: null, max_active_tasks: 16 }]), 0);
});

test("a DAG with concurrency, which only Airflow 2 takes, has its defaults", () => {
  const { dag } = read(`from airflow import DAG\nDAG("a", schedule="@daily", concurrency=4)`);
  assert.deepEqual([dag.catchup, dag.kind], [true, undefined]);
});
