// What the command says about faults in files, and what it shows before and after a resume or a retry.
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
      /:5: dags\[1\]: dag\.schedule: [\s\S]*hint a cron text is quoted/,
    "- dagId: a\n  schedule: null\n- dagId: b\n  schedule: null\n  retires: 1\n": /:\d+: dags\[1\]: /,
    "dags:\n  - dagId: a\n    schedule: null\n  - dag_id: b\n":
      /:4: dags\[1\]: expected a DAG with dagId, got an object without dagId\nhint did you mean dagId by dag_id\?/,
    "dagId: a\nschedule: 5\n": /:2: dag\.schedule: [\s\S]*hint a cron text is quoted/,
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
      /hint a backfill was interrupted: dagfill resume \S+ \S+ --store/,
    );
    const resumed = await run(["resume", path, "--store", store]);
    assert.equal(resumed.code, 0, resumed.err);
    assert.match(resumed.out, /^killed {2}going on with \S+: 1 of 3 dates have ended, 2 are left$/m);
    assert.doesNotMatch(resumed.out, /3 create/);
  },
);
