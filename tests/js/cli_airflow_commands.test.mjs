// Airflow's commands: each runs the verb that does the same, or is told the exact line to type.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, workplace } from "./cli_process.mjs";

const place = workplace();
const dag = join(place.folder, "sales.json");
const tasks = [
  { taskId: "extract", command: "echo extract {{ ds }}" },
  { taskId: "load", dependsOn: ["extract"], command: "echo load {{ ds }}" },
];
writeFileSync(dag, JSON.stringify({ dagId: "sales", schedule: "@daily", tasks }));
const store = ["--store", place.store];
const windows = process.platform === "win32" && "commands for a POSIX shell";

test("commands of Airflow run the verb that does the same", async () => {
  const same = [
    [
      ["tasks", "list", dag],
      ["validate", dag],
    ],
    [
      ["dags", "show", dag],
      ["validate", dag],
    ],
    [
      ["tasks", "clear", dag, "-s", "2024-01-01", ...store],
      ["clear", dag, "--from", "2024-01-01", ...store],
    ],
    [
      ["backfill", "list", ...store],
      ["list", ...store],
    ],
    [
      ["dags", "list-jobs", ...store],
      ["list", ...store],
    ],
    [
      ["dags", "list-runs", dag, ...store],
      ["runs", dag, ...store],
    ],
    [
      ["dags", "next-execution", dag],
      ["explain", dag],
    ],
  ];
  for (const [theirs, ours] of same) {
    const [one, other] = await Promise.all([run(theirs), run(ours)]);
    assert.equal(one.code, 0, one.err);
    assert.deepEqual([one.out, one.err], [other.out, other.err], theirs.join(" "));
  }
});

const day = "--start-date 2024-01-01 --end-date 2024-01-01";
const told = {
  "tasks render sales extract 2024-01-01": `dagfill preview FILE ${day} --task-ids extract --no-upstream --render 2024-01-01`,
  "tasks test sales extract 2024-01-01": `dagfill run FILE ${day} --task-ids extract --no-upstream --store :memory:`,
  "tasks run sales extract 2024-01-01 --local": `dagfill run FILE ${day} --task-ids extract --no-upstream`,
  "tasks state sales extract 2024-01-01": "dagfill tasks FILE 2024-01-01",
  "tasks list sales": "dagfill validate FILE",
  "tasks list": "dagfill validate FILE",
  "tasks clear sales -s 2024-01-01": "dagfill clear FILE --from 2024-01-01",
  "tasks clear sales": "dagfill clear FILE --from DATE --to DATE --task-ids TASKS",
  "tasks clear -s 2024-01-01 -e 2024-01-02 -t load -y sales":
    "dagfill clear FILE --from 2024-01-01 --to 2024-01-02 --task-ids load --no-upstream",
  "tasks clear -t load --upstream -y sales": "dagfill clear FILE --task-ids load",
  "dags test sales 2024-01-01": `dagfill run FILE ${day} --store :memory:`,
  "dags state sales 2024-01-01": "dagfill runs FILE --from 2024-01-01 --to 2024-01-01",
  "dags list": "dagfill validate FILE",
  "dags show sales": "dagfill validate FILE",
  "dags details sales": "dagfill validate FILE",
  "dags pause sales": "dagfill pause ID",
  "dags unpause sales": "dagfill unpause ID",
  "celery worker": "dagfill worker FILE --engine redis://HOST:6379",
};
test("other commands of Airflow are told the line to type", async () => {
  for (const [command, line] of Object.entries(told)) {
    const { code, err } = await run([...command.split(" ")], { cwd: place.folder });
    assert.equal(code, 2, command);
    const name = command.split(" ").slice(0, 2).join(" ");
    assert.match(err, new RegExp(`expected a verb of dagfill, got "${name}", a command of Airflow`));
    assert.ok(err.endsWith(`: ${line}\n`), `${command}\n${err}`);
  }
});

test("the line to type runs as it is", { skip: windows }, async () => {
  const commands = [
    [`tasks render ${dag} load 2024-01-01`, /^load command\n {2}echo load 2024-01-01$/m],
    [`tasks test ${dag} extract 2024-01-01`, /extract \| extract 2024-01-01/],
    [`dags test ${dag} 2024-01-01`, /load \| load 2024-01-01/],
  ];
  for (const [command, printed] of commands) {
    const { err } = await run(command.split(" "));
    const line = err.trimEnd().split(": dagfill ").at(-1);
    const { code, out } = await run(line.split(" "), { cwd: place.folder });
    assert.equal(code, 0, line);
    assert.match(out, printed);
  }
});

test("a DAG may have the name of one of Airflow's commands", { skip: windows }, async () => {
  const file = join(place.folder, "named.json");
  writeFileSync(file, JSON.stringify({ dagId: "test", schedule: "@daily", tasks }));
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];
  assert.equal((await run(["run", file, ...range, "--quiet", ...store])).code, 0);
  for (const which of [[], ["2024-01-01"], ["backfill__2024-01-01T00:00:00+00:00"]]) {
    const { code, out, err } = await run(["tasks", "test", ...which, ...store]);
    assert.equal(code, 0, err);
    assert.match(out, /load +success/);
  }
});

test("the file of tasks clear may stand behind the flags, and -t clears that task alone", {
  skip: windows,
}, async () => {
  const own = ["--store", join(place.folder, "cleared.sqlite")];
  const range = ["-s", "2024-01-01", "-e", "2024-01-02"];
  assert.equal((await run(["run", dag, ...range, "--quiet", ...own])).code, 0);
  const attempts = async () => {
    const { out } = await run(["tasks", dag, "--format", "json", ...own]);
    return JSON.parse(out).map(({ taskId, attempt }) => `${taskId} ${attempt}`);
  };
  const all = await run(["tasks", "clear", ...range, "-y", "--quiet", ...own, dag]);
  assert.equal(all.code, 0, all.err);
  assert.deepEqual(await attempts(), ["extract 2", "load 2", "extract 2", "load 2"]);
  const alone = await run(["tasks", "clear", dag, "-t", "load", "-y", "--quiet", ...own]);
  assert.equal(alone.code, 0, alone.err);
  assert.deepEqual(await attempts(), ["extract 2", "load 3", "extract 2", "load 3"]);
  const upstream = await run(["tasks", "clear", "-u", "-t", "load", "-y", "--quiet", ...own, dag]);
  assert.equal(upstream.code, 0, upstream.err);
  assert.deepEqual(await attempts(), ["extract 3", "load 4", "extract 3", "load 4"]);
});

test("list-runs takes its DAG by Airflow's flag, and a DAG that is no file is told how it is named", async () => {
  const listed = async (...args) => (await run([...args, ...store])).out;
  const expected = await listed("runs", "sales", "--format", "csv");
  for (const args of [
    ["dags", "list-runs", "-d", "sales"],
    ["list-runs", "--state", "success,failed,running,queued,canceled", "--dag-id", "sales"],
    ["dags", "list-runs", "sales"],
  ])
    assert.equal(await listed(...args, "-o", "csv"), expected, args.join(" "));
  const { code, err } = await run(["dags", "backfill", "sales", "-s", "2024-01-01", "-e", "2024-01-02"]);
  assert.equal(code, 2);
  assert.match(
    err,
    /got no file at sales\nhint a DAG goes by its file, such as sales\.yaml .* dagfill import-dag /,
  );
});
