// `retry` and `clear` run dates again as the backfill ran them that they were part of, and only those that it was asked for.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { jsonLines, run, workplace } from "./cli_process.mjs";

const TASKS = [
  {
    taskId: "a",
    command:
      'echo a {{ ds }} {{ params.target | quote }} >> "$JOURNAL"; case ",$BREAK," in *,{{ ds }},*) exit 1;; esac',
  },
  { taskId: "b", dependsOn: ["a"], command: 'echo b {{ ds }} >> "$JOURNAL"' },
];

function scene(more = {}) {
  const place = workplace();
  const file = join(place.folder, "dag.json");
  const write = (dag) =>
    writeFileSync(
      file,
      JSON.stringify({ dagId: "d", schedule: "@daily", params: { target: "prod" }, tasks: TASKS, ...dag }),
    );
  write(more);
  const verb = (name, args = [], broken = "") =>
    run([name, file, ...args, "--store", place.store], { env: { ...place.env, BREAK: broken } });
  /** A backfill of days of a month of 2024, and what it ran. */
  const days = (name, month, from, to, args = [], broken = "") => {
    const at = (day) => `2024-${month}-0${day}`;
    return verb(name, ["--start-date", at(from), "--end-date", at(to), ...args], broken);
  };
  /** The lines that the tasks of a command print, sorted. */
  const journal = async (command) => {
    rmSync(place.env.JOURNAL, { force: true });
    const { code, out, err } = await command();
    assert.equal(code, 0, out + err);
    return place.lines().filter((line) => line !== "");
  };
  const hinted = ({ out }) => {
    const [, line] = /^hint to run them again: dagfill (.*)$/m.exec(out);
    return () => run(line.split(" "), { env: place.env });
  };
  return { ...place, file, write, verb, days, journal, hinted };
}

test("the hinted retry keeps conf, tasks and exclusions of the backfill", async () => {
  const { days, journal, hinted } = scene();
  const options = ["--conf", '{"target":"staging"}', "--task-ids", "a", "--exclude-dates", "2024-01-04"];
  const failed = await days("run", "01", 1, 5, [...options, "--fail-fast"], "2024-01-02");
  assert.equal(failed.code, 1, failed.err);
  assert.deepEqual(await journal(hinted(failed)), [
    "a 2024-01-02 staging",
    "a 2024-01-03 staging",
    "a 2024-01-05 staging",
  ]);
});

test("what retry is told itself comes before what is stored", async () => {
  const { verb, days, journal } = scene();
  await days("run", "01", 1, 2, ["--conf", '{"target":"staging"}', "-t", "b", "--no-upstream"]);
  await days("run", "01", 3, 4, ["-t", "a", "--no-upstream", "--fail-fast"], "2024-01-03");
  assert.deepEqual(await journal(() => verb("retry", ["-t", "b", "--max-failures", "9"])), [
    "a 2024-01-03 prod",
    "b 2024-01-03",
    "a 2024-01-04 prod",
    "b 2024-01-04",
  ]);
});

test("a retry that is stopped leaves its dates with the same options", async () => {
  const { verb, days, journal } = scene();
  const options = ["--conf", '{"target":"staging"}', "-t", "a", "--fail-fast"];
  await days("run", "01", 1, 3, options, "2024-01-01");
  const again = await verb("retry", [], "2024-01-01");
  assert.match(again.out, /1 failed, 2 canceled/);
  assert.deepEqual(await journal(() => verb("retry")), [
    "a 2024-01-01 staging",
    "a 2024-01-02 staging",
    "a 2024-01-03 staging",
  ]);
});

test("dates of several backfills run with the options of each, those of the last one where several left a date", async () => {
  const { verb, days, journal } = scene();
  const as = (target) => ["--conf", `{"target":"${target}"}`, "-t", "a", "--fail-fast"];
  await days("run", "01", 1, 3, as("one"), "2024-01-01");
  await days("run", "01", 3, 5, as("two"), "2024-01-03");
  const plans = jsonLines((await verb("retry", ["--dry-run", "--json"])).out);
  assert.deepEqual(
    plans.map(({ counts }) => counts.total),
    [2, 3],
  );
  const named = await verb("retry", ["--backfill-id", "again"]);
  assert.deepEqual(
    [named.code, /no --backfill-id for dates that run as 2 backfills/.test(named.err)],
    [2, true],
  );
  assert.deepEqual(await journal(() => verb("retry")), [
    "a 2024-01-01 one",
    "a 2024-01-02 one",
    "a 2024-01-03 two",
    "a 2024-01-04 two",
    "a 2024-01-05 two",
  ]);
});

test("where dates wait for those before them, backfills take turns by date, and a failure is the end", async () => {
  const { verb, days, journal } = scene({ dependsOnPast: true });
  await days("run", "01", 1, 4, ["-t", "a"], "2024-01-02");
  await days("run", "01", 3, 3, ["-t", "a", "--conf", '{"target":"other"}', "--strict-past"]);
  const failed = await verb("retry", [], "2024-01-02");
  assert.equal(failed.code, 1);
  assert.match(failed.err, /2 later dates wait for these, and did not start/);
  assert.deepEqual(await journal(() => verb("retry")), [
    "a 2024-01-02 prod",
    "a 2024-01-03 other",
    "a 2024-01-04 prod",
  ]);
});

test("the hinted retry takes the dates that waited for the one that failed", async () => {
  const { days, journal, hinted } = scene({ dependsOnPast: true, tasks: TASKS.slice(0, 1) });
  const failed = await days("run", "01", 1, 5, [], "2024-01-02");
  assert.match(failed.out, /4 dates have not succeeded: 1 failed, 3 depends_on_past/);
  const dates = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
  assert.deepEqual(
    await journal(hinted(failed)),
    dates.map((date) => `a ${date} prod`),
  );
});

test("the hinted retry of a backfill in chunks has its chunks, and so has a clear", async () => {
  const command =
    'echo {{ chunk.size }} {{ ds }} >> "$JOURNAL"; case ",$BREAK," in *,{{ ds }},*) exit 1;; esac';
  const { days, verb, journal, hinted } = scene({ tasks: [{ taskId: "a", command }] });
  const failed = await days("run", "01", 1, 7, ["--chunk", "2", "--fail-fast"], "2024-01-03");
  assert.deepEqual(await journal(hinted(failed)), ["2 2024-01-03", "2 2024-01-05", "1 2024-01-07"]);
  const cleared = await journal(() => verb("clear", ["--to", "2024-01-02", "--yes"]));
  assert.deepEqual(cleared, ["2 2024-01-01"]);
});

test("unknown macros and the zone of templates are those of the backfill", async () => {
  const command =
    'echo {{ ts }}{{ nobody.knows }} >> "$JOURNAL"; case ",$BREAK," in *,{{ ds }},*) exit 1;; esac';
  const { days, verb, journal, hinted } = scene({ tasks: [{ taskId: "a", command }] });
  const options = ["--on-unknown", "empty", "--macro-time-zone", "Asia/Tokyo", "--fail-fast"];
  const failed = await days("run", "01", 1, 2, options, "2024-01-01");
  const both = ["2024-01-01T09:00:00+09:00", "2024-01-02T09:00:00+09:00"];
  assert.deepEqual(await journal(hinted(failed)), both);
  assert.deepEqual(await journal(() => verb("clear", ["--yes"])), both);
});

test("a bare retry leaves canceled backfills alone; a range that names their dates takes them", async () => {
  const { verb, days, journal, store, lines } = scene({ tasks: TASKS.slice(0, 1) });
  await days("run", "01", 1, 2, [], "2024-01-01");
  await days("enqueue", "05", 1, 3, ["--backfill-id", "may", "--conf", '{"target":"may"}']);
  assert.equal((await run(["discard", "may", "--store", store])).code, 0);
  rmSync(store.replace("runs.sqlite", "journal"));
  const bare = await verb("retry");
  assert.equal(bare.code, 0, bare.err);
  assert.deepEqual(lines(), ["a 2024-01-01 prod"]);
  const [, line] = /3 dates are left out: .*; to run what is left there, too: dagfill (.*)$/m.exec(bare.err);
  assert.match((await verb("retry")).err, /no runs of d that are failed or canceled\n.*3 dates are left out/);
  assert.deepEqual(
    await journal(() => run(line.split(" "), { env: { JOURNAL: join(store, "..", "journal") } })),
    ["a 2024-05-01 may", "a 2024-05-02 may", "a 2024-05-03 may"],
  );
});

test("a clear that is stopped leaves runs that succeeded before: a named range clears them, a bare retry does not", async () => {
  const { verb, days, journal } = scene();
  await days("run", "01", 1, 3);
  const stopped = await verb("clear", ["--yes", "--fail-fast"], "2024-01-01");
  assert.match(stopped.out, /3 dates have not succeeded: 1 failed, 2 canceled/);
  assert.deepEqual(await journal(() => verb("retry")), ["a 2024-01-01 prod", "b 2024-01-01"]);
  const asked = await verb("retry", ["--from", "2024-01-01"]);
  assert.match(asked.err, /expected --yes for a plan that replaces 2 runs that have succeeded/);
  assert.deepEqual(await journal(() => verb("retry", ["--from", "2024-01-01", "--yes"])), [
    "a 2024-01-02 prod",
    "b 2024-01-02",
    "a 2024-01-03 prod",
    "b 2024-01-03",
  ]);
  assert.match((await verb("retry", ["--from", "2024-01-01"])).err, /no runs of d that are failed/);
});

test("a conf by date, as the library takes it, stays with its date", async () => {
  const { file, store, verb, journal } = scene({ tasks: TASKS.slice(0, 1) });
  const sqlite = await openSqliteStore(store);
  const dags = [JSON.parse(readFileSync(file, "utf8"))];
  const failing = () => Promise.reject(new Error("broken"));
  const service = new BackfillService({ dags, store: sqlite, executeTask: failing });
  const range = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-03" };
  const confFor = (date) => ({ target: `of ${date.slice(8, 10)}` });
  await service.backfill({ ...range, conf: { target: "all" }, confFor, maxFailures: 1 });
  await sqlite.close();
  assert.deepEqual(await journal(() => verb("retry")), [
    "a 2024-01-01 of 01",
    "a 2024-01-02 of 02",
    "a 2024-01-03 of 03",
  ]);
});

test("dates that the schedule no longer has are told, and not run", async () => {
  const { write, days, verb, journal } = scene();
  await days("run", "01", 1, 4, ["-t", "a", "--fail-fast"], "2024-01-01");
  write({ schedule: "0 0 1,3 * *" });
  const shown = await verb("retry", ["--dry-run"]);
  assert.match(shown.err, /dates that \S+ left are not run: the schedule no longer has 2 of them/);
  assert.deepEqual(await journal(() => verb("retry")), ["a 2024-01-01 prod", "a 2024-01-03 prod"]);
});

// A retry that waited for an approval would never end.
test("an approved canary is not asked about again", { timeout: 60_000 }, async () => {
  const { verb, days, store, journal } = scene({ tasks: TASKS.slice(0, 1) });
  await days("enqueue", "01", 1, 3, ["--canary", "1", "--backfill-id", "tried", "--fail-fast"]);
  const driven = verb("resume", ["tried"], "2024-01-02");
  while ((await run(["approve", "tried", "--store", store])).code !== 0);
  assert.equal((await driven).code, 1);
  assert.deepEqual(await journal(() => verb("retry")), ["a 2024-01-02 prod", "a 2024-01-03 prod"]);
});
