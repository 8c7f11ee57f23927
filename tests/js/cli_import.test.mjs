// The commands that read what other systems have.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, workplace } from "./cli_process.mjs";

test("import-dag prints a DAG that preview takes, and notes what it left out", async () => {
  const { folder, store } = workplace();
  const python = join(folder, "sales.py");
  writeFileSync(
    python,
    `with DAG("sales", schedule="@daily", start_date=datetime(2024, 1, 1)) as dag:
    BashOperator(task_id="extract", bash_command="echo {{ ds }}") >> SparkOperator(task_id="load")
`,
  );
  const { code, out, err } = await run(["import-dag", python]);
  assert.equal(code, 0, err);
  assert.ok(
    err.includes(
      `warning ${python}:2: sales.load: the work of a SparkOperator is not imported: the task fails until it has a command\n`,
    ),
    err,
  );
  const file = join(folder, "dag.json");
  writeFileSync(file, out);
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03"];
  const preview = JSON.parse((await run(["preview", file, ...range, "--store", store, "--json"])).out);
  assert.equal(preview.counts.create, 3);
});

test("import-runs fills a store once, and a preview sees it", async () => {
  const { folder, store } = workplace();
  const [file, history] = [join(folder, "dag.json"), join(folder, "runs.csv")];
  writeFileSync(file, JSON.stringify({ dagId: "sales", schedule: "@daily" }));
  writeFileSync(
    history,
    "dag_id,run_id,state,execution_date\nsales,a,success,2024-01-01 00:00:00+00\nsales,b,failed,2024-01-02 00:00:00+00\nsales,c,success,\n",
  );
  const args = ["import-runs", file, history, "--store", store];
  const first = await run(args);
  assert.deepEqual(
    [first.code, first.out],
    [0, "sales: 2 dates: 2 created\n  left out: 1 (no logical date)\n    row 3: c\n"],
  );
  assert.equal((await run(args)).out.split("\n")[0], "sales: 2 dates: 2 unchanged");
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store, "--json"];
  const preview = JSON.parse((await run(["preview", file, ...range])).out);
  assert.deepEqual([preview.counts.create, preview.counts.skip], [1, 2]);
});

test("what is no DAG, no format or no file ends in a sentence", async () => {
  const { folder } = workplace();
  const missing = await run(["import-dag", join(folder, "none.py")]);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /expected a file to read/);
  const format = await run(["import-dag", "package.json", "--format", "toml"]);
  assert.equal(format.code, 2);
  assert.match(format.err, /expected "airflow-python" or "airflow-rest"/);
});

test("work that import-dag left out is told by validate, preview and run, and fails", async () => {
  const { folder, store } = workplace();
  const [python, file] = [join(folder, "sales.py"), join(folder, "dag.json")];
  writeFileSync(python, `with DAG("sales", schedule="@daily") as dag:\n    PythonOperator(task_id="load")\n`);
  writeFileSync(file, (await run(["import-dag", python])).out);
  const warning = /work_not_imported: task load, command: its work was not imported/;
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--store", store];
  assert.match((await run(["validate", file])).out, warning);
  assert.match((await run(["preview", file, ...range])).out, warning);
  const json = JSON.parse((await run(["preview", file, ...range, "--json"])).out);
  assert.equal(json.warnings.find(({ code }) => code === "work_not_imported").taskId, "load");
  const ran = await run(["run", file, ...range]);
  assert.equal(ran.code, 1);
  assert.match(ran.out, warning);
  assert.match(
    (await run(["missing", file, "--from", "2024-01-01", "--to", "2024-01-01", "--store", store])).out,
    /^1 date has no/,
  );
  assert.match((await run(["trigger", file, "-l", "2024-01-05", "--store", store])).err, warning);
});

test("import-dag leaves out what validate refuses, writes the others, and ends with exit code 1", async () => {
  const { folder } = workplace();
  const [python, file] = [join(folder, "dags.py"), join(folder, "dags.json")];
  const bad = `DAG("forever", schedule="@continuous")\nDAG("late", schedule="0 25 * * *")\n`;
  writeFileSync(python, `${bad}DAG("good", schedule="@daily")\nDAG("other", schedule=None)\n`);
  const { code, out, err } = await run(["import-dag", python]);
  assert.equal(code, 1);
  assert.match(err, /^error late is not valid as it is: hour 25: .*; it is left out$/m);
  writeFileSync(file, out);
  assert.deepEqual(
    JSON.parse(out).map(({ dagId }) => dagId),
    ["good", "other"],
  );
  assert.equal((await run(["validate", file])).code, 0);
  writeFileSync(python, `with DAG("a", schedule=None):\n    BashOperator(task_id="x", bash_command="echo)\n`);
  const broken = await run(["import-dag", python]);
  assert.equal(broken.code, 1);
  assert.ok(
    broken.err.startsWith(
      `error ${python}:2: Python that cannot be parsed here: expected a closing ", got none`,
    ),
    broken.err,
  );
});

test("import-runs names the rows it leaves out, and takes several pages", async () => {
  const { folder, store } = workplace();
  const [file, one, two] = ["dag.json", "one.json", "two.json"].map((name) => join(folder, name));
  writeFileSync(file, JSON.stringify({ dagId: "sales", schedule: "@daily" }));
  const row = (day, id, more) => ({
    run_id: id,
    state: "success",
    logical_date: `2024-01-0${day}T00:00:00Z`,
    ...more,
  });
  const page = (dag_runs) => JSON.stringify({ dag_runs, total_entries: 4 }, null, 2);
  writeFileSync(one, page([row(1, "a"), row(2, "b", { state: "odd" })]));
  writeFileSync(
    two,
    page([
      row(3, "c", { state: "running", start_date: "2024-01-03T00:00:00Z" }),
      row(1, "d", { state: "failed" }),
    ]),
  );
  const { out, err } = await run(["import-runs", file, one, two, "--store", store]);
  assert.match(out, /2 dates: 2 created/, err);
  assert.match(out, /left out: 1 \(a state that is not known\)\n {4}row 2: b: odd\n/);
  assert.match(out, /another run of the same date counts\)\n {4}row 4: d: row 1 counts\n/);
  const json = JSON.parse((await run(["import-runs", file, one, two, "--store", store, "--json"])).out);
  assert.deepEqual(json.leftRows[0], {
    reason: "a state that is not known",
    row: 2,
    runId: "b",
    value: "odd",
  });
  const range = ["--from", "2024-01-01", "--to", "2024-01-03", "--store", store];
  const missing = await run(["missing", file, ...range]);
  assert.match(
    missing.out,
    /^in flight {2}1 date is running or queued and not counted: 2024-01-03T00:00:00Z; .*--assume-dead/m,
  );
  assert.deepEqual(JSON.parse((await run(["missing", file, ...range, "--json"])).out).inFlight, [
    "2024-01-03T00:00:00Z",
  ]);
});

test("a run that is in flight elsewhere is warned of, before and behind the backfill that leaves it alone", async () => {
  const { folder, store } = workplace();
  const [file, rows] = [join(folder, "dag.json"), join(folder, "rows.json")];
  writeFileSync(file, JSON.stringify({ dagId: "d", schedule: "@daily", tasks: [{ taskId: "t" }] }));
  writeFileSync(
    rows,
    JSON.stringify([
      { executionDate: "2024-01-02T00:00:00Z", state: "running", startedAt: "2024-01-02T00:00:00Z" },
    ]),
  );
  assert.equal((await run(["import-runs", file, rows, "--store", store])).code, 0);
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  const said =
    "in_flight_left_alone: 1 date has a run in flight elsewhere and will be left alone, the first is 2024-01-02T00:00:00Z: not counted as unfinished; if another scheduler left such runs, import-runs --assume-dead P1D counts them as failed";
  for (const verb of ["preview", "run"]) {
    const { code, out } = await run([verb, file, ...range]);
    assert.equal(code, 0);
    assert.ok(out.includes(`warning ${said}\n`), out);
    assert.equal(
      /^in flight {2}1 date was left alone, and not counted as unfinished$/m.test(out),
      verb === "run",
    );
  }
  const [plan] = jsonLines((await run(["run", file, ...range, "--json"])).out);
  const { code, count } = plan.warnings.find((warning) => warning.code === "in_flight_left_alone");
  assert.deepEqual([code, count], ["in_flight_left_alone", 1]);
  await run(["import-runs", file, rows, "--assume-dead", "P1D", "--store", store]);
  const retried = await run(["retry", file, "--store", store]);
  assert.match(retried.out, /^success {2}1 date: 1 succeeded/m);
  assert.doesNotMatch((await run(["run", file, ...range])).out, /in.flight/);
});

test("what runs --format csv prints can be imported", async () => {
  const { folder, store } = workplace();
  const [file, csv] = [join(folder, "dag.json"), join(folder, "runs.csv")];
  writeFileSync(
    file,
    JSON.stringify({ dagId: "sales", schedule: "@daily", tasks: [{ taskId: "a", command: "true" }] }),
  );
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02"];
  await run(["run", file, ...range, "--store", store]);
  writeFileSync(csv, (await run(["runs", file, "--store", store, "--format", "csv"])).out);
  const { out, err } = await run(["import-runs", file, csv, "--store", `${store}.other`]);
  assert.match(out, /^sales: 2 dates: 2 created$/m, err);
});

test("a flag whose value may be left out does not take the flag behind it", async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  writeFileSync(
    file,
    JSON.stringify({
      dagId: "sales",
      schedule: "@daily",
      tasks: [{ taskId: "a", command: "echo {{ ds }}" }],
    }),
  );
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  const { out, err } = await run(["preview", file, ...range, "--render", "--json"]);
  assert.equal(JSON.parse(out).rendered[0].text, "echo 2024-01-01", err);
});

test("a failed run of CronTriggerTimetable(interval=) is retried for its own interval", async () => {
  const { folder, store } = workplace();
  const [python, file, history] = ["ct.py", "ct.json", "h.json"].map((name) => join(folder, name));
  writeFileSync(
    python,
    `with DAG("ct", schedule=CronTriggerTimetable("0 6 * * *", timezone="UTC", interval=timedelta(days=1)), start_date=datetime(2024, 3, 1)):
    BashOperator(task_id="load", bash_command="echo load {{ data_interval_start }} to {{ data_interval_end }}")
`,
  );
  writeFileSync(file, (await run(["import-dag", python])).out);
  // As Airflow 3 lists them: the logical date is a day before the run is due.
  const row = (day, state) => ({
    dag_id: "ct",
    run_id: `scheduled__2024-03-0${day + 1}T06:00:00+00:00`,
    state,
    run_after: `2024-03-0${day + 1}T06:00:00+00:00`,
    logical_date: `2024-03-0${day}T06:00:00+00:00`,
    start_date: `2024-03-0${day + 1}T06:00:01+00:00`,
    end_date: `2024-03-0${day + 1}T06:01:00+00:00`,
  });
  writeFileSync(history, JSON.stringify([row(2, "success"), row(3, "failed")]));
  const read = await run(["import-runs", file, history, "--store", store]);
  assert.equal(read.out, "ct: 2 dates: 2 created\n", read.err);
  const { out, err } = await run(["retry", file, "--store", store, "--yes"]);
  const loads = out.split("\n").filter((line) => line.includes("load 2024"));
  assert.equal(loads.length, 1, out + err);
  assert.match(loads[0], /load 2024-03-03T06:00:00\S* to 2024-03-04T06:00:00/);
});
