// Requests of one terminal to a backfill that another one drives, also across a kill between the two.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dagFile, run, start, until, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const gated = dagFile("gated.mjs");
const range = (last) => ["--start-date", "2024-01-01", "--end-date", `2024-01-0${last}`];

/** A folder, and the command over its store. */
function terminals() {
  const place = workplace();
  const own = ["--store", place.store];
  const command = (...args) => run([...args, ...own], { env: place.env });
  const state = async () => JSON.parse((await command("list", "--json")).out)[0];
  const open = () => writeFileSync(place.gate, "");
  return {
    ...place,
    own,
    command,
    state,
    open,
    begin: (...args) => start([...args, ...own], { env: place.env }),
  };
}

test("pause, unpause and cancel from another terminal, which the first one tells", limit, async () => {
  const { begin, command, state, open, lines, store } = terminals();
  const first = begin("run", gated, ...range(4), "--backfill-id", "b");
  await until(() => lines().length === 1);
  const paused = await command("pause", "b");
  assert.deepEqual([paused.code, paused.out], [0, "asked b to pause; its process obeys within 5 s\n"]);
  await until(() => first.state.out.includes("paused"));
  assert.ok(
    first.state.out.includes(`no further runs start; to continue: dagfill unpause b --store ${store}`),
  );
  open();
  await until(() => lines().length === 2);
  assert.equal((await state()).state, "paused");
  assert.deepEqual(lines(), ["start 2024-01-01 1", "end 2024-01-01 1"]);
  assert.equal((await command("unpause", "b")).code, 0);
  const { code, out } = await first.ended;
  assert.equal(code, 0, out);
  assert.match(out, /^resumed$/m);
  assert.match(out, /^success {2}4 dates: 4 succeeded/m);
  const late = await command("cancel", "b");
  assert.equal(late.code, 2);
  assert.match(late.err, /UNKNOWN_BACKFILL backfill b has ended \(success\)/);
});

test("cancel --abort from another terminal", limit, async () => {
  const { begin, command, state, lines } = terminals();
  const first = begin("run", gated, ...range(4), "--backfill-id", "b");
  await until(() => lines().length === 1);
  assert.equal((await command("cancel", "b", "--abort")).code, 0);
  const { code, out } = await first.ended;
  assert.equal(code, 1);
  assert.match(out, /^canceling {2}no further runs start$/m);
  assert.match(out, /^canceled {2}4 dates: 0 succeeded, 4 canceled/m);
  assert.deepEqual(lines(), ["start 2024-01-01 1", "abort 2024-01-01 1"]);
  assert.equal((await state()).state, "canceled");
});

test("a canary that waits is killed, approved while nobody drives it, and resumed", limit, async () => {
  const { begin, command, state, open, lines, store } = terminals();
  open();
  const first = begin("run", gated, ...range(4), "--backfill-id", "b", "--canary", "1");
  await until(() => first.state.out.includes("waiting"));
  const told = `for approval of the first date: dagfill approve b --store ${store}, or dagfill approve b --store ${store} --reject`;
  assert.ok(first.state.out.includes(told), first.state.out);
  assert.equal((await state()).state, "awaiting_approval");
  first.child.kill("SIGKILL");
  await first.ended;
  const asked = await command("approve", "b");
  assert.deepEqual(
    [asked.code, asked.out],
    [0, "asked b to continue; no process drives it now: the one that resumes it obeys\n"],
  );
  const rejected = await command("approve", "b", "--reject");
  assert.equal(rejected.code, 2);
  assert.match(rejected.err, /approve was asked before/);
  const resumed = await command("resume", gated, "b");
  assert.equal(resumed.code, 0, resumed.out + resumed.err);
  assert.deepEqual(
    lines().filter((line) => line.startsWith("start")),
    [1, 2, 3, 4].map((day) => `start 2024-01-0${day} 1`),
  );
});

test("a canary that another terminal rejects is canceled, and says so", limit, async () => {
  const { begin, command, open, lines } = terminals();
  open();
  const first = begin("run", gated, ...range(3), "--backfill-id", "b", "--canary", "2");
  await until(() => first.state.out.includes("waiting"));
  const { code, out } = await command("approve", "b", "--reject");
  assert.deepEqual(
    [code, out],
    [0, "asked b to cancel, because its canary is rejected; its process obeys within 5 s\n"],
  );
  const ended = await first.ended;
  assert.equal(ended.code, 1);
  assert.match(ended.out, /^canceled {2}3 dates: 2 succeeded, 1 canceled/m);
  assert.equal(lines().filter((line) => line.startsWith("start")).length, 2);
});

test("a breaker that pauses says how to go on; outside of its windows nothing starts", limit, async () => {
  const { folder, begin, command, state } = terminals();
  const file = join(folder, "dag.json");
  writeFileSync(
    file,
    JSON.stringify({ dagId: "bad", schedule: "@daily", tasks: [{ taskId: "t", command: "false" }] }),
  );
  const breaker = ["--breaker", "failures=2,action=pause"];
  const first = begin("run", file, ...range(9), "--backfill-id", "b", ...breaker);
  await until(() => first.state.out.includes("dagfill unpause b"));
  assert.match(first.state.out, /breaker_tripped: 2 failures among the latest 20 runs: it pauses/);
  assert.equal((await state()).progress.failed, 2);
  await command("cancel", "b");
  assert.equal((await first.ended).code, 1);
  // The next window of a day is at least a minute away, and opens in another hour.
  const hour = (new Date().getUTCHours() + 2) % 24;
  const window = ["--start-windows", `30 ${hour} * * */PT1M`];
  const closed = begin(
    "run",
    file,
    ...range(2),
    "--backfill-id",
    "w",
    "--reprocess",
    "completed",
    "--yes",
    ...window,
  );
  await until(() => closed.state.err.includes("runs start only inside --start-windows"));
  await until(() => closed.state.out.includes("2024 Jan"));
  const windowed = async () =>
    JSON.parse((await command("list", "--json")).out).find((one) => one.backfillId === "w");
  const { state: running, progress } = await windowed();
  assert.deepEqual([running, progress.running, progress.remaining], ["running", 0, 2]);
  await command("cancel", "w");
  assert.equal((await closed.ended).code, 1);
});

test("a backfill with --cascade is refused with the order to start in", limit, async () => {
  const { folder, command } = terminals();
  const file = join(folder, "dags.json");
  const dag = (dagId, inputs = []) => ({
    dagId,
    schedule: "@daily",
    inputs,
    tasks: [{ taskId: "t", command: "true" }],
  });
  const dags = [
    dag("a"),
    dag("b", [{ dagId: "a", map: "identity" }]),
    dag("monthly", [{ dagId: "weeky", map: "identity" }]),
    dag("weekly"),
  ];
  writeFileSync(file, JSON.stringify({ dags }));
  const args = [file, "--dag-id", "a", ...range(2), "--cascade"];
  const refused = await command("run", ...args);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /start the DAGs one after the other: a, b/);
  const preview = await command("preview", ...args);
  assert.match(preview.out, /^downstream {2}b {2}2 dates/m);
  assert.match(preview.out, /unknown_input: monthly has the input weeky.*did you mean weekly\?/);
});

test("every date of the command line may be relative or partial, in the DAG's zone", limit, async () => {
  const { folder, command } = terminals();
  const file = join(folder, "dag.json");
  const dag = {
    dagId: "d",
    schedule: "@daily",
    timeZone: "Asia/Tokyo",
    tasks: [{ taskId: "t", command: "true" }],
  };
  writeFileSync(file, JSON.stringify(dag));
  const missing = async (...args) => JSON.parse((await command("missing", file, ...args, "--json")).out);
  const month = await missing("--from", "2024-02", "--to", "2024-02");
  assert.deepEqual(month.ranges, [
    { start: "2024-01-31T15:00:00Z", end: "2024-02-28T15:00:00Z", count: 29, reason: "missing" },
  ]);
  assert.equal((await missing("--from", "-P7D", "--to", "-P2D")).count, 6);
  const inverted = await command("missing", file, "--from", "2024-02", "--to", "2024-01");
  assert.equal(inverted.code, 2);
  assert.match(inverted.err, /INVALID_OPTION expected --to at or after --from/);
  const impact = await run(["impact", "@daily", "0 5 * * *", "--from", "2024-02", "--to", "2024-02"]);
  assert.match(impact.out, /^29 dates before, 29 after/);
  assert.match((await run(["render", "{{ ds }}", "--execution-date", "2024-02"])).out, /^2024-02-01$/m);
  assert.match((await run(["explain", file, "--date", "2024-02"])).out, /^yes {2}/m);
  const history = join(folder, "history.csv");
  writeFileSync(
    history,
    "dag_id,state,logical_date\nd,success,2024-02-01\nd,success,2024-02-29\nd,success,soon\n",
  );
  const february = ["--from", "2024-02", "--to", "2024-02"];
  const { out, err } = await run(["missing", file, ...february, "--history", history]);
  assert.match(out, /^27 dates have no successful run$/m);
  assert.match(err, /left out of .*history\.csv: 1 \(a logical date that cannot be read\)/);
  assert.equal((await command("import-runs", file, history)).code, 0);
  const runs = async (...args) =>
    (await command("runs", file, ...args, "--format", "csv")).out.trimEnd().split("\n");
  assert.equal((await runs("--from", "2024-02-29", "--to", "2024-02")).length, 2);
  assert.equal((await runs("--from", "2024-03", "--to", "yesterday")).length, 1);
  for (const [verb, ...args] of [
    ["missing", file, "--from", "soon", "--to", "2024"],
    ["runs", file, "--from", "soon"],
    ["impact", "@daily", "@hourly", "--from", "soon", "--to", "2024"],
  ]) {
    const { code, err } = await (verb === "impact" ? run([verb, ...args]) : command(verb, ...args));
    assert.equal(code, 2);
    assert.match(err, /error INVALID_DATE "soon" is no date[\s\S]*in --from/);
  }
});

test("a request to an enqueued backfill says that nobody has begun with it", limit, async () => {
  const { command } = terminals();
  const enqueued = await command("enqueue", gated, ...range(3), "--backfill-id", "b");
  assert.equal(enqueued.code, 0, enqueued.out + enqueued.err);
  assert.equal(
    (await command("pause", "b")).out,
    "asked b to pause; it has not begun: the process that serves or resumes it obeys\n",
  );
  assert.equal(JSON.parse((await command("unpause", "b", "--json")).out).driven, false);
  const wrong = await command("run", gated, ...range(3), "--breaker", "foo");
  assert.match(wrong.err, /expected a breaker such as failures=3,window=20,action=pause, got "foo"/);
  const none = await command("preview", gated, ...range(3), "--dates", ",");
  assert.deepEqual([none.code, none.out], [2, ""]);
  assert.match(none.err, /dates: expected at least one date/);
});

test("a running backfill without a canary says that it waits for no approval", limit, async () => {
  const { begin, command, lines, open } = terminals();
  const first = begin("run", gated, ...range(1), "--backfill-id", "b");
  await until(() => lines().length === 1);
  const { code, err } = await command("approve", "b");
  assert.equal(code, 2);
  assert.match(
    err,
    /INVALID_OPTION expected a backfill that waits for approval, got "b \(it has no canary\)"\n/,
  );
  assert.match(
    err,
    /\nhint dagfill list names those that wait \(awaiting_approval\); only a backfill with --canary does\n/,
  );
  open();
  assert.equal((await first.ended).code, 0);
});

test("the short hash of a plan is named as such", limit, async () => {
  const { command } = terminals();
  const { out } = await command("preview", gated, ...range(1));
  const [, short] = /^plan (\S+) /m.exec(out);
  const { code, err } = await command("run", gated, ...range(1), "--plan-hash", short);
  assert.equal(code, 2);
  assert.match(err, /expected the whole hash of a plan, got "\w{12}", the short form that preview prints/);
  assert.match(err, /hint dagfill preview --all prints the whole hash, and --json has it as "planHash"/);
});
