// The command understands Airflow's words, and says what it does not read.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, workplace } from "./cli_process.mjs";

const place = workplace();
const file = (name, text) => {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
};
const tasks = [
  { taskId: "extract", command: "true" },
  { taskId: "load", command: "true", dependsOn: ["extract"] },
];
const dag = file("etl.json", JSON.stringify({ dagId: "etl", schedule: "@daily", tasks }));
const memory = ["--store", ":memory:", "--json"];
const plan = async (args) => {
  const { code, out, err } = await run(["preview", dag, ...args, ...memory]);
  assert.equal(code, 0, err);
  const { planHash, counts } = JSON.parse(out);
  return { planHash, counts };
};

test("Airflow's flags mean what ours mean", async () => {
  const ours = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--conf", '{"a":1}'];
  const both = [
    [...ours, "--reprocess", "failed", "--run-backwards"],
    ["--from-date", "2024-01-01", "--to-date", "2024-01-03", "--dag-run-conf", '{"a":1}'].concat([
      "--reprocess-behavior",
      "failed",
      "--run-backwards",
    ]),
    ["-s", "2024-01-01", "-e", "2024-01-03", "-c", '{"a":1}', "--reprocess", "failed", "-B"],
  ];
  const [first, ...others] = await Promise.all(both.map(plan));
  assert.equal(first.counts.total, 3);
  for (const other of others) assert.deepEqual(other, first);
  const some = await Promise.all([
    plan([...ours, "--task-ids", "extract", "--max-parallel-runs", "2"]),
    plan([...ours, "-t", "extract", "--max-active-runs", "2"]),
  ]);
  assert.deepEqual(some[0], some[1]);
  assert.notEqual(some[0].planHash, first.planHash);
});

test("a date of one run goes by each of its names", async () => {
  for (const flag of ["--execution-date", "--logical-date", "--exec-date", "-e", "-l"]) {
    const { code, out } = await run(["render", "{{ ds }}", flag, "2024-01-02"]);
    assert.deepEqual([code, out], [0, "2024-01-02\n"], flag);
  }
});

test("retry and clear take their range by each of its names", async () => {
  const store = join(place.folder, "range.sqlite");
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store];
  assert.equal((await run(["run", dag, ...range, "--json"])).code, 0);
  const names = [
    ["--from", "--to"],
    ["--start-date", "--end-date"],
    ["--from-date", "--to-date"],
    ["-s", "-e"],
  ];
  for (const [from, to] of names) {
    const args = ["clear", dag, from, "2024-01-02", to, "2024-01-02", "--store", store, "--json", "--yes"];
    const { code, out, err } = await run(args);
    assert.equal(code, 0, err);
    assert.equal(JSON.parse(out.split("\n")[0]).counts.reset, 1, from);
    const retried = await run(["retry", dag, from, "2024-01-02", to, "2024-01-02", "--store", store]);
    assert.match(retried.err, /no runs of etl that are failed or canceled/);
  }
});

const refused = {
  "a flag of Airflow that means something else": [
    ["preview", dag, "--rerun-failed-tasks"],
    "did you mean --rerun-failed?",
  ],
  "another system's flag": [["run", dag, "--concurrency", "4"], "did you mean --max-parallel-runs?"],
  "our option in camelCase": [["run", dag, "--maxParallelRuns", "4"], "did you mean --max-parallel-runs?"],
  "a flag of Airflow that there is no other for": [
    ["run", dag, "--ignore-first-depends-on-past"],
    "the first date of a backfill starts without this check",
  ],
  "clear -d": [["clear", dag, "-d"], "also list the tasks that depend on it"],
  "clear -f": [["clear", dag, "-f"], "dagfill retry runs only failed and canceled runs"],
  "trigger -r": [["trigger", dag, "-r", "x"], "--execution-date sets the date"],
  "--task-regex": [["run", dag, "--task-regex", "t.*"], "a regular expression is not read"],
  "a regular expression in place of ids": [
    ["preview", dag, "-s", "2024-01-01", "-e", "2024-01-01", "-t", "ex.*"],
    "give ids, separated by commas",
  ],
  ...Object.fromEntries(
    Object.entries({
      "-x": "nothing is pickled",
      "--donot-pickle": "nothing is pickled",
      "-i": "--no-upstream",
      "-m": "dagfill import-runs",
      "-I": "--strict-past",
      "--continue-on-failures": "--fail-fast",
      "--disable-retry": "retries: 0",
      "--local": "leave it out",
      "-S": "first argument",
    }).map(([flag, hint]) => [`run ${flag}`, [["run", dag, flag], hint]]),
  ),
  "preview -y": [["preview", dag, "-y"], "does not ask"],
  "another system's verb": [["create", dag], "did you mean run?"],
  "a Python file": [
    ["preview", file("dag.py", "from airflow import DAG")],
    "dag.py > dag.json reads the DAGs of an Airflow file",
  ],
  "a DAG with Airflow's names": [
    ["preview", file("snake.json", '{"dag_id": "etl", "schedule": "@daily"}')],
    "did you mean dagId by dag_id?",
  ],
  TOML: [["preview", file("dag.toml", "dagId = 'etl'")], "got TOML"],
  "TOML to explain": [["explain", file("other.toml", "dagId = 'etl'")], "got TOML"],
  "a file of another kind": [["preview", file("dag.txt", "dagId: etl")], "ends in .js"],
  "a period as a cron text": [
    ["render", "{{ ds }}", "-e", "2024-01-01", "--schedule", "PT5M"],
    '{ every: "PT5M" }',
  ],
};
for (const [name, [args, sentence]] of Object.entries(refused)) {
  test(`${name} is refused with what to write`, async () => {
    const { code, err } = await run(args);
    assert.equal(code, 2, err);
    assert.ok(err.includes(sentence), err);
    assert.doesNotMatch(err, /ERR_UNKNOWN|node:internal/);
  });
}

test("explain warns of a period without an anchor", async () => {
  const { out } = await run(["explain", "PT7H"]);
  assert.match(out, /warning period_unanchored: The period has no anchor/);
});

test("explain shows the zone that a cron text names", async () => {
  const { out } = await run(["explain", "CRON_TZ=Asia/Tokyo 0 6 * * *", "--count", "1"]);
  assert.match(out, /T21:00:00Z {2}\S+T06:00:00\+09:00 Asia\/Tokyo$/m);
});
