// The command `dagfill`, as built, in processes of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { openSqliteStore } from "dagfill/store/sqlite";
import {
  cli,
  dagFile,
  farDaily,
  jsonLines,
  run,
  screen,
  start,
  startInTerminal,
  until,
  workplace,
} from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const terminals = {
  ...limit,
  skip: spawnSync("script", ["--version"]).status === 0 ? false : "needs the program `script`",
};
const signals = { ...limit, skip: process.platform === "win32" ? "Windows has no such signals" : false };
const week = ["--start-date", "2024-01-01", "--end-date", "2024-01-07"];
const flaky = dagFile("flaky.mjs");
const gated = dagFile("gated.mjs");

// ---------------------------------------------------------------- plans

test("preview shows counts, a calendar and the dates; it makes no store", limit, async () => {
  const { store } = workplace();
  const { code, out, err } = await run(["preview", flaky, ...week, "--store", store]);
  assert.equal(code, 0);
  assert.equal(err, `there is no store ${store}: it counts as empty\n`);
  assert.match(out, /^7 dates: 7 create$/m);
  assert.match(out, /^ {2}2024 Jan {2}■■■■■■■$/m);
  assert.match(out, /2024-01-07.*create.*backfill__2024-01-07T00:00:00\+00:00$/m);
  assert.equal(existsSync(store), false);
});

test("preview --json is one object with the plan", limit, async () => {
  const { out, code } = await run(["preview", flaky, ...week, "--store", ":memory:", "--json"]);
  assert.equal(code, 0);
  const plan = JSON.parse(out);
  assert.deepEqual(plan.counts, { total: 7, create: 7, rerun: 0, reset: 0, skip: 0 });
  assert.deepEqual(
    [plan.dates.length, plan.newRuns.length, plan.runs.length, plan.existingRuns.length],
    [7, 7, 7, 0],
  );
  assert.equal(typeof plan.planHash, "string");
});

test("a large plan is shortened and says by how much; --all shows it", limit, async () => {
  const range = ["--start-date", "2000-01-01", "--end-date", "2019-12-31", "--store", ":memory:"];
  const short = await run(["preview", flaky, ...range]);
  assert.ok(short.out.split("\n").length < 70, `${short.out.split("\n").length} lines`);
  assert.match(short.out, /… 7285 more dates/);
  assert.match(short.out, /… 216 more months/);
  const all = await run(["preview", flaky, ...range, "--all"]);
  assert.ok(all.out.split("\n").length > 7_305);
});

test("without UTF-8 the signs are ASCII", limit, async () => {
  const { out } = await run(["preview", flaky, ...week, "--store", ":memory:"], {
    env: { LC_ALL: "C", LANG: "C" },
  });
  assert.match(out, /^ {2}2024 Jan {2}\+{7}$/m);
  assert.doesNotMatch(out, /[^\n -~]/);
});

test("--dry-run is a preview: nothing runs, nothing is written", limit, async () => {
  const place = workplace();
  const { code, out } = await run(["run", gated, ...week, "--dry-run", "--store", place.store], {
    env: place.env,
  });
  assert.equal(code, 0);
  assert.match(out, /7 dates: 7 create/);
  assert.deepEqual(place.lines(), []);
  assert.equal(existsSync(place.store), false);
});

test("flags become options: excluded dates, backwards, conf, one DAG of two", limit, async () => {
  const two = dagFile("two.cjs");
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-31", "--store", ":memory:", "--json"];
  const weekly = ["preview", two, "--dag-id", "weekly", ...range];
  const plan = JSON.parse(
    (await run([...weekly, "--exclude-dates", "2024-01-08,2024-01-15", "--run-backwards"])).out,
  );
  assert.equal(plan.timeZone, "Europe/Berlin");
  assert.deepEqual(
    plan.runs.map(({ executionDate, reason }) => [executionDate.slice(0, 10), reason ?? null]),
    [
      ["2024-01-29", null],
      ["2024-01-22", null],
      ["2024-01-15", "excluded"],
      ["2024-01-08", "excluded"],
      ["2024-01-01", null],
    ],
  );
});

// ---------------------------------------------------------------- usage

const wrong = {
  "no verb": [[], ""],
  "an unknown verb": [["previw"], 'got "previw"\nhint did you mean preview?'],
  "an unknown flag": [
    ["run", flaky, "--strat-date", "2024-01-01"],
    "unknown flag --strat-date\nhint did you mean --start-date?",
  ],
  "a flag of another verb": [["list", "--rate", "1/PT1S"], "unknown flag --rate"],
  "no file": [["run"], "expected FILE, got nothing"],
  "a file that is not there": [["run", "no/such.mjs", ...week], "got no file at no/such.mjs"],
  "too many arguments": [["run", flaky, "2024-01-01"], 'unexpected argument "2024-01-01"'],
  "a flag without its value": [["run", flaky, ...week, "--conf"], "expected JSON after --conf, got nothing"],
  "a switch with a value": [
    ["run", flaky, ...week, "--reset=no"],
    'expected --reset without a value, got "no"',
  ],
  "no end": [["run", flaky, "--start-date", "2024-01-01"], "expected --end-date DATE, got nothing"],
  "a number that is none": [
    ["run", flaky, ...week, "--retries", "many"],
    'expected a number, got "many"\n  in --retries',
  ],
  "a number out of range": [
    ["run", flaky, ...week, "--max-parallel-runs", "0", "--store", ":memory:"],
    "INVALID_OPTION",
  ],
  "conf that is no JSON": [["run", flaky, ...week, "--conf", '{"a": x}'], '  {"a": x}\n        ^'],
  "conf that is no object": [["run", flaky, ...week, "--conf", "[1]"], "expected a JSON object"],
  "a rate without a period": [
    ["run", flaky, ...week, "--rate", "10"],
    "expected a count and a duration such as 10/PT1M",
  ],
  "a date that is none": [
    ["run", flaky, "--start-date", "2024-02-30", "--end-date", "2024-03-01", "--store", ":memory:"],
    "INVALID_DATE",
  ],
  "a part of an option": [
    ["run", flaky, ...week, "--rate", "10/1mon", "--store", ":memory:"],
    "\n  in --rate\n  1mon\n  ^\n",
  ],
  "an unknown DAG": [
    ["preview", dagFile("two.cjs"), ...week, "--dag-id", "weakly"],
    'did you mean "weekly"?',
  ],
  "which DAG": [["preview", dagFile("two.cjs"), ...week], "expected --dag-id, since"],
  "an unknown backfill": [["resume", flaky, "nobody", "--store", ":memory:"], "UNKNOWN_BACKFILL"],
  "nothing to resume": [["resume", flaky, "--store", ":memory:"], "expected one interrupted backfill"],
};
for (const [name, [args, text]] of Object.entries(wrong)) {
  test(`usage: ${name} ends with 2 and says what was expected`, limit, async () => {
    const { code, out, err } = await run(args);
    assert.ok(err.includes(text), err);
    assert.equal(code, 2);
    assert.ok(out === "" || args.length === 0, out);
  });
}

test("usage: a wrong schedule is shown with a caret under its wrong part", limit, async () => {
  const { folder } = workplace();
  const file = join(folder, "wrong.json");
  writeFileSync(file, JSON.stringify({ dagId: "wrong", schedule: "0 25 * * *" }));
  const { code, err } = await run(["preview", file, ...week, "--store", ":memory:"]);
  assert.equal(code, 2);
  assert.match(err, /^error INVALID_CRON /);
  assert.match(err, /^ {2}0 25 \* \* \*\n {4}\^\^$/m);
});

test("usage: JSON and modules that do not load are named", limit, async () => {
  const { folder } = workplace();
  const files = {
    "half.json": ['{"dagId": "x",\n "schedule" }', /half\.json/],
    "empty.mjs": ["export const answer = 42;", /to hold a DAG/],
    "throws.mjs": ['throw new Error("at the top");', /at the top/],
    "text.mjs": [
      'export const dag = { dagId: "x", schedule: null }; export const executeRun = "no";',
      /executeRun to be a function/,
    ],
  };
  for (const [name, [text, pattern]] of Object.entries(files)) {
    writeFileSync(join(folder, name), text);
    const { code, err } = await run(["preview", join(folder, name), ...week]);
    assert.match(err, /^error INVALID_DAG /);
    assert.match(err, pattern);
    assert.equal(code, 2);
  }
});

test("--json makes errors JSON too, on stderr", limit, async () => {
  const { code, out, err } = await run(["run", flaky, "--json", ...week, "--max-parallel-runs", "x"]);
  assert.equal(code, 2);
  assert.equal(out, "");
  assert.equal(JSON.parse(err).error.code, "INVALID_OPTION");
});

test("help and version", limit, async () => {
  const help = await run(["--help"]);
  assert.equal(help.code, 0);
  for (const verb of [
    "preview",
    "run",
    "resume",
    "list",
    "pause",
    "unpause",
    "cancel",
    "approve",
    "discard",
    "explain",
  ])
    assert.match(help.out, new RegExp(`^ {2}${verb}\\b`, "m"));
  const verb = await run(["run", "--help"]);
  assert.match(verb.out, /--max-parallel-runs N/);
  assert.match((await run(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
});

// ---------------------------------------------------------------- runs

test("a run ends with 0; a second one finds every date done and starts nothing", limit, async () => {
  const { store } = workplace();
  const first = await run(["run", flaky, ...week, "--store", store, "--max-parallel-runs", "3"]);
  assert.match(first.out, /^success {2}7 dates: 7 succeeded, in /m);
  assert.equal(first.code, 0);
  const second = await run(["run", flaky, ...week, "--store", store]);
  assert.match(second.out, /^success {2}7 dates: 0 succeeded, 7 skipped, in /m);
  assert.match(second.out, /every date is done: nothing was started/);
  assert.equal(second.code, 0);
});

test(
  "failures end with 1, are listed on one line each, and --rerun-failed runs only them",
  limit,
  async () => {
    const { store } = workplace();
    const FAIL = "2024-01-03,2024-01-05";
    const first = await run(["run", flaky, ...week, "--store", store], { env: { FAIL } });
    assert.equal(first.code, 1);
    assert.match(first.out, /^failed {2}7 dates: 5 succeeded, 2 failed, in /m);
    assert.match(
      first.out,
      /^ {2}2024-01-03T00:00:00Z {2}TypeError: no data for 2024-01-03 {2}\[31mat line 2$/m,
    );
    const skipped = await run(["run", flaky, ...week, "--store", store]);
    // The legend says why, as the preview does; what is left alone although it failed is no success of the command.
    assert.match(skipped.out, /skip \(5 exists_success, 2 exists_failed\)/);
    assert.match(skipped.out, /^unfinished {2}2 dates have not succeeded: 2 exists_failed$/m);
    assert.match(
      skipped.out,
      /^hint to run them again: dagfill retry \S+ --dag-id \S+ --from \S+ --to \S+ --store \S+$/m,
    );
    assert.equal(skipped.code, 1);
    const again = await run(["run", flaky, ...week, "--store", store, "--rerun-failed"]);
    assert.equal(again.code, 0);
    assert.match(again.out, /^success {2}7 dates: 2 succeeded, 5 skipped, in /m);
    assert.doesNotMatch(again.out, /unfinished/);
    const reset = await run(["run", flaky, ...week, "--store", store, "--reset", "--yes"]);
    assert.match(reset.out, /^success {2}7 dates: 7 succeeded, in /m);
  },
);

test("the hint behind a retry is a command that exists", limit, async () => {
  const { store } = workplace();
  const env = { FAIL: "2024-01-03" };
  await run(["run", flaky, ...week, "--store", store], { env });
  const failed = await run(["retry", flaky, "--store", store], { env });
  const [, hint] = failed.out.match(/^hint to run them again: dagfill (.*)$/m);
  assert.match(hint, /^retry .* --dag-id \S+ --from \S+ --to \S+ --store /);
  const again = await run(hint.split(" "));
  assert.match(again.out, /^success {2}1 date: 1 succeeded, in /m);
});

test("--max-failures ends with 1, and the hint takes all that is unfinished", limit, async () => {
  const { store } = workplace();
  const stopped = await run(["run", flaky, ...week, "--store", store, "--max-failures", "1"], {
    env: { FAIL: "2024-01-03" },
  });
  assert.equal(stopped.code, 1);
  assert.match(stopped.out, /^unfinished {2}5 dates have not succeeded: 1 failed, 4 canceled$/m);
  assert.match(
    stopped.out,
    /^hint to run them again: dagfill retry \S+ --dag-id \S+ --from \S+ --to \S+ --store \S+$/m,
  );
  const [, hint] = stopped.out.match(/^hint to run them again: dagfill (.*)$/m);
  const again = await run(hint.split(" "));
  assert.match(again.out, /^success {2}5 dates: 5 succeeded, in /m);
  assert.equal(again.code, 0);
  const none = await run(["clear", flaky, "--from", "2025", "--store", store]);
  assert.match(none.err, /^no runs of \S+ that are success or failed or canceled between these dates$/m);
});

test(
  "a large backfill in a pipe has a line for every hundredth part, and one at its end",
  limit,
  async () => {
    const range = [
      "--start-date",
      "2000-01-01",
      "--end-date",
      "2002-12-31",
      "--max-parallel-runs",
      "16",
      "--yes",
    ];
    const { out } = await run(["run", flaky, ...range, "--store", ":memory:"]);
    const lines = out.split("\n").filter((line) => line.includes("/1096"));
    assert.ok(lines.length > 20 && lines.length <= 102, `${lines.length} lines`);
    assert.equal(lines.filter((line) => line.includes("1096/1096")).length, 1);
    // The rate is known from the second line on; the last has nothing left.
    for (const line of lines.slice(1, -1)) assert.match(line, / {2}\d+(\.\d)?\/(s|min|h)( |$)/);
  },
);

test("--json gives an event a line, from the plan to the result", limit, async () => {
  const { store } = workplace();
  const { code, out, err } = await run(["run", flaky, ...week, "--store", store, "--json"], {
    env: { FAIL: "2024-01-02" },
  });
  assert.equal(code, 1);
  assert.equal(err, "");
  const events = jsonLines(out);
  assert.deepEqual([events[0].type, events[1].type, events.at(-1).type], ["plan", "started", "finished"]);
  assert.equal(events[0].counts.create, 7);
  const count = (type) => events.filter((event) => event.type === type).length;
  assert.deepEqual([count("run-started"), count("run-succeeded"), count("run-failed")], [7, 6, 1]);
  const { completed, failed, totalDates, backfillId } = events.at(-1).result;
  assert.deepEqual({ completed, failed, totalDates }, { completed: 6, failed: 1, totalDates: 7 });
  assert.equal(backfillId, events[0].backfillId);
  for (const { progress: p } of events.slice(1))
    assert.equal(p.total, p.completed + p.failed + p.skipped + p.canceled + p.remaining);
});

test("a store that cannot be opened ends with 3", limit, async () => {
  const { folder } = workplace();
  const store = join(folder, "text");
  writeFileSync(
    store,
    "this is no database, and it is long enough to be read as the header of one".repeat(20),
  );
  const { code, err } = await run(["run", flaky, ...week, "--store", store]);
  assert.match(err, /^error STORE_FAILED /);
  assert.equal(code, 3);
});

test("nobody reads on: the backfill goes on to its end", signals, async () => {
  const place = workplace();
  writeFileSync(place.gate, "");
  const command = `"${process.execPath}" "${cli}" run "${gated}" ${week.join(" ")} --store "${place.store}" | head -n 1`;
  const { status } = spawnSync("/bin/sh", ["-c", command], { env: { ...process.env, ...place.env } });
  assert.equal(status, 0);
  await until(() => place.lines().filter((line) => line.startsWith("end")).length === 7);
});

// ---------------------------------------------------------------- terminals

test("in a pipe there is no escape sequence; FORCE_COLOR brings colours", limit, async () => {
  const plain = await run(["run", flaky, ...week, "--store", ":memory:"], { env: { FAIL: "2024-01-02" } });
  assert.ok(!plain.out.includes("\x1b"));
  const forced = await run(["run", flaky, ...week, "--store", ":memory:"], { env: { FORCE_COLOR: "1" } });
  assert.ok(forced.out.includes("\x1b[32m"));
  assert.ok(!forced.out.includes("\x1b[2K"));
});

test("in a terminal one line is drawn again, and what stays stands above it", terminals, async () => {
  const { out, code } = await startInTerminal(["run", flaky, ...week, "--store", ":memory:"], {
    env: { FAIL: "2024-01-02" },
  }).ended;
  assert.equal(code, 1);
  assert.ok(out.includes("\r\x1b[2K"));
  assert.ok(out.includes("\x1b[32m"));
  const left = screen(out);
  assert.match(left, /^failed {2}\d\/7 {2}2024-01-02/m);
  assert.match(left, /^failed {2}7 dates: 6 succeeded, 1 failed/m);
  assert.doesNotMatch(left, /running/);
});

test("NO_COLOR in a terminal: no colours, still one line", terminals, async () => {
  const { out } = await startInTerminal(["run", flaky, ...week, "--store", ":memory:"], {
    env: { NO_COLOR: "1" },
  }).ended;
  // What is left are the sequences that draw a line again.
  assert.ok(out.includes("\r\x1b[2K"));
  assert.equal(out.replaceAll("\r\x1b[2K", "").includes("\x1b"), false);
});

test("nothing is wider than the terminal", terminals, async () => {
  for (const columns of [45, 60, 100]) {
    const args = ["--start-date", "2024-01-01", "--end-date", "2024-03-31", "--store", ":memory:"];
    const options = { columns, env: { FAIL: "2024-01-02" } };
    for (const verb of ["preview", "run"]) {
      const { out } = await startInTerminal([verb, flaky, ...args], options).ended;
      // Also what was drawn over: a line that wraps cannot be erased.
      const drawn = out
        .replaceAll("\r\x1b[2K", "\n")
        .split("\n")
        .map((piece) => stripVTControlCharacters(piece).trim());
      for (const line of drawn.filter((piece) => piece.includes(" running"))) {
        assert.ok(line.length < columns, `${columns}: ${line}`);
      }
      const tables = screen(out)
        .split("\n")
        .filter((line) => /^ {2}|^.?[█░#]/.test(line));
      assert.ok(tables.length > 4);
      for (const line of tables)
        assert.ok(stripVTControlCharacters(line).length <= columns, `${columns}: ${line}`);
    }
  }
});

// ---------------------------------------------------------------- interruptions

const parallel = ["--max-parallel-runs", "2"];

test(
  "SIGINT once: what runs ends, nothing more starts, resume does the rest and repeats nothing",
  signals,
  async () => {
    const place = workplace();
    const { child, state, ended } = start(["run", gated, ...week, ...parallel, "--store", place.store], {
      env: place.env,
    });
    await until(() => place.lines().length === 2);
    child.kill("SIGINT");
    await until(() => state.err.includes("Ctrl-C again aborts"));
    writeFileSync(place.gate, "");
    const { code, out } = await ended;
    assert.equal(code, 130);
    assert.match(out, /^interrupted {2}2 of 7 dates have ended$/m);
    assert.deepEqual(
      place.lines().map((line) => line.split(" ")[0]),
      ["start", "start", "end", "end"],
    );
    // Given back, not only left behind by a process that can be seen to be dead.
    const database = new DatabaseSync(place.store);
    const owners = database.prepare("SELECT owner FROM leases").all();
    database.close();
    assert.deepEqual(
      owners.map(({ owner }) => owner),
      [null],
    );
    const id = /dagfill resume \S+ (\S+) --store/.exec(out)?.[1];
    assert.ok(id, out);

    const refused = await run(["run", gated, ...week, "--store", place.store], { env: place.env });
    assert.equal(refused.code, 2);
    assert.match(refused.err, /BACKFILL_EXISTS/);
    assert.ok(refused.err.includes(`dagfill resume ${gated} ${id} --store ${place.store}`), refused.err);

    const resumed = await run(["resume", gated, id, "--store", place.store], { env: place.env });
    assert.equal(resumed.code, 0, resumed.err);
    const starts = place.lines().filter((line) => line.startsWith("start"));
    assert.deepEqual(
      starts.sort(),
      [1, 2, 3, 4, 5, 6, 7].map((day) => `start 2024-01-0${day} 1`),
    );
  },
);

test("Ctrl-C in a terminal: what is said of it stands on a line of its own", terminals, async () => {
  const place = workplace();
  const args = ["run", gated, ...week, ...parallel, "--store", place.store];
  const { child, state, ended } = startInTerminal(args, { env: place.env });
  await until(() => place.lines().length === 2 && state.out.includes("running"));
  child.stdin.write("\x03");
  await until(() => state.out.includes("Ctrl-C again aborts"));
  writeFileSync(place.gate, "");
  const { code, out } = await ended;
  assert.equal(code, 130);
  assert.match(screen(out), /^stopping: no further runs start, and those in flight \(2\) may finish/m);
  assert.match(screen(out), /^interrupted {2}2 of 7 dates have ended$/m);
});

// The default is 30 s: a grace that is not read makes the test too late.
const early = { ...signals, timeout: 25_000 };

test("SIGTERM once: what does not end is aborted after --abort-grace", early, async () => {
  const place = workplace();
  const args = ["run", gated, ...week, ...parallel, "--store", place.store, "--abort-grace", "0.1s"];
  const { child, state, ended } = start(args, { env: place.env });
  await until(() => place.lines().length === 2);
  child.kill("SIGTERM");
  const { code } = await ended;
  assert.equal(code, 130);
  assert.match(state.err, /^aborting the runs in flight$/m);
});

test("a task that ends the process is no success, and the command to go on with is told", limit, async () => {
  const { store } = workplace();
  const file = join(dirname(store), "exits.mjs");
  writeFileSync(
    file,
    'export default { dagId: "exits", schedule: "@daily", tasks: [{ taskId: "a", run: () => process.exit(0) }] };\n',
  );
  const { code, err } = await run(["run", file, ...week, "--store", store]);
  assert.equal(code, 130);
  assert.match(
    err,
    /^interrupted: .*; to continue it: dagfill resume \S+exits\.mjs --store \S+runs\.sqlite$/m,
  );
});

test(
  "SIGINT twice: what runs is aborted, and resume starts it again as the next attempt",
  signals,
  async () => {
    const place = workplace();
    const { child, state, ended } = start(["run", gated, ...week, ...parallel, "--store", place.store], {
      env: place.env,
    });
    await until(() => place.lines().length === 2);
    child.kill("SIGINT");
    await until(() => state.err.includes("Ctrl-C again aborts"));
    child.kill("SIGINT");
    const { code } = await ended;
    assert.equal(code, 130);
    assert.deepEqual(
      place.lines().map((line) => line.split(" ")[0]),
      ["start", "start", "abort", "abort"],
    );
    // The last line counts what the store has, as the list does: nothing has ended, and nothing was canceled.
    assert.match(state.out, /^interrupted {2}0 of 7 dates have ended$/m);
    assert.match((await run(["list", "--store", place.store])).out, /interrupted +0\/7 /);
    writeFileSync(place.gate, "");
    const resumed = await run(["resume", gated, "--store", place.store], { env: place.env });
    assert.equal(resumed.code, 0, resumed.err);
    const starts = place
      .lines()
      .slice(4)
      .filter((line) => line.startsWith("start"));
    assert.deepEqual(starts.sort(), [
      "start 2024-01-01 2",
      "start 2024-01-02 2",
      ...[3, 4, 5, 6, 7].map((day) => `start 2024-01-0${day} 1`),
    ]);
  },
);

test(
  "killed in the middle: run --resume finds out that nobody drives it and goes on by itself",
  signals,
  async () => {
    const place = workplace();
    const { child, ended } = start(["run", gated, ...week, ...parallel, "--store", place.store], {
      env: place.env,
    });
    await until(() => place.lines().length === 2);
    child.kill("SIGKILL");
    await ended;
    writeFileSync(place.gate, "");
    const again = await run(["run", gated, ...week, ...parallel, "--store", place.store, "--resume"], {
      env: place.env,
    });
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, /resuming \S+, which was interrupted/);
    const ends = place.lines().filter((line) => line.startsWith("end"));
    assert.equal(new Set(ends.map((line) => line.split(" ")[1])).size, 7);
    const list = JSON.parse((await run(["list", "--store", place.store, "--json"])).out);
    assert.deepEqual(
      list.map(({ state }) => state),
      ["success"],
    );
  },
);

test(
  "run --resume goes on with a reset that was interrupted, though every date has a success",
  signals,
  async () => {
    const place = workplace();
    writeFileSync(place.gate, "");
    const args = ["run", gated, ...week, ...parallel, "--store", place.store];
    await run(args, { env: place.env });
    rmSync(place.gate);
    const { child, ended } = start([...args, "--reset", "--yes"], { env: place.env });
    await until(() => place.lines().length === 16);
    child.kill("SIGKILL");
    await ended;
    writeFileSync(place.gate, "");
    const again = await run([...args, "--resume"], { env: place.env });
    assert.equal(again.code, 0, again.err);
    // The two that were killed, and the five that had not begun, which the reset was for.
    const starts = place
      .lines()
      .slice(16)
      .filter((line) => line.startsWith("start"));
    assert.equal(new Set(starts.map((line) => line.split(" ")[1])).size, 7);
    assert.match(again.out, /^success {2}7 dates: 0 succeeded, 7 skipped/m);
  },
);

test("while a process drives the DAG, another is refused, also with --resume", signals, async () => {
  const place = workplace();
  const { child, ended } = start(["run", gated, ...week, "--store", place.store], { env: place.env });
  await until(() => place.lines().length === 1);
  const second = await run(["run", gated, ...week, "--store", place.store, "--resume"], { env: place.env });
  assert.equal(second.code, 2);
  assert.match(second.err, /BACKFILL_ACTIVE/);
  // No flag named the DAG.
  assert.doesNotMatch(second.err, /--dag-id/);
  assert.equal(place.lines().length, 1);
  child.kill("SIGINT");
  writeFileSync(place.gate, "");
  await ended;
});

/** A lease of the DAG that another host took, whose processes nobody here can look at. */
async function foreignLease(store, ttlMs) {
  const opened = await openSqliteStore(store);
  const lease = await opened.acquireLease("dag:gated", "somewhere else", ttlMs);
  assert.notEqual(lease, null);
  return { opened, lease };
}

test("run --resume waits for a lease that is not renewed", limit, async () => {
  const place = workplace();
  writeFileSync(place.gate, "");
  const { opened } = await foreignLease(place.store, 5_000);
  const args = ["run", gated, ...week, "--store", place.store, "--resume"];
  const { code, err } = await run(args, { env: place.env });
  assert.equal(code, 0, err);
  assert.match(err, /waiting up to \d+ s to see whether it is still alive/);
  await opened.close();
});

test("run --resume gives up at once when the lease is renewed", limit, async () => {
  const place = workplace();
  const { opened, lease } = await foreignLease(place.store, 3_600_000);
  const renewing = setInterval(() => lease.renew(), 50);
  const args = ["run", gated, ...week, "--store", place.store, "--resume"];
  const { code, err } = await run(args, { env: place.env });
  clearInterval(renewing);
  assert.equal(code, 2);
  assert.match(err, /BACKFILL_ACTIVE/);
  await opened.close();
});

test("Ctrl-C while waiting for a lease ends with 130", signals, async () => {
  const place = workplace();
  const { opened } = await foreignLease(place.store, 3_600_000);
  const args = ["run", gated, ...week, "--store", place.store, "--resume"];
  const { child, state, ended } = start(args, { env: place.env });
  await until(() => state.err.includes("waiting up to"));
  child.kill("SIGINT");
  const { code } = await ended;
  assert.equal(code, 130);
  assert.deepEqual(place.lines(), []);
  await opened.close();
});

test(
  "list shows an interrupted backfill, discard closes it, and the dates are free again",
  signals,
  async () => {
    const place = workplace();
    const { child, ended } = start(["run", gated, ...week, "--store", place.store], { env: place.env });
    await until(() => place.lines().length === 1);
    child.kill("SIGINT");
    writeFileSync(place.gate, "");
    await ended;
    const listed = await run(["list", "--store", place.store, "--unfinished"]);
    assert.match(listed.out, /^ {2}\S+ +(paused|interrupted) +1\/7 .*gated$/m);
    const [{ backfillId }] = JSON.parse((await run(["list", "--store", place.store, "--json"])).out);
    const discarded = await run(["discard", backfillId, "--store", place.store]);
    assert.equal(discarded.code, 0, discarded.err);
    assert.match((await run(["list", "--store", place.store])).out, /canceled/);
    const again = await run(["run", gated, ...week, "--store", place.store, "--reprocess", "failed"], {
      env: place.env,
    });
    assert.equal(again.code, 0, again.err);
  },
);

test("pause, unpause and cancel steer a backfill that another process drives", signals, async () => {
  const place = workplace();
  const at = ["--store", place.store];
  const listed = async () => JSON.parse((await run(["list", ...at, "--json"])).out)[0];
  const { state, ended } = start(["run", gated, ...week, ...at, "--backfill-id", "b"], { env: place.env });
  await until(() => place.lines().length === 1);
  const paused = await run(["pause", "b", ...at]);
  assert.deepEqual([paused.code, paused.out], [0, "asked b to pause; its process obeys within 5 s\n"]);
  while ((await listed()).state !== "paused");
  writeFileSync(place.gate, "");
  while ((await listed()).progress.completed === 0);
  assert.deepEqual(place.lines(), ["start 2024-01-01 1", "end 2024-01-01 1"]);
  const asked = JSON.parse((await run(["unpause", "b", ...at, "--json"])).out);
  assert.deepEqual(asked, { requested: "unpause", backfillId: "b", driven: true });
  assert.equal((await ended).code, 0, state.err);
  const late = await run(["cancel", "b", ...at]);
  assert.equal(late.code, 2);
  assert.match(late.err, /UNKNOWN_BACKFILL backfill b has ended \(success\)/);
});

test("a canary waits for dagfill approve", signals, async () => {
  const place = workplace();
  const at = ["--store", place.store];
  writeFileSync(place.gate, "");
  const flags = [
    "--canary",
    "2",
    "--breaker",
    "failures=2,action=pause",
    "--start-windows",
    "* * * * */PT1H",
  ];
  const { state, ended } = start(["run", gated, ...week, ...at, "--backfill-id", "b", ...flags], {
    env: place.env,
  });
  await until(() => state.out.includes("waiting  for approval of the first 2 dates"));
  assert.equal(place.lines().length, 4);
  assert.match((await run(["list", ...at])).out, /awaiting_approval +2\/7/);
  const approved = await run(["approve", "b", ...at]);
  assert.deepEqual([approved.code, approved.out], [0, "asked b to continue; its process obeys within 5 s\n"]);
  assert.equal((await ended).code, 0, state.err);
  assert.equal(place.lines().length, 14);
});

test("resume takes other limits", signals, async () => {
  const place = workplace();
  const at = ["--store", place.store];
  const { child, ended } = start(["run", gated, ...week, ...at], { env: place.env });
  await until(() => place.lines().length === 1);
  child.kill("SIGINT");
  writeFileSync(place.gate, "");
  await ended;
  const resumed = await run(["resume", gated, ...at, "--max-parallel-runs", "3"], { env: place.env });
  assert.equal(resumed.code, 0, resumed.err);
  const [{ options, state }] = JSON.parse((await run(["list", ...at, "--json"])).out);
  assert.deepEqual([options.maxParallelRuns, state], [3, "success"]);
});

// ---------------------------------------------------------------- small verbs

test("impact says what a change of schedule does to the dates of a range", limit, async () => {
  const range = ["--from", "2024-01-01", "--to", "2024-01-07"];
  const { out, code } = await run(["impact", "0 2 * * *", "0 3 * * *", ...range]);
  assert.equal(code, 0);
  assert.match(
    out,
    /^7 dates before, 7 after: 7 moved by 1 hour later\. Of the time they cover, 7 days covered twice\.$/m,
  );
  assert.match(out, /^ {2}moved {3}2024-01-01T02:00:00Z {2}2024-01-01T03:00:00Z {2}86400 s$/m);
  const zone = ["--time-zone", "Europe/Berlin", "--json"];
  const found = JSON.parse(
    (await run(["impact", dagFile("two.cjs"), "@hourly", "--dag-id", "weekly", ...range, ...zone])).out,
  );
  assert.deepEqual(
    found.rows.map(({ kind }) => kind),
    Array(found.counts.split).fill("split"),
  );
  const missing = await run(["impact", "@daily", "@hourly"]);
  assert.equal(missing.code, 2);
  assert.match(missing.err, /--from DATE/);
  assert.match((await run(["impact", "@daily", "61 * * * *", ...range])).err, /61/);
});

test("missing shows the dates without a successful run, from a store or from a file", limit, async () => {
  const { store } = workplace();
  const span = ["--from", "2024-01-01", "--to", "2024-01-07"];
  await run(["run", flaky, ...week, "--store", store], { env: { FAIL: "2024-01-03" } });
  const { code, out } = await run(["missing", flaky, ...span, "--store", store]);
  assert.equal(code, 0);
  assert.match(out, /^1 date has no successful run$/m);
  assert.match(out, /2024-01-03T00:00:00Z +2024-01-03T00:00:00Z +1 +failed/);
  const history = `${store}.json`;
  writeFileSync(history, JSON.stringify([{ executionDate: "2024-01-02T00:00:00+00:00", state: "success" }]));
  const found = JSON.parse((await run(["missing", flaky, ...span, "--history", history, "--json"])).out);
  assert.deepEqual([found.count, found.ranges.length], [6, 2]);
  assert.equal((await run(["missing", flaky, ...span, "--history", `${history}.none`])).code, 2);
  for (const [verb, range] of [
    ["missing", span],
    ["preview", week],
  ]) {
    const both = await run([verb, flaky, ...range, "--history", history, "--store", store]);
    assert.deepEqual([both.code, both.out], [2, ""]);
    assert.match(both.err, /expected --history or --store, got both/);
  }
});

test("preview plans over a foreign history, and estimates by it", limit, async () => {
  const history = `${workplace().store}.csv`;
  const rows = (count) =>
    Array.from({ length: count }, (_, at) => {
      const day = `2023-12-0${at + 1}`;
      return `scheduled__${day},success,${day} 00:00:00,${day} 01:00:00,${day} 02:00:00`;
    });
  const write = (count) =>
    writeFileSync(
      history,
      [
        "run_id,state,logical_date,start_date,end_date",
        "scheduled__a,success,2024-01-02 00:00:00,2024-01-03 01:00:00,2024-01-03 02:00:00",
        "scheduled__b,success,2024-01-03 00:00:00,2024-01-04 02:00:00,2024-01-04 01:00:00",
        ...rows(count),
      ].join("\n"),
    );
  const ask = (...more) => run(["preview", flaky, ...week, "--history", history, "--estimate", ...more]);
  write(4);
  const json = JSON.parse((await ask("--json")).out);
  assert.deepEqual([json.counts.skip, json.estimate.samples, json.estimate.peak], [1, 5, 1]);
  assert.equal(json.estimate.quantiles["0.9"].makespan, json.counts.create * 3_600_000);
  const { out, err } = await ask();
  assert.match(err, /left out of .*: 1 \(an end that is before the run's start\)/);
  assert.match(out, /^estimate {2}by 5 past runs, at most 1 at once/m);
  assert.match(out, /^ {2}90 % of outcomes take at most \d+:00:00 and end by \d{4}-\S+Z$/m);
  write(3);
  const few = await ask();
  assert.equal(few.code, 0);
  const reason = "expected at least 5 past successful runs with start and end, got 4";
  assert.ok(few.out.includes(`no estimate: ${reason}`), few.out);
  assert.deepEqual(JSON.parse((await ask("--json")).out).estimate, {
    refused: { code: "INVALID_OPTION", message: reason },
  });
});

test("explain says what a schedule means and why a date is not one of it", limit, async () => {
  const { code, out } = await run([
    "explain",
    "0 9 * * 1-5",
    "--time-zone",
    "Europe/Berlin",
    "--date",
    "2024-01-06T09:00",
  ]);
  assert.equal(code, 0);
  assert.match(out, /^no {2}/m);
  // Each date on both clocks.
  const both = [...out.matchAll(/^ {2}(\S+Z) {2}(\S+T09:00:00\+0[12]:00) Europe\/Berlin$/gm)];
  assert.equal(both.length, 5);
  for (const [, utc, local] of both) assert.equal(Date.parse(utc), Date.parse(local));
  const json = JSON.parse(
    (await run(["explain", dagFile("two.cjs"), "--dag-id", "weekly", "--json", "--count", "3"])).out,
  );
  assert.equal(json.next.length, 3);
  const wrong = await run(["explain", "0 25 * * *"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^ {2}0 25 \* \* \*\n {4}\^\^$/m);
  assert.doesNotMatch(wrong.err, /--schedule/);
});

test("render says what a template becomes", limit, async () => {
  const args = ["--execution-date", "2024-01-05", "--schedule", "@daily"];
  const { code, out } = await run(["render", "s3://x/{{ ds }}/{{ next_ds_nodash }}/{{ nope }}", ...args]);
  assert.equal(out, "s3://x/2024-01-05/20240106/{{ nope }}\n");
  // What stayed is no template that ran: tests/js/templates.test.mjs has the message.
  assert.equal(code, 1);
  assert.equal((await run(["render", "{{ ds }}", ...args])).code, 0);
});

test("trigger runs one date", limit, async () => {
  const args = ["trigger", flaky, "--execution-date", "2024-01-05", "--store", ":memory:"];
  const good = await run(args);
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, /^success {2}manual__2024-01-05T00:00:00\+00:00$/m);
  const bad = await run(args, { env: { FAIL: "2024-01-05" } });
  assert.equal(bad.code, 1);
  assert.match(bad.out, /^failed .*TypeError: no data/m);
});

test("Ctrl-C aborts a triggered run", signals, async () => {
  const place = workplace();
  const args = ["trigger", gated, "--execution-date", "2024-01-05", "--store", place.store];
  const { child, ended } = start(args, { env: place.env });
  await until(() => place.lines().length === 1);
  child.kill("SIGINT");
  const { code } = await ended;
  assert.equal(code, 130);
  assert.deepEqual(place.lines(), ["start 2024-01-05 1", "abort 2024-01-05 1"]);
});

test("schedule --once runs what is due, as catchup says, and says when the next is due", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.mjs");
  const { schedule, ago } = farDaily();
  const dag = { dagId: "nightly", schedule, startDate: ago(3), catchup: true };
  writeFileSync(file, `export const dag = ${JSON.stringify(dag)}; export const executeRun = () => {};`);
  const first = await run(["schedule", file, "--once", "--store", store]);
  assert.equal(first.code, 0, first.err);
  const ran = [...first.out.matchAll(/succeeded {2}nightly {2}(\S+)$/gm)].map(([, date]) => date);
  assert.deepEqual(ran, [ago(3), ago(2), ago(1)]);
  const events = jsonLines((await run(["schedule", file, "--once", "--store", store, "--json"])).out);
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith("run-")),
    [],
  );
  assert.equal(events.find(({ type }) => type === "tick").nextRunAt, ago(-1));
  writeFileSync(
    file,
    `export const dag = ${JSON.stringify({ ...dag, dagId: "bad" })}; export const executeRun = () => { throw new Error("no") };`,
  );
  const bad = await run(["schedule", file, "--once", "--store", store]);
  assert.equal(bad.code, 1);
  assert.match(bad.out, /failed {2}bad {2}\S+ {2}Error: no$/m);
});

test("schedule goes on until Ctrl-C, which lets what runs end", signals, async () => {
  const place = workplace();
  const file = join(place.folder, "dag.mjs");
  const text = `import { executeRun } from ${JSON.stringify(gated)}; export { executeRun };
    export const dag = { dagId: "minutely", schedule: "* * * * *", catchup: "latest" };`;
  writeFileSync(file, text);
  const { child, state, ended } = start(["schedule", file, "--store", place.store], { env: place.env });
  await until(() => place.lines().length === 1);
  child.kill("SIGINT");
  await until(() => state.err.includes("stopping"));
  writeFileSync(place.gate, "");
  const { code, out } = await ended;
  assert.equal(code, 0);
  assert.match(out, /succeeded {2}minutely/);
});

test("in a pipe each run has its line, also those that end together", limit, async () => {
  const { store, folder } = workplace();
  const file = join(folder, "together.mjs");
  writeFileSync(
    file,
    `export const dag = { dagId: "together", schedule: "@daily" };
let waiting = [];
export const executeRun = () => new Promise((resolve) => {
  waiting.push(resolve);
  if (waiting.length === 4) for (const end of waiting.splice(0)) end();
});`,
  );
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-08", "--max-parallel-runs", "4"];
  const { out } = await run(["run", file, ...range, "--store", store]);
  for (const day of [1, 2, 3, 4, 5, 6, 7, 8]) assert.match(out, new RegExp(`/8 +2024-01-0${day}`));
});
