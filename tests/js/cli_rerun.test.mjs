// `retry` and `clear` as users run them: chosen tasks, runs by hand, and what a killed process left.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, start, until, workplace } from "./cli_process.mjs";

/** A DAG of a, b after a, leaf after b, and side alone. $BREAK lists tasks that fail; the task of $HANG waits for its signal. */
const MODULE = `
import { appendFileSync } from "node:fs";
const run = async ({ taskId, executionDate, xcomPull, signal }) => {
  appendFileSync(process.env.JOURNAL, taskId + " " + executionDate.slice(0, 16) + "\\n");
  if (process.env.HANG === taskId) await new Promise((_, reject) => {
    const timer = setInterval(() => {}, 1_000);
    signal.addEventListener("abort", () => (clearInterval(timer), reject(signal.reason)));
  });
  if ((process.env.BREAK ?? "").split(",").includes(taskId)) throw new Error(taskId + " is broken");
  return taskId === "b" ? "b of " + xcomPull("a") : "of " + taskId;
};
export default {
  dagId: "d", schedule: "@daily", startDate: "2024-01-01",
  tasks: [
    { taskId: "a", run },
    { taskId: "b", dependsOn: ["a"], run },
    { taskId: "leaf", dependsOn: ["b"], run },
    { taskId: "side", run },
  ],
};
`;

function scene() {
  const place = workplace();
  const file = join(place.folder, "dag.mjs");
  writeFileSync(file, MODULE);
  const options = (env) => ({ env: { ...place.env, ...env } });
  const verb = (name, args = [], env = {}) =>
    run([name, file, ...args, "--store", place.store], options(env));
  const states = async (date) => {
    const { out } = await verb("tasks", [date, "--format", "ndjson"]);
    return Object.fromEntries(jsonLines(out).map(({ taskId, state, attempt }) => [taskId, [state, attempt]]));
  };
  const begin = (name, args, env) => start([name, file, ...args, "--store", place.store], options(env));
  return { ...place, file, verb, states, begin };
}

const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];

test("clear of a task alone leaves the others their states, attempts and XCom", async () => {
  const { verb, states, lines } = scene();
  assert.equal((await verb("run", day)).code, 0);
  const before = lines().length;
  const cleared = await verb("clear", ["-t", "b", "--no-upstream", "--yes"]);
  assert.equal(cleared.code, 0, cleared.out + cleared.err);
  assert.deepEqual(lines().slice(before), ["b 2024-01-01T00:00"]);
  assert.deepEqual(await states("2024-01-01"), {
    a: ["success", 1],
    b: ["success", 2],
    leaf: ["success", 1],
    side: ["success", 1],
  });
});

test("retry of a task leaves the run failed while a leaf that was not chosen stands failed", async () => {
  const { verb, states } = scene();
  assert.equal((await verb("run", day, { BREAK: "b,side" })).code, 1);
  const one = await verb("retry", ["-t", "b"]);
  assert.equal(one.code, 1);
  assert.match(one.out, /task leaf stands upstream_failed and was not chosen: run it again, too/);
  assert.equal((await states("2024-01-01")).b[0], "success");
  assert.match((await verb("runs")).out, /failed/);
  const two = await verb("retry", ["-t", "leaf"]);
  assert.match(two.out, /task side stands failed and was not chosen/);
  const rest = await verb("retry");
  assert.equal(rest.code, 0, rest.out + rest.err);
  assert.match((await verb("runs")).out, /success/);
});

test("retry and clear take runs by hand between the dates of the schedule, with every run of the range", async () => {
  const { verb, lines } = scene();
  const at = ["--execution-date", "2024-01-02T13:05"];
  assert.equal((await verb("run", ["--start-date", "2024-01-01", "--end-date", "2024-01-03"])).code, 0);
  assert.equal((await verb("trigger", at, { BREAK: "side" })).code, 1);
  const retried = await verb("retry", ["--json"]);
  assert.equal(retried.code, 0, retried.out + retried.err);
  const [plan] = jsonLines(retried.out);
  assert.deepEqual([plan.type, plan.counts.rerun], ["plan", 1]);
  const before = lines().length;
  const cleared = await verb("clear", ["--from", "2024-01-02", "--to", "2024-01-03", "--yes"]);
  assert.equal(cleared.code, 0, cleared.out + cleared.err);
  const ran = lines()
    .slice(before)
    .filter((line) => line.startsWith("leaf"));
  assert.deepEqual(ran, ["leaf 2024-01-02T00:00", "leaf 2024-01-02T13:05", "leaf 2024-01-03T00:00"]);
  const { out } = await verb("runs", ["--format", "ndjson"]);
  assert.deepEqual(
    jsonLines(out).map(({ runType, state }) => `${runType} ${state}`),
    ["backfill success", "backfill success", "manual success", "backfill success"],
  );
});

test("retry runs again what a killed trigger left", async () => {
  const { verb, begin, lines } = scene();
  const left = begin("trigger", ["--execution-date", "2024-01-02T13:05"], { HANG: "b" });
  await until(() => lines().some((line) => line.startsWith("b ")));
  const early = await verb("retry");
  assert.deepEqual([early.code, /no runs of d that are failed or canceled/.test(early.err)], [0, true]);
  left.child.kill("SIGKILL");
  await left.ended;
  let again = await verb("retry", ["--json"]);
  // Its lease holds until it expires.
  while (again.out === "") again = await verb("retry", ["--json"]);
  assert.equal(again.code, 0, again.out + again.err);
  const [known] = jsonLines((await verb("runs", ["--format", "ndjson"])).out);
  assert.deepEqual([known.state, known.runType, known.attempt], ["success", "manual", 2]);
});

test("what is refused says what to type: chosen tasks in the question, commands for what was interrupted", async () => {
  const { verb, begin, store, file, lines } = scene();
  await verb("run", ["--start-date", "2024-01-01", "--end-date", "2024-01-02"]);
  const asked = await verb("clear", ["-t", "b", "--no-upstream"]);
  assert.match(asked.err, /expected --yes for a plan that replaces task b in 2 runs that have succeeded/);
  assert.match((await verb("clear", ["-t", "b"])).err, /replaces task b and what is before in 2 runs that/);
  const alone = await verb("clear", ["--no-upstream", "--yes"]);
  assert.deepEqual([alone.code, /expected --task-ids beside --no-upstream/.test(alone.err)], [2, true]);
  const before = lines().length;
  const killed = begin("clear", ["--yes"], { HANG: "b" });
  await until(() => lines().length === before + 3);
  killed.child.kill("SIGKILL");
  await killed.ended;
  let refused = await verb("clear", ["--yes"]);
  // The lease of the killed process holds until it expires.
  while (refused.err.includes("BACKFILL_ACTIVE")) refused = await verb("clear", ["--yes"]);
  assert.equal(refused.code, 2);
  const id = /to continue it: dagfill resume \S+ (\S+) --store/.exec(refused.err)?.[1];
  assert.ok(refused.err.includes(`to close it: dagfill discard ${id} --store ${store}`), refused.err);
  assert.equal((await verb("retry")).code, 0, "it names the resume");
  const resumed = await run(["resume", file, id, "--store", store], { env: { JOURNAL: "/dev/null" } });
  assert.equal(resumed.code, 0, resumed.err);
});

test("a plan over dates where only chosen tasks ran says which were not, and how to run them", async () => {
  const { verb, file, store, lines } = scene();
  const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-02"];
  assert.equal((await verb("run", [...days, "-t", "a"])).code, 0);
  const third = ["--start-date", "2024-01-03", "--end-date", "2024-01-03"];
  assert.equal((await verb("run", third)).code, 0);
  const all = ["--start-date", "2024-01-01", "--end-date", "2024-01-03"];
  const line = `dagfill clear ${file} --dag-id d -t b,leaf,side --no-upstream --from 2024-01-01T00:00:00Z --to 2024-01-02T00:00:00Z --store ${store}`;
  const said = `unrecorded_tasks: 2 successful runs have no record of tasks b, leaf, side: they are not run there; to run them: ${line}`;
  for (const name of ["preview", "run"]) {
    const { code, out } = await verb(name, all);
    assert.equal(code, 0);
    assert.ok(out.includes(said), out);
    const { out: json } = await verb(name, [...all, "--json"]);
    const [{ warnings }] = jsonLines(json);
    assert.equal(warnings.find((warning) => warning.code === "unrecorded_tasks")?.count, 2);
    // The chosen task has run on every date.
    assert.doesNotMatch((await verb(name, [...all, "-t", "a"])).out, /unrecorded_tasks/);
  }
  const before = lines().length;
  assert.equal((await verb("clear", [...line.split(" ").slice(5, -2), "--yes"])).code, 0);
  assert.equal(lines().length, before + 6);
  assert.doesNotMatch((await verb("preview", all)).out, /unrecorded_tasks/);
});

test("runs without any record of tasks, as imported ones are, are not said to lack some", async () => {
  const { verb, folder } = scene();
  const rows = join(folder, "rows.json");
  writeFileSync(rows, JSON.stringify([{ executionDate: "2024-01-01T00:00:00Z", state: "success" }]));
  const imported = await verb("import-runs", [rows]);
  assert.equal(imported.code, 0, imported.out + imported.err);
  const { out } = await verb("preview", day);
  assert.match(out, /exists_success/);
  assert.doesNotMatch(out, /unrecorded_tasks/);
});

test("the line after runs that still succeeded runs the failed task and all that did not run for it, on each date", async () => {
  const { folder, store, env, lines } = workplace();
  const file = join(folder, "past.mjs");
  const command = 'echo {{ task.task_id }} >> "$JOURNAL"';
  const load = `${command}; test "$BREAK" != "{{ ds }}"`;
  const tasks = [
    { taskId: "load", command: load, dependsOnPast: true },
    { taskId: "sum", command, dependsOn: ["load"] },
    { taskId: "end", command, dependsOn: ["sum"], triggerRule: "all_done" },
  ];
  writeFileSync(file, `export default ${JSON.stringify({ dagId: "d", schedule: "@daily", tasks })};`);
  const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store];
  const first = await run(["run", file, ...days], { env: { ...env, BREAK: "2024-01-02" } });
  const again = `dagfill clear ${file} --dag-id d -t load,sum --from 2024-01-02T00:00:00Z --to 2024-01-03T00:00:00Z --store ${store}`;
  assert.ok(first.out.includes(`to run them again: ${again}`), first.out);
  const { err } = await run(["retry", file, "--store", store], { env });
  assert.ok(err.includes(`to run them again: ${again}`), err);
  const before = lines().length;
  const cleared = await run([...again.split(" ").slice(1), "--yes"], { env });
  assert.equal(cleared.code, 0, cleared.out + cleared.err);
  assert.deepEqual(lines().slice(before).sort(), ["load", "load", "sum", "sum"]);
});

test("retry says that runs without records of tasks, as imported ones, run with all their tasks", async () => {
  const { verb, folder, lines } = scene();
  const rows = join(folder, "rows.json");
  writeFileSync(rows, JSON.stringify([{ executionDate: "2024-01-01T00:00:00Z", state: "failed" }]));
  assert.equal((await verb("import-runs", [rows])).code, 0);
  const second = ["--start-date", "2024-01-02", "--end-date", "2024-01-02"];
  assert.equal((await verb("run", second, { BREAK: "leaf" })).code, 1);
  const before = lines().length;
  const said =
    "unrecorded_runs: 1 failed run has no record of any task, as imported runs: all their tasks run again, also those that had succeeded";
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--reprocess", "failed"];
  for (const args of [
    ["retry", ["--dry-run"]],
    ["preview", range],
  ]) {
    const { out } = await verb(...args);
    assert.ok(out.includes(said), out);
  }
  assert.doesNotMatch((await verb("preview", [...second, "--reprocess", "failed"])).out, /unrecorded_runs/);
  const { code, out, err } = await verb("retry");
  assert.equal(code, 0, out + err);
  assert.ok(err.includes(said), err);
  assert.equal(lines().length, before + 5, "four tasks of the imported run, and the leaf of the other");
});

test("the later dates of a chunk are not said to lack records: their tasks are those of its first date", async () => {
  const { verb, lines } = scene();
  const chunk = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--chunk", "2"];
  assert.equal((await verb("run", chunk, { BREAK: "leaf" })).code, 1);
  const again = [...chunk, "--reprocess", "failed"];
  assert.doesNotMatch((await verb("preview", again)).out, /unrecorded_runs/);
  const before = lines().length;
  const { code, out, err } = await verb("run", again);
  assert.equal(code, 0, out + err);
  assert.doesNotMatch(err, /unrecorded_runs/);
  assert.deepEqual(lines().slice(before), ["leaf 2024-01-01T00:00"]);
});

test("run --reprocess failed makes one plan for its warning and its question, and one to start", async () => {
  const { verb, folder, file } = scene();
  const plans = join(folder, "plans");
  // Each plan reads the history of the range once.
  const counting = `
import { DatabaseSync } from "node:sqlite";
const { prepare } = DatabaseSync.prototype;
DatabaseSync.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  const { all } = statement;
  statement.all = (...given) => {
    if (/FROM runs .* executionMs <= \\?/s.test(sql)) appendFileSync(${JSON.stringify(plans)}, "read\\n");
    return all.apply(statement, given);
  };
  return statement;
};
`;
  writeFileSync(file, MODULE + counting);
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02"];
  assert.equal((await verb("run", range, { BREAK: "leaf" })).code, 1);
  writeFileSync(plans, "");
  assert.equal((await verb("run", [...range, "--reprocess", "failed"])).code, 0);
  assert.equal(readFileSync(plans, "utf8"), "read\nread\n");
});
