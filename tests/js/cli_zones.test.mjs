// The verbs that read the store: dates in the DAG's zone, tables of any width, the order of tasks, and how each task ended.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { run, workplace } from "./cli_process.mjs";

const place = workplace();
const limit = { timeout: 120_000, skip: process.platform === "win32" && "commands for a POSIX shell" };
const file = join(place.folder, "sales.json");
const verb = (args, env = {}) => run([...args, "--store", place.store], { env });

/** The file of an hourly DAG in Europe/Berlin, and a store for it. */
function hourlyInBerlin(tasks) {
  const { folder, store } = workplace();
  const path = join(folder, "berlin.json");
  writeFileSync(
    path,
    JSON.stringify({ dagId: "berlin", schedule: "@hourly", timeZone: "Europe/Berlin", tasks }),
  );
  return { path, store };
}

before(async () => {
  if (limit.skip) return;
  const tasks = [
    { taskId: "zeta", command: "printf '\\033]0;title\\007a \\033[31mred\\033[0m\\n'; kill -9 $$" },
    { taskId: "alpha", dependsOn: ["zeta"], command: "true" },
    { taskId: "late", command: "exec sleep 60", timeout: "PT0.2S" },
    { taskId: "wrong", command: "echo {{ dss }}" },
    { taskId: "long", command: "head -c 1100000 /dev/zero | tr '\\0' x; echo" },
    { taskId: "upstream", dependsOn: ["long"], command: "exit 3" },
  ];
  const dag = { dagId: "sales", schedule: "@daily", timeZone: "Asia/Tokyo", tasks };
  writeFileSync(file, JSON.stringify(dag));
  const day = ["--start-date", "2024-01-02", "--end-date", "2024-01-02"];
  const { code, out } = await verb(["run", file, ...day, "--quiet"]);
  assert.equal(code, 1, out);
  assert.match(out, /^failed {2}1\/1 {2}2024-01-02T00:00:00\+09:00 /m);
});

test("a DAG that goes by its id has the zone of its last backfill", limit, async () => {
  for (const dag of ["sales", file]) {
    const { code, out, err } = await verb(["tasks", dag, "2024-01-02"]);
    assert.equal(code, 0, err);
    assert.equal(out.match(/^ {2}2024-01-02T00:00:00\+09:00 /gm).length, 6, out);
    const none = await verb(["runs", dag, "--from", "2024-01-03"]);
    assert.match(none.out, /no runs of sales/);
    assert.equal(none.err, "");
    assert.equal((await verb(["logs", dag, "2024-01-01"])).code, 2);
  }
});

test("where the store does not know the zone, the verbs say that dates are read as UTC", limit, async () => {
  const { store } = workplace();
  await run(["trigger", file, "--execution-date", "2024-01-01T15:00:00Z", "--store", store, "--quiet"]);
  const asked = (which) => run(["tasks", "sales", which, "--store", store]);
  assert.match((await asked("2024-01-01T15:00")).err, /read as UTC/);
  const offset = await asked("2024-01-02T00:00+09:00");
  assert.equal(offset.code, 0, offset.err);
  assert.equal(offset.err, "");
});

test("a DAG, a file, a date and a run that are not there are refused", limit, async () => {
  const refused = {
    'did you mean "sales"?': ["runs", "salse"],
    "no file at": ["runs", `${file.slice(0, -4)}yaml`],
    "did you mean": ["tasks", `${file.slice(0, -6)}.json`],
    "got none at garbage": ["tasks", "sales", "garbage"],
    "got none at 2024-01-09": ["tasks", "sales", "2024-01-09"],
  };
  for (const [sentence, args] of Object.entries(refused)) {
    const { code, err } = await verb(args);
    assert.equal(code, 2, err);
    assert.ok(err.includes(sentence), err);
  }
});

test("tables keep the error at every width, and name what they leave out", limit, async () => {
  const wide = await verb(["tasks", "sales", "--state", "failed"]);
  assert.match(wide.out, /date +task +state +attempt +started +took +error\n/);
  for (const columns of [80, 40]) {
    const env = { COLUMNS: String(columns) };
    for (const name of ["tasks", "runs"]) {
      const { out } = await verb([name, "sales"], env);
      assert.match(out, name === "tasks" ? /CommandError: the command/ : /TaskFailed: /, out);
      assert.match(out, /no room for: .*start/);
      for (const line of out.split("\n")) assert.ok(line.length <= columns, line);
    }
    const { out } = await verb(["tasks", "sales"], env);
    assert.match(out, /upstream_failed/);
    const plan = await verb(["preview", file, "--start-date", "2024-01-01", "--end-date", "2024-01-03"], env);
    assert.match(plan.out, /exists_failed/);
  }
});

test("tasks stand in the order in which they run", limit, async () => {
  const { out } = await verb(["tasks", file, "--format", "csv"]);
  const ids = out
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",")[1]);
  assert.ok(ids.indexOf("zeta") < ids.indexOf("alpha") && ids.indexOf("long") < ids.indexOf("upstream"), out);
});

test("a log ends with how the command ended, also where it was not started", limit, async () => {
  const all = await verb(["logs", "sales", "2024-01-02"]);
  const out = all.out.replace(/x{1000,}/g, "xxx");
  assert.match(out, /zeta, attempt 1\n.*\n\S+Z end signal SIGKILL\n/);
  assert.match(out, /late, attempt 1\n\S+Z end timed out after 0\.\d s: the command of "late" was ended/);
  assert.match(out, /wrong, attempt 1\n\S+Z end DagfillError: .*dss/);
  assert.match(out, /xxx\.\.\. \(cut: the line is longer than 1 MiB\)\n\S+Z end exit code 0\n/);
  assert.match(out, /upstream, attempt 1\n\S+Z end exit code 3\n/);
  assert.ok(out.includes("\x1b]0;title\x07a \x1b[31mred"), "a pipe gets what was printed");
  assert.match((await verb(["tasks", "sales"])).out, /DagfillError: timed out after 0\.\d s: /);
});

test("dates are on the clock of the DAG's zone, and can be pasted back", limit, async () => {
  const { path, store } = hourlyInBerlin([{ taskId: "load", command: "test {{ ds }} != 2024-03-31" }]);
  const inStore = (args) => run([...args, "--store", store]);
  const failed = await inStore(["run", path, "--start-date", "2024-03-30", "--end-date", "2024-03-31T02:00"]);
  assert.equal(failed.code, 1);
  const [, from, to] = /hint .* --from (\S+) --to (\S+) --store/.exec(failed.out);
  assert.deepEqual([from, to], ["2024-03-30T00:00:00+01:00", "2024-03-31T03:00:00+02:00"]);
  const missing = await inStore(["missing", path, "--from", "2024-03-30", "--to", "2024-03-31"]);
  assert.doesNotMatch(missing.out, /\dZ/);
  const rows = [...missing.out.matchAll(/^ {2}(2024\S+) +(2024\S+) +(\d+) +(\w+)$/gm)].map(
    ([, ...row]) => row,
  );
  assert.deepEqual(rows, [
    ["2024-03-31T00:00:00+01:00", "2024-03-31T03:00:00+02:00", "3", "failed"],
    ["2024-03-31T04:00:00+02:00", "2024-03-31T23:00:00+02:00", "20", "missing"],
  ]);
  for (const [start, end, count] of rows) {
    const plan = await inStore(["preview", path, "--start-date", start, "--end-date", end, "--json"]);
    assert.equal(JSON.parse(plan.out).counts.total, Number(count), plan.err);
  }
  const preview = await inStore(["preview", path, "--start-date", "2024-03-31", "--end-date", "2024-03-31"]);
  assert.match(preview.out, /2024-03-31T04:00:00\+02:00 +create .* 2024-03-31T05:00:00\+02:00 /);
  assert.doesNotMatch(preview.out, /\dZ/);
  assert.match((await inStore(["runs", path])).out, /failed .*2\d{3}-\d\d-\d\dT\S+\+0[12]:00/);
  assert.doesNotMatch((await inStore(["runs", path])).out, /\dZ/);
  assert.match((await inStore(["runs", path, "--format", "csv"])).out, /,\d{4}-\S+Z,\d{4}-\S+Z,/);
  await inStore(["retry", path]);
  assert.match((await inStore(["list"])).out, / 2024-03-31T00:00:00\+01:00 +2024-03-31T03:00:00\+02:00 /);
});

test(
  "a schedule that takes the place of another in a second zone has its dates on its own clock",
  limit,
  async () => {
    const args = ["impact", "CRON_TZ=Asia/Tokyo 0 0 * * *", "CRON_TZ=Europe/Berlin 0 0 * * *"];
    const { code, out, err } = await run([...args, "--from", "2024-01-01", "--to", "2024-01-01"]);
    assert.equal(code, 0, err);
    assert.match(out, /2024-01-01T00:00:00\+09:00/);
    assert.match(out, /2024-01-0\dT00:00:00\+01:00/);
  },
);

test("a date in a repeated hour is read as its second instant, and the command says so", async () => {
  const { folder, store } = workplace();
  const berlin = join(folder, "berlin.mjs");
  writeFileSync(
    berlin,
    `export const dag = { dagId: "berlin", schedule: "30 2 * * *", timeZone: "Europe/Berlin", tasks: [{ taskId: "a", command: "echo {{ ts }}", run: () => {} }] };`,
  );
  const zone = ["--time-zone", "Europe/Berlin"];
  const verbs = {
    "--render": (date) => [
      ...["preview", berlin, "--start-date", "2026-10-25", "--end-date", "2026-10-25", "--include-not-due"],
      ...["--render", date, "--store", store],
    ],
    "--execution-date": (date) => ["trigger", berlin, "--execution-date", date, "--store", store],
    "--execution-date ": (date) => ["render", "{{ ts }}", "--execution-date", date, ...zone],
    "--date": (date) => ["explain", "30 2 * * *", "--date", date, ...zone],
  };
  for (const [flag, args] of Object.entries(verbs)) {
    const { code, out, err } = await run(args("2026-10-25T02:30"));
    assert.equal(code, 0, err);
    assert.match(
      out,
      flag === "--date" ? /the run is at the second/ : /2026-10-25T0(1:30:00\+00:00|2:30:00\+01:00)/,
    );
    const told = `warning ${flag.trim()}: 2026-10-25T02:30 comes twice in Europe/Berlin: it is read as 2026-10-25T02:30:00+01:00, and not as 2026-10-25T02:30:00+02:00; write the offset to choose`;
    assert.ok(err.includes(told), `${flag}: ${err}`);
    for (const once of ["2026-10-26T02:30", "2026-10-25T02:30+02:00", "2026-03-29T02:30"])
      assert.doesNotMatch((await run(args(once))).err, /comes twice/);
  }
});

test("lines of tasks in an hour that comes twice begin with the offset", limit, async () => {
  const { path, store } = hourlyInBerlin([{ taskId: "a", command: "echo {{ ts }}" }]);
  const range = ["--start-date", "2025-10-26T01:00", "--end-date", "2025-10-26T03:00"];
  const { code, out, err } = await run(["run", path, ...range, "--store", store]);
  assert.equal(code, 0, err);
  assert.deepEqual(out.match(/^.* \| .*$/gm).sort(), [
    "2025-10-26T01:00 a | 2025-10-26T01:00:00+02:00",
    "2025-10-26T02:00+01:00 a | 2025-10-26T02:00:00+01:00",
    "2025-10-26T02:00+02:00 a | 2025-10-26T02:00:00+02:00",
    "2025-10-26T03:00 a | 2025-10-26T03:00:00+01:00",
  ]);
});
