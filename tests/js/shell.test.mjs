// The shell task runner, by real processes. Nothing here measures time; what must not hang is held by the test's timeout.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, DagfillError, MemoryStore } from "dagfill";
import { shellTasks } from "dagfill/shell";

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "dagfill-shell-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A task's context as the service hands it over, with what a test wants to be different. */
function task(command, changes = {}) {
  const pushed = {};
  return {
    dagId: "etl",
    runId: "backfill__2024-01-01T00:00:00+00:00",
    taskId: "load",
    command,
    params: { table: "events" },
    executionDate: "2024-01-01T00:00:00Z",
    localDate: "2024-01-01T00:00:00+00:00",
    dataInterval: { start: "2024-01-01T00:00:00Z", end: "2024-01-02T00:00:00Z" },
    attempt: 2,
    runType: "backfill",
    backfillId: "b1",
    conf: { limit: 3, text: 'a "b"\n' },
    signal: new AbortController().signal,
    pushed,
    xcomPush: (key, value) => {
      pushed[key] = value;
    },
    ...changes,
  };
}

const posix = {
  skip: process.platform === "win32" ? "uses the tools of a POSIX shell" : false,
  timeout: 60_000,
};

async function until(what) {
  while (!what()) await sleep(5);
}

function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A zombie answers signals; it is dead all the same.
  const stat = `/proc/${pid}/stat`;
  return !(existsSync(stat) && readFileSync(stat, "utf8").split(") ").at(-1).startsWith("Z"));
}

test("the environment says which run this is", posix, async () => {
  const lines = [];
  // What this process was given by its own caller is not the run's.
  const env = Object.fromEntries(
    Object.keys(process.env).map((name) => [
      name,
      name.startsWith("DAGFILL_") ? undefined : process.env[name],
    ]),
  );
  await shellTasks({ env, onLine: (line) => lines.push(line.text) })(task("env | grep ^DAGFILL_ | sort"));
  assert.deepEqual(lines, [
    "DAGFILL_ATTEMPT=2",
    "DAGFILL_BACKFILL_ID=b1",
    'DAGFILL_CONF={"limit":3,"text":"a \\"b\\"\\n"}',
    "DAGFILL_DAG_ID=etl",
    "DAGFILL_DATA_INTERVAL_END=2024-01-02T00:00:00Z",
    "DAGFILL_DATA_INTERVAL_START=2024-01-01T00:00:00Z",
    "DAGFILL_EXECUTION_DATE=2024-01-01T00:00:00Z",
    "DAGFILL_LOCAL_DATE=2024-01-01T00:00:00+00:00",
    'DAGFILL_PARAMS={"table":"events"}',
    "DAGFILL_RUN_ID=backfill__2024-01-01T00:00:00+00:00",
    "DAGFILL_RUN_TYPE=backfill",
    "DAGFILL_TASK_ID=load",
  ]);
});

test("a run outside a backfill hands on no backfill id of this process", posix, async () => {
  const lines = [];
  const run = shellTasks({
    env: { DAGFILL_BACKFILL_ID: "of the parent", MINE: "1", HOME: undefined },
    onLine: (line) => lines.push(line.text),
  });
  await run(task(`echo "\${DAGFILL_BACKFILL_ID-none} $MINE \${HOME-none}"`, { backfillId: undefined }));
  assert.deepEqual(lines, ["none 1 none"]);
});

test("the folder and the shell can be chosen", posix, async () => {
  const lines = [];
  writeFileSync(join(folder, "here"), "");
  const run = shellTasks({ cwd: folder, shell: "/bin/bash", onLine: (line) => lines.push(line.text) });
  await run(task('ls here; [[ -n "$BASH_VERSION" ]] && echo bash'));
  assert.deepEqual(lines, ["here", "bash"]);
});

test("lines arrive in order, with their source and run, also the one without line feed", posix, async () => {
  const lines = [];
  await shellTasks({ onLine: (line) => lines.push(line) })(
    task("printf 'one\\n\\ntwo\\r\\nthree ü'; echo oops >&2"),
  );
  const of = (source) => lines.filter((line) => line.source === source).map((line) => line.text);
  assert.deepEqual(of("stdout"), ["one", "", "two", "three ü"]);
  assert.deepEqual(of("stderr"), ["oops"]);
  const { dagId, runId, taskId, executionDate, localDate, attempt } = lines[0];
  assert.deepEqual(
    { dagId, runId, taskId, executionDate, localDate, attempt },
    {
      dagId: "etl",
      runId: "backfill__2024-01-01T00:00:00+00:00",
      taskId: "load",
      executionDate: "2024-01-01T00:00:00Z",
      localDate: "2024-01-01T00:00:00+00:00",
      attempt: 2,
    },
  );
});

test("a log that throws does not fail the task", posix, async () => {
  const run = shellTasks({
    onLine() {
      throw new Error("log is full");
    },
  });
  assert.deepEqual(await run(task('echo "xcom:{\\"a\\":1}"')), { a: 1 });
});

test("the last xcom line counts: keys for themselves, the object as the return value", posix, async () => {
  const context = task(
    `echo 'xcom:{"rows": 1}'; echo 'xcom:{"rows": 2, "path": "a b", "list": [1, null]}'; echo done`,
  );
  assert.deepEqual(await shellTasks()(context), { rows: 2, path: "a b", list: [1, null] });
  assert.deepEqual(context.pushed, { rows: 2, path: "a b", list: [1, null] });
});

test("a key return_value is the return value", posix, async () => {
  const context = task(`echo 'xcom:{"return_value": 7, "rows": 2}'`);
  assert.equal(await shellTasks()(context), 7);
  assert.deepEqual(context.pushed, { rows: 2 });
});

test("other JSON behind xcom: is the return value alone, other words are a log", posix, async () => {
  const context = task("echo 'xcom:[1,2]'; echo 'no xcom:{}'");
  assert.deepEqual(await shellTasks()(context), [1, 2]);
  assert.deepEqual(context.pushed, {});
  assert.equal(await shellTasks()(task("echo 'xcom: pushed nothing'")), undefined);
  assert.equal(await shellTasks()(task("true")), undefined);
});

test("keys such as __proto__ stay data", posix, async () => {
  const context = task(`echo 'xcom:{"__proto__": 1}'`);
  const value = await shellTasks()(context);
  assert.equal(Object.hasOwn(value, "__proto__"), true);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
});

test("xcom that was meant and is no JSON fails the task and says where", posix, async () => {
  await assert.rejects(shellTasks()(task(`echo 'xcom:{"rows": }'`)), {
    name: "DagfillError",
    code: "INVALID_OPTION",
    input: '{"rows": }',
  });
});

test("xcom on stderr is a log", posix, async () => {
  assert.equal(await shellTasks()(task(`echo 'xcom:{"rows": 1}' >&2`)), undefined);
});

test("another exit code fails with the last lines of stderr; nothing is pushed", posix, async () => {
  const context = task(`for i in $(seq 100); do echo "line $i" >&2; done; echo 'xcom:{"rows": 1}'; exit 3`);
  await assert.rejects(shellTasks()(context), (error) => {
    assert.equal(error.name, "CommandError");
    assert.equal(error.exitCode, 3);
    const lines = error.message.split("\n");
    assert.equal(lines[0], "the command ended with exit code 3:");
    assert.deepEqual([lines[1], lines.at(-1), lines.length], ["line 81", "line 100", 21]);
    return true;
  });
  assert.deepEqual(context.pushed, {});
});

test("without stderr the message has the last lines of stdout; a signal is named", posix, async () => {
  await assert.rejects(shellTasks()(task("echo said; exit 1")), {
    message: "the command ended with exit code 1:\nsaid",
  });
  await assert.rejects(shellTasks()(task("kill -9 $$")), { message: "the command ended by SIGKILL" });
});

test("a task without a command does nothing and succeeds", async () => {
  assert.equal(await shellTasks()(task(undefined)), undefined);
});

test("abort ends the whole group, and the task settles when it is gone", posix, async () => {
  const file = join(folder, "pids");
  const abort = new AbortController();
  const running = shellTasks()(
    task(`sleep 600 & sleep 600 & echo $$ $! > ${file}.part; mv ${file}.part ${file}; wait`, {
      signal: abort.signal,
    }),
  );
  await until(() => existsSync(file));
  const pids = readFileSync(file, "utf8").trim().split(" ").map(Number);
  assert.equal(pids.every(alive), true);
  abort.abort();
  await assert.rejects(running, { name: "DagfillError", code: "ABORTED" });
  assert.equal(pids.some(alive), false);
});

test("what ignores the polite signal is killed", posix, async () => {
  const file = join(folder, "stubborn");
  const abort = new AbortController();
  // The shell itself ends at SIGTERM; its child does not.
  const command = `(trap '' TERM; echo $(exec sh -c 'echo $PPID') > ${file}.part; mv ${file}.part ${file}; while :; do sleep 1; done) & wait`;
  const running = shellTasks({ killGrace: 100 })(task(command, { signal: abort.signal }));
  await until(() => existsSync(file));
  const pid = Number(readFileSync(file, "utf8"));
  assert.equal(alive(pid), true);
  abort.abort();
  await assert.rejects(running, { code: "ABORTED" });
  assert.equal(alive(pid), false);
});

test("a run that was aborted before is not started", posix, async () => {
  // A shell that is not there: starting it would be another error.
  const run = shellTasks({ shell: "/no/such/shell" });
  await assert.rejects(run(task("true", { signal: AbortSignal.abort() })), { code: "ABORTED" });
});

test("the error of an abort says why", posix, async () => {
  const dag = {
    dagId: "etl",
    schedule: "@daily",
    tasks: [{ taskId: "slow", command: "sleep 600", timeout: 50 }],
  };
  const day = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-01" };
  const errorOf = async (changes, options) => {
    const task = { ...dag.tasks[0], ...changes };
    const store = new MemoryStore();
    const service = new BackfillService({
      dags: [{ ...dag, tasks: [task] }],
      store,
      executeTask: shellTasks(),
    });
    await service.backfill({ ...day, ...options });
    const [run] = await store.listRuns({ dagId: "etl" });
    const [{ error }] = await store.listTaskInstances("etl", run.runId);
    return error?.message;
  };
  // A run that has no time to start its task has aborted no command.
  const ofSlowRun = async (runTimeout) =>
    (await errorOf({ timeout: undefined }, { runTimeout })) ?? (await ofSlowRun(2 * runTimeout));
  const ofTask = await errorOf({}, {});
  assert.match(ofTask, /the command of "slow" was ended: run \S+, task slow took longer than its timeout/);
  const ofRun = await ofSlowRun(100);
  assert.match(ofRun, /was ended: run \S+ took longer than its timeout/);
  const abort = AbortSignal.abort(new DagfillError("ABORTED", "run r was canceled"));
  await assert.rejects(shellTasks()(task("true", { signal: abort })), /was not started: run r was canceled/);
});

test("something left in the background holds nothing up, and goes on", posix, async () => {
  const file = join(folder, "background");
  const result = await shellTasks()(task(`sleep 600 & echo $! > ${file}; echo 'xcom:{"ok": true}'`));
  assert.deepEqual(result, { ok: true });
  const pid = Number(readFileSync(file, "utf8"));
  assert.equal(alive(pid), true);
  process.kill(pid);
});

test("something in the background that never stops talking is cut off", posix, async () => {
  const file = join(folder, "talker");
  const result = await shellTasks()(task(`yes & echo $! > ${file}; echo 'xcom:{"ok": true}'`));
  assert.deepEqual(result, { ok: true });
  // Its pipe broke, so that it ended or is about to.
  const pid = Number(readFileSync(file, "utf8"));
  await until(() => !alive(pid));
});

test("output that was written is read to its end after the command ended", posix, async () => {
  let lines = 0;
  const result = await shellTasks({ onLine: () => (lines += 1) })(
    task(`seq 200000; echo 'xcom:{"ok": true}'`),
  );
  assert.equal(lines, 200_001);
  assert.deepEqual(result, { ok: true });
});

test("300 MB of output, without a single line feed, stay out of memory", posix, async () => {
  const before = process.memoryUsage().rss;
  let longest = 0;
  await shellTasks({ onLine: (line) => (longest = Math.max(longest, line.text.length)) })(
    task("head -c 300000000 /dev/zero | tr '\\0' x; echo"),
  );
  assert.equal(longest, (1 << 20) + "... (cut: the line is longer than 1 MiB)".length);
  assert.ok(process.memoryUsage().rss - before < 150e6, "resident memory grew by less than 150 MB");
});

test("1,000,000 lines on stderr stay out of memory and out of the message", posix, async () => {
  await assert.rejects(
    shellTasks()(task("yes error | head -n 1000000 >&2; exit 1")),
    (error) => error.message.length < 1_000,
  );
});

test("what cannot start is an error, not a crash", posix, async () => {
  await assert.rejects(shellTasks({ shell: "/no/such/shell" })(task("true")), {
    code: "INVALID_OPTION",
    field: "shell",
  });
  await assert.rejects(shellTasks({ cwd: "/no/such/folder" })(task("true")), {
    code: "INVALID_OPTION",
    field: "cwd",
  });
  await assert.rejects(shellTasks()(task(`: ${"x".repeat(3_000_000)}`)), { code: "INVALID_OPTION" });
  // A process is given texts that end at NUL; in conf it is escaped.
  await assert.rejects(shellTasks()(task("echo 'eu\0; x'")), {
    code: "INVALID_OPTION",
    field: "command",
    message: /without the character NUL, .*got "echo 'eu\\u0000; x'"/,
    hint: /DAGFILL_CONF/,
  });
  await assert.rejects(shellTasks({ env: { REGION: "e\0u" } })(task("true")), { field: "REGION" });
  await assert.rejects(shellTasks()(task("true", { taskId: "a\0b" })), { field: "DAGFILL_TASK_ID" });
  const conf = { region: "e\0u" };
  const { region } = await shellTasks()(task('echo "xcom:$DAGFILL_CONF"', { conf }));
  assert.equal(region, "e\0u");
});

test("a process that leaves takes its commands with it", posix, async () => {
  const { spawn } = await import("node:child_process");
  const file = join(folder, "orphan");
  const program = `
    import { shellTasks } from "dagfill/shell";
    import { existsSync } from "node:fs";
    const context = ${JSON.stringify(task(`echo $$ > ${file}.part; mv ${file}.part ${file}; sleep 600; :`))};
    shellTasks()({ ...context, signal: new AbortController().signal, xcomPush() {} });
    setInterval(() => existsSync(${JSON.stringify(file)}) && process.exit(0), 5);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
  await new Promise((resolve) => child.on("exit", resolve));
  const pid = Number(readFileSync(file, "utf8"));
  await until(() => !alive(pid));
});

test("options are checked by name and kind", () => {
  assert.throws(() => shellTasks({ killGrase: 1 }), {
    code: "INVALID_OPTION",
    field: "killGrase",
    hint: 'did you mean "killGrace"?',
  });
  assert.throws(() => shellTasks({ killGrace: -1 }), { code: "INVALID_OPTION", field: "killGrace" });
  assert.throws(() => shellTasks({ killGrace: "1" }), { code: "INVALID_OPTION", field: "killGrace" });
  assert.throws(() => shellTasks({ onLine: "log" }), { code: "INVALID_OPTION", field: "onLine" });
  assert.doesNotThrow(() => shellTasks({ cwd: "-5", env: undefined }));
});
