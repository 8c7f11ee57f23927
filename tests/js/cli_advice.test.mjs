// Messages of the command about faults in files, and its output before and after a resume or a retry.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, start, until, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000, skip: process.platform === "win32" && "commands for a POSIX shell" };
const place = workplace();
const file = (name, text) => {
  const path = join(place.folder, name);
  writeFileSync(path, text);
  return path;
};

test("a fault in one of several DAGs is said with line and place", limit, async () => {
  const first = 'dagId: a\nschedule: "@daily"\n';
  const faults = {
    "dags:\n  - dagId: a\n    schedule: null\n  - dagId: b\n    schedule: 5\n":
      /:5: dags\[1\]: dag\.schedule: [\s\S]*hint quote a cron text/,
    "- dagId: a\n  schedule: null\n- dagId: b\n  schedule: null\n  retires: 1\n": /:\d+: dags\[1\]: /,
    "dags:\n  - dagId: a\n    schedule: null\n  - dag_id: b\n":
      /:4: dags\[1\]: expected a DAG with dagId, got an object without dagId\nhint did you mean dagId by dag_id\?/,
    "dagId: a\nschedule: 5\n": /:2: dag\.schedule: [\s\S]*hint quote a cron text/,
    [`${first}tasks:\n\t- taskId: a\n`]: /hint .*(tab|spaces)/,
    [`${first}  timeZone: UTC\n`]: /hint .*column/,
  };
  for (const [text, sentence] of Object.entries(faults)) {
    const { code, err } = await run(["validate", file("fault.yaml", text)]);
    assert.equal(code, 2, err);
    assert.match(err, sentence);
  }
});

test("validate warns of what nothing resolves in a template", limit, async () => {
  const tasks = [
    { taskId: "a", command: "echo {{ dss }}" },
    { taskId: "b", command: "echo {{ ds" },
    { taskId: "c", command: "echo {{ ds }} {{ dag_run.conf.x }}" },
  ];
  for (const schedule of ["@daily", null]) {
    const path = file(
      "macros.json",
      JSON.stringify({ dagId: "m", schedule, startDate: "2026-01-01", tasks }),
    );
    const { code, out } = await run(["validate", path]);
    assert.equal(code, 0);
    assert.match(out, /warning unknown_macro: task a, .*did you mean ds\?/);
    assert.match(out, /warning unknown_macro: task b, .*is not closed/);
    // Its conf is not known yet; what a value of it would do in a shell is.
    assert.deepEqual(out.match(/\w+(?=: task c)/g), ["unquoted_in_command"]);
  }
});

test("validate and the preview agree about the dates before and after a run's", limit, async () => {
  const command = "echo {{ prev_ds }} {{ next_ds }} {{ prev_execution_date }} {{ dss }}";
  const schedules = [
    { schedule: "@daily", startDate: "2030-01-01" },
    { schedule: "0 5 29 2 *", timeZone: "Asia/Tokyo" },
    { schedule: { every: "PT6H" } },
    { schedule: { dates: ["2024-01-01", "2024-01-02", "2024-01-03"] }, startDate: "2024-01-01" },
    { schedule: ["0 1 * * *", "0 2 * * *"], exclude: ["2024-01-02"], kind: "trigger" },
  ];
  for (const timing of schedules) {
    const dag = { dagId: "agree", ...timing, tasks: [{ taskId: "t", command }] };
    const path = file("agree.json", JSON.stringify(dag));
    const [checked] = JSON.parse((await run(["validate", path, "--json"])).out);
    const days = ["--start-date", "2024-01-02", "--end-date", "2032-12-31", "--max-runs", "100000"];
    const plan = JSON.parse((await run(["preview", path, ...days, "--json", "--include-not-due"])).out);
    const messages = ({ warnings }) =>
      warnings.filter(({ code }) => code === "unknown_macro").map(({ message }) => message);
    assert.equal(messages(plan).length, 1, JSON.stringify(timing));
    assert.deepEqual(messages(checked), messages(plan));
  }
  const byHand = { dagId: "hand", schedule: null, tasks: [{ taskId: "t", command: "echo {{ prev_ds }}" }] };
  const path = file("hand.json", JSON.stringify(byHand));
  assert.doesNotMatch((await run(["validate", path])).out, /warning/);
  const once = await run(["trigger", path, "--execution-date", "2024-01-02", "--store", ":memory:"]);
  assert.match(once.out, /t \| 2024-01-02\n/);
});

test(
  "a number that is too short a duration is warned of, by every verb that shows warnings",
  limit,
  async () => {
    const dag = {
      dagId: "short",
      schedule: "@daily",
      catchup: { window: 7 },
      taskDefaults: { retryDelay: 5 },
      tasks: [
        { taskId: "bare", command: "true", timeout: 30 },
        { taskId: "meant", command: "true", timeout: "PT0.9S", retryDelay: 0 },
        { taskId: "long", command: "true", timeout: 1000 },
      ],
    };
    const path = file("short.json", JSON.stringify(dag));
    const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--store", ":memory:"];
    const sentences = [
      'catchup, window: the number 7 is 7 milliseconds; "PT7S" is 7 seconds',
      'taskDefaults, retryDelay: the number 5 is 5 milliseconds; "PT5S" is 5 seconds',
      'task bare, timeout: the number 30 is 30 milliseconds; "PT30S" is 30 seconds',
    ];
    const shown = (text) =>
      [...text.matchAll(/warning (?:short {2})?short_duration: (.*)/g)].map(([, one]) => one);
    for (const args of [
      ["validate", path],
      ["preview", path, ...day],
      ["run", path, ...day],
      ["run", path, ...day, "--dry-run"],
    ])
      assert.deepEqual(shown((await run(args)).out), sentences, args.join(" "));
    assert.deepEqual(shown((await run(["trigger", path, "--store", ":memory:"])).err), sentences);
    const { warnings, planHash } = JSON.parse((await run(["preview", path, ...day, "--json"])).out);
    const told = warnings.filter(({ code }) => code === "short_duration");
    assert.deepEqual(
      told.map(({ message, field, taskId }) => [message, field, taskId]),
      [
        [sentences[0], "window", undefined],
        [sentences[1], "retryDelay", undefined],
        [sentences[2], "timeout", "bare"],
      ],
    );
    assert.doesNotMatch((await run(["run", path, ...day, "--plan-hash", planHash])).err, /PLAN_CHANGED/);
  },
);

test("names that are not there are refused with those that are", limit, async () => {
  const path = file(
    "named.json",
    JSON.stringify({ dagId: "named", schedule: null, tasks: [{ taskId: "load" }] }),
  );
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];
  const refused = [
    [["preview", path, ...range, "--task-ids", "nope"], /UNKNOWN_TASK .*\n.*\nhint it has load/],
    [["preview", path, ...range, "--task-ids", "laod"], /did you mean load\?/],
    [["explain", "@daily", "--time-zone", "+02:00"], /hint .*Etc\/GMT-2/],
    [["pause", "nope", "--store", place.store], /UNKNOWN_BACKFILL [\s\S]*hint dagfill list/],
  ];
  for (const [args, sentence] of refused) {
    const { code, err } = await run(args);
    assert.equal(code, 2, err);
    assert.match(err, sentence);
  }
});

test("a dry run of retry and clear shows their plan and writes nothing", limit, async () => {
  const { store } = workplace();
  const tasks = ["a", "b", "c"].map((taskId) => ({ taskId, command: "exit 1" }));
  const path = file("dry.json", JSON.stringify({ dagId: "dry", schedule: "@daily", tasks }));
  const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  await run(["run", path, ...days]);
  const before = (await run(["runs", "dry", "--json", "--store", store])).out;
  const retry = await run(["retry", path, "--dry-run", "--store", store]);
  assert.equal(retry.code, 0, retry.err);
  assert.match(retry.out, /^2 dates: 2 rerun$/m);
  const clear = await run(["clear", path, "--dry-run", "--json", "--from", "2024-01-02", "--store", store]);
  assert.equal(JSON.parse(clear.out).counts.reset, 1, clear.err);
  assert.equal((await run(["runs", "dry", "--json", "--store", store])).out, before);
  assert.equal(JSON.parse((await run(["list", "--json", "--store", store])).out).length, 1);
});

test(
  "behind a process that was killed, the verbs point to resume, which shows what is left",
  limit,
  async () => {
    const { store, folder } = workplace();
    const go = join(folder, "go");
    const tasks = [
      { taskId: "a", command: `test {{ ds }} = 2024-01-01 || while ! test -e ${go}; do sleep 0.05; done` },
    ];
    const path = file("killed.json", JSON.stringify({ dagId: "killed", schedule: "@daily", tasks }));
    const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store];
    const { child, state, ended } = start(["run", path, ...days]);
    await until(() => state.out.includes("1/3"));
    const listed = async () =>
      (await run(["tasks", "killed", "--state", "running", "--json", "--store", store])).out;
    while (JSON.parse(await listed()).length === 0);
    assert.equal((await run(["runs", "killed", "--store", store])).err, "");
    child.kill("SIGKILL");
    await ended;
    writeFileSync(go, "");
    for (const verb of ["runs", "tasks"]) {
      const told = await run([verb, "killed", "--store", store]);
      assert.match(told.err, /the process that ran it has ended without finishing it; dagfill resume FILE/);
      assert.match(told.out, /2024-01-02T00:00:00Z .*interrupted/);
      assert.doesNotMatch(told.out, /running/);
      const shown = async (state) =>
        JSON.parse((await run([verb, "killed", "--state", state, "--json", "--store", store])).out).length;
      assert.deepEqual([await shown("interrupted"), await shown("running")], [1, 0]);
    }
    // The process that wrote this log is dead: --follow prints it and ends.
    assert.equal((await run(["logs", "killed", "2024-01-02", "--follow", "--store", store])).code, 0);
    assert.match(
      (await run(["retry", path, "--store", store])).err,
      /hint a backfill was interrupted; to continue it: dagfill resume \S+ \S+ --store/,
    );
    const resumed = await run(["resume", path, "--store", store]);
    assert.equal(resumed.code, 0, resumed.err);
    assert.match(resumed.out, /^killed {2}resuming \S+: 1 of 3 dates have ended, 2 are left$/m);
    assert.doesNotMatch(resumed.out, /3 create/);
  },
);
