// Lines of the command about tasks that fail or are tried again, and about values that a shell would act on.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, start, until, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000, skip: process.platform === "win32" && "commands for a POSIX shell" };
const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];

function scene(tasks, more = {}) {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  writeFileSync(file, JSON.stringify({ dagId: "told", schedule: "@daily", tasks, ...more }));
  return { file, store };
}

test("the line of a failed run names every task of it that failed", limit, async () => {
  const { file, store } = scene([
    { taskId: "a", command: "echo no a >&2; exit 3" },
    { taskId: "b", command: "exit 4" },
    { taskId: "good", command: "true" },
    { taskId: "c", dependsOn: ["good"], command: "exit 5" },
  ]);
  const { code, out } = await run(["run", file, ...day, "--store", store, "--quiet"]);
  assert.equal(code, 1);
  const lines = out.split("\n").filter((line) => line.includes("TaskFailed"));
  // Once when the run ends, once in the summary.
  assert.equal(lines.length, 2, out);
  for (const line of lines) {
    const [, names] = /TaskFailed: tasks (.*) failed; [ab]: the command ended with exit code [34]/.exec(line);
    assert.deepEqual(names.split(", ").sort(), ["a", "b", "c"]);
  }
});

test(
  "a failed task that decides the end of its run is named first, with one text everywhere",
  limit,
  async () => {
    const { file, store } = scene([
      { taskId: "a", command: "exit 3" },
      { taskId: "b", dependsOn: ["a"], triggerRule: "all_done", command: "exit 4" },
      { taskId: "c", dependsOn: ["b"], command: "true" },
      { taskId: "d", dependsOn: ["a"], triggerRule: "all_done", command: "true" },
    ]);
    // Short enough for the line of progress, however long the run takes.
    const why = "TaskFailed: tasks b, a failed; b: the command ended with exit code 4";
    const { out } = await run(["run", file, ...day, "--store", store, "--quiet"]);
    assert.equal(out.split(why).length, 3, out);
    assert.ok((await run(["runs", file, "--store", store])).out.includes(why));
    const retried = jsonLines((await run(["retry", file, "--store", store, "--json"])).out);
    const failed = retried.find(({ type }) => type === "run-failed");
    assert.equal(`${failed.run.error.name}: ${failed.run.error.message}`, why);
    // By hand, too.
    const { out: byHand } = await run(["trigger", file, "-l", "2024-01-09", "--store", store, "-q"]);
    assert.ok(byHand.includes(why), byHand);
  },
);

test(
  "an attempt of a task that is followed by another is told, with the wait and the count",
  limit,
  async () => {
    const { file, store } = scene(
      [
        {
          taskId: "flaky",
          command: "test $DAGFILL_ATTEMPT = 3",
          retries: 2,
          retryDelay: 20,
          retryBackoff: 2,
        },
        { taskId: "once", command: "test $DAGFILL_ATTEMPT = 2", retries: 1 },
      ],
      { timeZone: "Asia/Tokyo" },
    );
    const { code, out } = await run(["run", file, ...day, "--store", store]);
    assert.equal(code, 0, out);
    const told = out
      .split("\n")
      .filter((line) => line.includes("task_retrying"))
      .map((line) => line.slice(line.indexOf(": task ") + 2))
      .sort();
    const why = ": CommandError: the command ended with exit code 1";
    assert.deepEqual(told, [
      `task flaky has failed and is tried again in 0.02 s, attempt 2 of 3${why}`,
      `task flaky has failed and is tried again in 0.04 s, attempt 3 of 3${why}`,
      `task once has failed and is tried again now, attempt 2 of 2${why}`,
    ]);
    const events = jsonLines((await run(["clear", file, "--yes", "--store", store, "--json"])).out);
    const retries = events.filter(({ warning }) => warning?.code === "task_retrying");
    assert.deepEqual(retries.map(({ warning }) => warning.taskId).sort(), ["flaky", "flaky", "once"]);
    assert.equal(new Set(retries.map(({ warning }) => warning.runId)).size, 1);
  },
);

test("trigger, schedule and enqueue warn of conf that goes unquoted into a command", limit, async () => {
  const { file, store } = scene([{ taskId: "load", command: "echo {{ dag_run.conf.region }}" }], {
    startDate: "2024-01-01",
    catchup: { last: 1 },
  });
  const unquoted = /unquoted_in_command: task load, command: .*\| quote/;
  const conf = ["-c", '{"region":"eu"}', "--store", store];
  const triggered = await run(["trigger", file, "-l", "2024-01-05", ...conf]);
  assert.equal(triggered.code, 0, triggered.err);
  assert.match(triggered.err, unquoted);
  assert.doesNotMatch(triggered.err, /missing_conf_key/);
  assert.match((await run(["trigger", file, "-l", "2024-01-06", "--store", store])).err, /missing_conf_key/);
  assert.match((await run(["schedule", file, "--once", "--store", store])).err, unquoted);
  assert.match((await run(["enqueue", file, ...day, ...conf])).err, unquoted);
  assert.match((await run(["validate", file])).out, unquoted);
});

test("a DAG file in TypeScript is loaded, or the Node that can is named", limit, async () => {
  const { folder } = workplace();
  const file = join(folder, "dag.ts");
  writeFileSync(file, 'const dagId: string = "typed";\nexport const dag = { dagId, schedule: "@daily" };\n');
  const loaded = await run(["validate", file]);
  assert.equal(loaded.code, 0, loaded.err);
  const { code, err } = await run(["validate", file], {
    env: { NODE_OPTIONS: "--no-experimental-strip-types" },
  });
  assert.equal(code, 2);
  assert.match(
    err,
    /expected a Node that loads TypeScript for .*dag\.ts, got v\d+.*\nhint Node 22\.18 or later/,
  );
});

test("a flag is not taken for the value of the flag before it", async () => {
  for (const [verb, flag] of [
    ["--store", "--json"],
    ["--store", "-q"],
    ["--conf", "--dry-run"],
  ]) {
    const { code, err } = await run(["run", "dag.json", ...day, verb, flag]);
    assert.equal(code, 2);
    assert.match(err, new RegExp(`expected \\w+ after ${verb}, got the flag ${flag}`));
  }
  // Written as one word it is a value.
  const { err } = await run(["run", "dag.json", ...day, "--note=--json"]);
  assert.doesNotMatch(err, /--note/);
});

test("a failure in a store in memory says that no later command finds it", async () => {
  const { folder } = workplace();
  const path = join(folder, "gone.json");
  writeFileSync(
    path,
    JSON.stringify({ dagId: "gone", schedule: "@daily", tasks: [{ taskId: "a", command: "exit 1" }] }),
  );
  const { code, out } = await run([
    "run",
    path,
    "-s",
    "2024-01-01",
    "-e",
    "2024-01-01",
    "--store",
    ":memory:",
  ]);
  assert.equal(code, 1);
  assert.match(out, /hint these runs were kept in memory only: with --store FILE/);
  assert.doesNotMatch(out, /dagfill retry/);
});

test("two DAGs with one id are refused, and nothing is told to have been interrupted", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "twice.json");
  const dag = { dagId: "twice", schedule: "@daily", tasks: [{ taskId: "a", command: "true" }] };
  writeFileSync(file, JSON.stringify([dag, dag]));
  for (const args of [
    ["validate", file],
    ["run", file, "--dag-id", "twice", ...day, "--store", store],
  ]) {
    const { code, err } = await run(args);
    assert.equal(code, 2, err);
    assert.match(err, /DUPLICATE_DAG dags\[1\]: there is another DAG "twice"/);
    assert.doesNotMatch(err, /interrupted/);
  }
});

test(
  "a listing with a filter says what there is none of, and --attempt which attempts there are",
  limit,
  async () => {
    const { file, store } = scene([{ taskId: "b", command: "test $DAGFILL_ATTEMPT = 2", retries: 1 }]);
    const at = ["--store", store];
    assert.equal((await run(["run", file, ...day, "--quiet", ...at])).code, 0);
    const range = ["--from", "2024-02-01", "--to", "2024-02-02"];
    for (const [args, text] of [
      [["runs", file, "--state", "failed"], "no failed runs of told"],
      [["runs", file, "--state", "failed,canceled"], "no failed or canceled runs of told"],
      [["runs", file, ...range], "no runs of told in this range"],
      [["tasks", file, "--state", "failed", ...range], "no failed tasks of told in this range"],
    ]) {
      const { code, out } = await run([...args, ...at]);
      assert.deepEqual([code, out], [0, `${text}\n`]);
    }
    const { code, err } = await run(["logs", file, "2024-01-01", "b", "--attempt", "99", ...at]);
    assert.equal(code, 2, err);
    assert.match(err, /expected an attempt that has a log, got 99\n.*--attempt\nhint b has attempts 1-2\n/);
  },
);

test("after a cancel of a backfill with an id of its own, the hint is a retry", limit, async () => {
  const { file, store } = scene([{ taskId: "a", command: 'until test -e "$GATE"; do sleep 0.05; done' }]);
  const { env, gate } = workplace();
  const range = ["-s", "2024-01-01", "-e", "2024-01-03"];
  const at = ["--store", store, "--quiet"];
  const one = ["--max-parallel-runs", "1"];
  const { state, ended } = start(["run", file, ...range, ...one, "--backfill-id", "mine", ...at], { env });
  await until(() => existsSync(store) && state.out.includes("told"));
  const asked = await run(["cancel", "mine", "--store", store]);
  assert.equal(asked.code, 0, asked.err);
  await until(() => state.out.includes("cancel"));
  writeFileSync(gate, "");
  const { code, out } = await ended;
  assert.equal(code, 1, out);
  const hint = /hint to run them again: dagfill (retry .*)\n/.exec(out);
  assert.notEqual(hint, null, out);
  const again = await run([...hint[1].split(" "), "--quiet"], { env });
  assert.equal(again.code, 0, again.err);
});

test("tasks that failed in runs that succeeded are run again by the line of the hint", limit, async () => {
  const { file, store } = scene([
    { taskId: "b", command: "test $DAGFILL_ATTEMPT = 2" },
    { taskId: "end", dependsOn: ["b"], triggerRule: "all_done", command: "true" },
  ]);
  const at = ["--store", store];
  const range = ["-s", "2024-01-01", "-e", "2024-01-02"];
  const first = await run(["run", file, ...range, "--quiet", ...at]);
  const line = /to run them again: dagfill (clear .* -t b --from 2024-01-01\S+ --to 2024-01-02\S+ .*)\n/;
  assert.match(first.out, line);
  const { code, err } = await run(["retry", file, ...at]);
  assert.equal(code, 0);
  const [, hint] = line.exec(err);
  const again = await run([...hint.split(" "), "--yes", "--quiet"]);
  assert.equal(again.code, 0, again.err);
  assert.match((await run(["tasks", file, "--state", "failed", ...at])).out, /no failed tasks/);
});

test(
  "retry of dates that are midnights of UTC warns of no bounds, which nobody has given",
  limit,
  async () => {
    const times = { schedule: "0 19 * * *", timeZone: "America/New_York" };
    const { file, store } = scene([{ taskId: "a", command: "echo {{ ds }}; exit 1" }], times);
    const range = ["-s", "2024-01-01", "-e", "2024-01-02", "--store", store];
    assert.equal((await run(["run", file, ...range, "--quiet"])).code, 1);
    const { out } = await run(["retry", file, "--store", store, "--json"]);
    assert.deepEqual([jsonLines(out)[0].counts.rerun, jsonLines(out)[0].warnings], [2, []]);
  },
);
