// The command over DAGs whose tasks are shell commands.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, start, until, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
test("shell commands of a JSON file run in its folder; what they print is a log", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  const tasks = [
    { taskId: "first", command: `echo hello {{ ds }}; echo 'xcom:{"n": 2}'` },
    { taskId: "second", dependsOn: ["first"], command: "echo {{ ds }} {{ xcom.first.n }} >> here" },
  ];
  writeFileSync(file, JSON.stringify({ dagId: "shell", schedule: "@daily", tasks }));
  const args = ["run", file, "--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  const { code, out } = await run(args, { cwd: "/" });
  assert.equal(code, 0, out);
  assert.match(out, /^2024-01-02T00:00 first \| hello 2024-01-02$/m);
  assert.equal(readFileSync(join(folder, "here"), "utf8"), "2024-01-01 2\n2024-01-02 2\n");
  const quiet = await run([...args, "--reset", "--yes", "--quiet"], { cwd: "/" });
  assert.doesNotMatch(quiet.out, /hello/);
  const events = jsonLines((await run([...args, "--reset", "--yes", "--json"], { cwd: "/" })).out);
  assert.deepEqual(
    events.filter(({ type }) => type === "log").map(({ text }) => text),
    ["hello 2024-01-01", 'xcom:{"n": 2}', "hello 2024-01-02", 'xcom:{"n": 2}'],
  );
});

test("SIGINT twice ends what a command has started, and resume runs the task again", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  const [pid, go] = [join(folder, "pid"), join(folder, "go")];
  // The shell's child, not the shell: it is in the group, and nobody else would end it.
  const wait = `test -e ${go} || { sleep 600 & echo $! > ${pid}.part; mv ${pid}.part ${pid}; wait; }`;
  const tasks = [
    { taskId: "first", command: "echo {{ ds }} >> first" },
    { taskId: "second", dependsOn: ["first"], command: `${wait}; echo {{ ds }} $DAGFILL_ATTEMPT >> second` },
  ];
  writeFileSync(file, JSON.stringify({ dagId: "shell", schedule: "@daily", tasks }));
  const args = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  const { child, state, ended } = start(["run", file, ...args]);
  await until(() => existsSync(pid));
  child.kill("SIGINT");
  await until(() => state.err.includes("Ctrl-C again aborts"));
  child.kill("SIGINT");
  assert.equal((await ended).code, 130);
  const stat = `/proc/${readFileSync(pid, "utf8").trim()}/stat`;
  if (existsSync("/proc/self/stat")) {
    await until(() => !existsSync(stat) || readFileSync(stat, "utf8").includes(") Z "));
  }
  writeFileSync(go, "");
  const resumed = await run(["resume", file, "--store", store]);
  assert.equal(resumed.code, 0, resumed.err);
  const lines = (name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
  assert.deepEqual(lines("second"), ["2024-01-01 2", "2024-01-02 1"]);
  // Tasks of the interrupted run that had succeeded are kept.
  assert.deepEqual(lines("first"), ["2024-01-01", "2024-01-02"]);
});

test(
  "one SIGINT leaves runs that only wait for a next attempt; a resume says what they wait for",
  limit,
  async () => {
    const { folder, store } = workplace();
    const file = join(folder, "dag.json");
    const gate = join(folder, "go");
    const tasks = [
      { taskId: "a", command: "exit 1", retries: 1, retryDelay: "PT1H" },
      { taskId: "slow", command: `while ! test -e ${gate}; do sleep 0.02; done` },
    ];
    writeFileSync(file, JSON.stringify({ dagId: "waits", schedule: "@daily", tasks }));
    const args = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--store", store];
    const first = start(["run", file, ...args]);
    await until(() => first.state.out.includes("task_retrying"));
    first.child.kill("SIGINT");
    // The other task is at work: it may finish, and only then nothing but the wait is left.
    await until(() => first.state.err.includes("may finish"));
    writeFileSync(gate, "");
    const { code, out, err } = await first.ended;
    assert.deepEqual([code, /only wait for next attempts/.test(err)], [130, true], err);
    assert.match(out, /dagfill resume/);
    const states = JSON.parse((await run(["tasks", file, "--store", store, "--json"])).out);
    assert.deepEqual(
      states.map(({ taskId, state }) => [taskId, state]),
      [
        ["a", "up_for_retry"],
        ["slow", "success"],
      ],
    );
    const due = new Date(Date.parse(states[0].finishedAt) + 3_600_000).toISOString();
    const again = start(["resume", file, "--store", store]);
    await until(() => again.state.out.includes("waits until"));
    assert.match(
      again.state.out,
      new RegExp(`2024-01-01T00:00:00Z: task a waits until ${due} for attempt 2`),
    );
    again.child.kill("SIGINT");
    assert.equal((await again.ended).code, 130);
  },
);
