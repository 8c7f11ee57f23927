// Errors, hints and warnings of the library, which the command prints with its own flags; and the commands that a refusal leads to.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqliteStore } from "dagfill/store/sqlite";
import { run, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const range = ["-s", "2024-01-01", "-e", "2024-01-03"];

/** A DAG whose runs fail on the second day. */
function scene(more = {}) {
  const { folder, store } = workplace();
  const file = join(folder, "told.mjs");
  const dag = { dagId: "told", schedule: "@daily", ...more };
  const executeRun = `({ executionDate }) => { if (executionDate.startsWith("2024-01-02")) throw new Error("no"); }`;
  writeFileSync(
    file,
    `export const dag = ${JSON.stringify(dag)};\nexport const executeRun = ${executeRun};\n`,
  );
  const verb = (...args) => run([...args, "--store", store]);
  return { file, store, verb };
}

test("options of the library are named by their flags, in messages and in hints", limit, async () => {
  const { file, verb } = scene();
  const refused = async (...args) => {
    const { code, err } = await verb("run", file, ...range, ...args);
    assert.equal(code, 2, err);
    return err;
  };
  assert.match(
    await refused("--max-runs", "1"),
    /expected at most 1 \(--max-runs\)\nhint Shorten the range, or raise --max-runs\.\n/,
  );
  assert.match(
    await refused("--reprocess", "failed", "--rerun-failed"),
    /\nhint --reprocess failed runs missing and failed dates, --rerun-failed only the failed ones\.\n/,
  );
  assert.match(
    await refused("--max-parallel-runs", "0"),
    /^error INVALID_OPTION --max-parallel-runs: expected an integer .* got 0\n$/,
  );
  assert.match(
    await refused("--plan-hash", "abc"),
    /\nhint Look at a new preview, and pass its --plan-hash\.\n/,
  );
});

test("warnings of a plan name flags, and fields of the DAG as they are", limit, async () => {
  const { file, verb } = scene({ schedule: { every: "PT36H" } });
  await verb("run", file, ...range);
  const { out } = await verb(
    "preview",
    file,
    "-s",
    "2024-01-01",
    "-e",
    "tomorrow",
    "--exclude-dates",
    "2023-01-01",
  );
  assert.match(out, /warning exclude_unmatched: --exclude-dates names /);
  assert.match(out, /; --include-not-due runs them anyway\n/);
  assert.match(out, /warning period_unanchored: .* and the DAG no startDate: /);
  const daily = scene();
  await daily.verb("run", daily.file, ...range);
  const again = await daily.verb("preview", daily.file, ...range);
  assert.match(again.out, /warning unfinished_left_alone: .*: --reprocess failed takes them, too\n/);
  const six = scene({ schedule: "0 6 * * *" });
  assert.match(
    (await six.verb("preview", six.file, ...range)).out,
    /end_is_whole_day: --end-date has no time/,
  );
});

test("trigger on a date that has a run names the run, and the command for it", limit, async () => {
  const { file, store, verb } = scene();
  await verb("run", file, ...range);
  const refused = async (date) => {
    const { code, err } = await verb("trigger", file, "-l", date);
    assert.equal(code, 2);
    return err;
  };
  const at = (day) =>
    `--dag-id told --from 2024-01-0${day}T00:00:00Z --to 2024-01-0${day}T00:00:00Z --store ${store}`;
  const done = await refused("2024-01-01");
  assert.match(done, /exists already: backfill__2024-01-01T00:00:00\+00:00, success\n/);
  assert.ok(done.endsWith(`hint to run it again from the start: dagfill clear ${file} ${at(1)}\n`), done);
  const failed = await refused("2024-01-02");
  assert.ok(
    failed.endsWith(
      `hint to run what did not succeed again: dagfill retry ${file} ${at(2)}\n     to run it again from the start: dagfill clear ${file} ${at(2)}\n`,
    ),
    failed,
  );
  const opened = await openSqliteStore(store);
  const [run] = await opened.listRuns({ dagId: "told", limit: 1 });
  const { finishedAt: _, key: __, backfillId: ___, ...rest } = run;
  const next = { ...rest, runType: "manual", state: "running" };
  const one = { ...next, runId: "left", executionDate: "2024-02-01T00:00:00Z", owner: "run:gone" };
  const lease = await opened.acquireLease("run:alive", "somebody", 60_000);
  const two = { ...next, runId: "driven", executionDate: "2024-02-02T00:00:00Z", owner: "run:alive" };
  await opened.apply([one, two].map((record) => ({ type: "create-run", run: record })));
  const left = await refused("2024-02-01");
  assert.match(left, /run left of DAG told was left by a process that died: it counts as failed\n/);
  assert.match(left, /hint to run what did not succeed again: dagfill retry .* --from 2024-02-01T00:00:00Z /);
  assert.doesNotMatch(left, /rerunFailed|resetDagRun/);
  const driven = await refused("2024-02-02");
  assert.match(
    driven,
    /hint it has not ended; to see how far it is: dagfill tasks .* 2024-02-02T00:00:00Z --store .*\n/,
  );
  await lease.release();
  await opened.close();
});

test(
  "logs of a local time that clocks show twice, or of a day, say which run it is and name the others",
  limit,
  async () => {
    const { folder, store } = workplace();
    const file = join(folder, "hourly.json");
    const tasks = [{ taskId: "say", command: "echo {{ ts }}" }];
    writeFileSync(
      file,
      JSON.stringify({ dagId: "hourly", schedule: "@hourly", timeZone: "Europe/Berlin", tasks }),
    );
    const verb = (...args) => run([...args, "--store", store]);
    await verb("run", file, "-s", "2024-10-27T01:00", "-e", "2024-10-27T03:00", "-q");
    const twice = await verb("logs", file, "2024-10-27T02:00");
    assert.match(twice.out, / out 2024-10-27T02:00:00\+02:00\n/);
    assert.equal(
      twice.err,
      'the run of 2024-10-27T02:00:00+02:00; another run is at "2024-10-27T02:00": 2024-10-27T02:00:00+01:00\n',
    );
    for (const [date, said] of [
      ["2024-10-27T02:00+01:00", "02:00:00+01:00"],
      ["2024-10-27T01:00Z", "02:00:00+01:00"],
      ["2024-10-27T00:00Z", "02:00:00+02:00"],
    ]) {
      const { out, err } = await verb("logs", file, date);
      assert.ok(out.includes(` out 2024-10-27T${said}\n`), out);
      assert.equal(err, "");
    }
    assert.match(
      (await verb("logs", file, "2024-10-27")).err,
      /; 3 other runs are at "2024-10-27": 2024-10-27T02:00:00\+02:00, /,
    );
  },
);

test("dates of one table are written in one way", limit, async () => {
  const { file, verb } = scene();
  const { out } = await verb("preview", file, ...range);
  const rows = out.split("\n").filter((line) => / create /.test(line) && line.includes("T00"));
  assert.equal(rows.length, 3);
  for (const row of rows) assert.match(row, /^ {2}2024-01-0\dT00:00:00Z +create +2024-01-0\dT00:00:00Z /);
});

test("an empty list says what was looked for", limit, async () => {
  const { file, verb } = scene();
  assert.equal((await verb("list", "--unfinished")).out, "no unfinished backfills\n");
  assert.equal((await verb("list", "--dag-id", "x")).out, 'no backfills of "x"\n');
  await verb("run", file, ...range);
  const known = '; the store has those of "told"\n';
  assert.equal((await verb("list", "--dag-id", "x")).out, `no backfills of "x"${known}`);
  const both = await verb("list", "--unfinished", "--dag-id", "x");
  assert.equal(both.out, `no unfinished backfills of "x"${known}`);
  assert.equal(
    (await verb("list", "--unfinished", "--dag-id", "told")).out,
    'no unfinished backfills of "told"\n',
  );
});

test("explain of a day lists its dates, and says why there is none", async () => {
  const explained = async (schedule, ...args) =>
    (await run(["explain", schedule, "--count", "1", ...args])).out;
  const berlin = ["--time-zone", "Europe/Berlin"];
  const hours = await explained("0 1-3 * * *", "--date", "2024-10-27", ...berlin);
  assert.match(
    hours,
    /\nyes {2}3 dates in 2024-10-27\n {2}2024-10-26T23:00:00Z {2}2024-10-27T01:00:00\+02:00 Europe\/Berlin\n/,
  );
  assert.match(
    await explained("@hourly", "--date", "2024-10-27", ...berlin),
    /\nyes {2}25 dates in 2024-10-27\n/,
  );
  const month = await explained("0 5 * * *", "--date", "2024-01");
  assert.match(month, /\nyes {2}31 dates in 2024-01\n(.*\n){25} {2}and 6 more\n$/);
  assert.match(
    await explained("0 5 * * *", "--date", "2024-01-01"),
    /\nyes {2}2024-01-01 05:00 in UTC is a date /,
  );
  assert.match(
    await explained("0 5 * * 1", "--date", "2024-01-02"),
    /\nno {2}2024-01-02 00:00 in UTC is no date /,
  );
  assert.match(await explained("0 5 * * *", "--date", "2024-01-01T00:00"), /\nno {2}2024-01-01 00:00 /);
  const json = JSON.parse(await explained("0 5,6 * * *", "--date", "2024-01-01", "--json"));
  assert.deepEqual(json.dates, ["2024-01-01T05:00:00Z", "2024-01-01T06:00:00Z"]);
  assert.equal(json.date.included, true);
});

test("dates that a cancel or a limit of failures keeps from starting are counted apart", limit, async () => {
  const { file, verb } = scene();
  const { out } = await verb("run", file, ...range, "--max-failures", "1");
  assert.match(out, /^success {2}1\/3 {2}2024-01-01/m);
  assert.match(out, /^failed {2}2\/3 {2}2024-01-02/m);
  const { out: listed } = await verb("list");
  assert.match(listed, / ended +failed +canceled /);
  assert.match(listed, / failed +2\/3 +1 +1 +2024-01-01 /);
});

test(
  "tasks without the DAG's file are in the order of their times, and a note names those without times",
  limit,
  async () => {
    const { folder, store } = workplace();
    const file = join(folder, "chain.json");
    const tasks = [
      { taskId: "z", command: "exit 1" },
      { taskId: "m", dependsOn: ["z"], command: "true" },
      { taskId: "a", dependsOn: ["m"], command: "true" },
    ];
    writeFileSync(file, JSON.stringify({ dagId: "chain", schedule: "@daily", tasks }));
    const verb = (...args) => run([...args, "--store", store]);
    await verb("run", file, "-s", "2024-01-01", "-e", "2024-01-01", "-q");
    const listed = ({ out }) => [...out.matchAll(/^ {2}2024\S+ +(\w+) /gm)].map(([, taskId]) => taskId);
    const known = await verb("tasks", file);
    assert.deepEqual([listed(known), known.err], [["z", "m", "a"], ""]);
    const byId = await verb("tasks", "chain");
    assert.equal(listed(byId)[0], "z");
    assert.equal(
      byId.err,
      'tasks that were not started stand in no order: for that of the DAG give its file in place of "chain"\n',
    );
  },
);

test("hints name what the command has in place of the library's classes and arguments", limit, async () => {
  const { file, store } = scene();
  const old = { env: { NODE_OPTIONS: "--no-experimental-sqlite" } };
  const { code, err } = await run(["run", file, ...range, "--store", store], old);
  assert.equal(code, 3);
  assert.match(err, /\nhint use a later Node, or --store :memory:, which keeps nothing\n/);
  const minutely = scene({ schedule: "* * * * *", startDate: "2020-01-01", catchup: true });
  const many = await minutely.verb("catchup", minutely.file);
  assert.equal(many.code, 2);
  assert.match(
    many.err,
    /RANGE_TOO_LARGE .* runs are due.*\nhint a later startDate of the DAG, or the catchup policy /,
  );
});
