// The command in terminals, compared with transcripts of the screen in tests/js/transcripts. UPDATE_TRANSCRIPTS=1 writes them anew; what is
// different in every call (times, durations, ids, paths, progress of runs side by side) is replaced by a word.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { sourceModule } from "../source_module.mjs";
import { dagFile, screen, startInTerminal, until, workplace } from "./cli_process.mjs";

const terminals = {
  timeout: 120_000,
  skip: spawnSync("script", ["--version"]).status === 0 ? false : "needs the program `script`",
};
const transcripts = fileURLToPath(new URL("transcripts", import.meta.url));
const week = ["--start-date", "2024-01-01", "--end-date", "2024-01-07"];
const [flaky, gated] = ["flaky.mjs", "gated.mjs"].map(dagFile);

/** What the screen shows, without what is different in every call. */
function steady(out, place) {
  return (
    screen(out)
      .replaceAll("\r", "")
      .replaceAll(place.store, "STORE")
      .replaceAll(flaky, "flaky.mjs")
      .replaceAll(gated, "gated.mjs")
      .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "ID")
      .replace(
        /(?<= )(\d+(\.\d+)? m?s|\d+:\d\d(:\d\d)?)$|(?<= {2})(\d+(\.\d+)? m?s|\d+:\d\d(:\d\d)?)(?= {2})/gm,
        "TIME",
      )
      .replace(/\d+(\.\d)?\/(s|min|h)$/gm, "RATE")
      // Where a message is cut depends on the duration before it.
      .replace(/(TIME {2}\S+ \S+ \S+).*…$/gm, "$1 …")
      .trimEnd()
      .concat("\n")
  );
}

/** Compares with the transcript of that name. */
function assertTranscript(name, text) {
  const file = join(transcripts, `${name}.txt`);
  if (process.env.UPDATE_TRANSCRIPTS === "1") writeFileSync(file, text);
  assert.ok(existsSync(file), `no transcript ${file}: UPDATE_TRANSCRIPTS=1 writes it`);
  assert.equal(text, readFileSync(file, "utf8"));
}

/** The lines that were drawn, also those that were drawn over. */
const drawn = (out) =>
  out
    .replaceAll("\r\x1b[2K", "\n")
    .split("\n")
    .map((line) => stripVTControlCharacters(line).trimEnd())
    .filter((line) => line !== "");

for (const columns of [40, 80]) {
  test(`a preview and a run with a failure at ${columns} columns`, terminals, async () => {
    const place = workplace();
    const serial = ["--max-parallel-runs", "1", "--store", place.store];
    const options = { columns, env: { FAIL: "2024-01-02" } };
    const shown = await startInTerminal(["preview", flaky, ...week, "--store", place.store], options).ended;
    const ran = await startInTerminal(["run", flaky, ...week, ...serial], options).ended;
    assert.deepEqual([shown.code, ran.code], [0, 1]);
    assertTranscript(
      `backfill_${columns}`,
      `$ dagfill preview\n${steady(shown.out, place)}\n$ dagfill run\n${steady(ran.out, place)}`,
    );
    for (const line of drawn(ran.out).filter((text) => text.includes(" running")))
      assert.ok(line.length < columns, line);
  });
}

test("NO_COLOR: the same screen without a colour", terminals, async () => {
  const place = workplace();
  const args = ["run", flaky, ...week, "--max-parallel-runs", "1", "--store", place.store];
  const { out } = await startInTerminal(args, { env: { NO_COLOR: "1", FAIL: "2024-01-02" } }).ended;
  assert.equal(out.replaceAll("\r\x1b[2K", "").includes("\x1b"), false);
  assertTranscript("no_color", steady(out, place));
});

test("a dumb terminal: lines, and nothing is drawn over", terminals, async () => {
  const place = workplace();
  const args = ["run", flaky, ...week, "--max-parallel-runs", "1", "--store", place.store];
  const { out } = await startInTerminal(args, { env: { TERM: "dumb", FAIL: "2024-01-02" } }).ended;
  assert.equal(out.includes("\x1b"), false);
  assertTranscript("dumb", steady(out, place));
});

test(
  "the line says how fast runs end and which has run for the longest, and follows a resize",
  terminals,
  async () => {
    const place = workplace();
    const name = join(place.folder, "terminal");
    const args = ["run", gated, ...week, "--max-parallel-runs", "2", "--store", place.store];
    const { state, ended } = startInTerminal(args, { env: place.env, columns: 100, name });
    const last = () => drawn(state.out).at(-1) ?? "";
    await until(() => /2 running {2}2024-01-01 for \d+(\.\d)? s$/.test(last()));
    const wide = last();
    assert.match(wide, /^[█░]+ {2}0\/7 {2}/);
    const terminal = readFileSync(name, "utf8").trim();
    assert.equal(spawnSync("stty", ["-F", terminal, "cols", "40"]).status, 0);
    await until(() => /running/.test(last()) && last().length < 40);
    assert.doesNotMatch(last(), / for /);
    writeFileSync(place.gate, "");
    const { code, out } = await ended;
    assert.equal(code, 0);
    assert.match(screen(out), /^success {2}7 dates: 7 succeeded/m);
  },
);

test(
  "bar, counts, time left, rate and the longest run are on the line, and a failure stays above it",
  terminals,
  async () => {
    const place = workplace();
    const file = join(place.folder, "third.mjs");
    writeFileSync(
      file,
      `import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
export const dag = { dagId: "third", schedule: "@daily" };
export async function executeRun({ executionDate }) {
  if (executionDate.startsWith("2024-01-02")) throw new Error("no data");
  while (executionDate >= "2024-01-03" && !existsSync(process.env.GATE)) await sleep(5);
}`,
    );
    const args = ["run", file, ...week, "--max-parallel-runs", "1", "--store", place.store];
    const { state, ended } = startInTerminal(args, { env: place.env, columns: 110 });
    const line =
      /^█+░+ {2}2\/7 {2}1 running {2}1 failed {2}\S+( m?s)? left {2}\d+(\.\d)?\/(s|min|h) {2}2024-01-03 for \d+/;
    await until(() => line.test(drawn(state.out).at(-1) ?? ""));
    assert.match(screen(state.out), /^failed {2}2\/7 {2}2024-01-02T00:00:00Z .*no data$/m);
    writeFileSync(place.gate, "");
    assert.equal((await ended).code, 1);
  },
);

test("--fail-fast, and Airflow's names of verb and flags", terminals, async () => {
  const place = workplace();
  const dates = ["--from-date", "2024-01-01", "--to-date", "2024-01-07"];
  const args = ["backfill", "create", flaky, ...dates, "--max-active-runs", "1", "--fail-fast"];
  const options = { env: { FAIL: "2024-01-02" } };
  const { code, out } = await startInTerminal([...args, "--store", place.store], options).ended;
  assert.equal(code, 1);
  assertTranscript("fail_fast", steady(out, place));
});

for (const times of [1, 2]) {
  test(`Ctrl-C ${times === 1 ? "once" : "twice"}`, terminals, async () => {
    const place = workplace();
    const args = ["run", gated, ...week, "--max-parallel-runs", "1", "--store", place.store];
    const { child, state, ended } = startInTerminal(args, { env: place.env });
    await until(() => place.lines().length === 1 && state.out.includes("running"));
    child.stdin.write("\x03");
    await until(() => state.out.includes("Ctrl-C again aborts"));
    if (times === 2) child.stdin.write("\x03");
    else writeFileSync(place.gate, "");
    const { code, out } = await ended;
    assert.equal(code, 130);
    assertTranscript(`interrupt_${times}`, steady(out, place).replaceAll("^C", ""));
  });
}

test("rate and longest run: of the latest ends, and left out before the counts where there is no room", async () => {
  const source =
    'export { Pace } from "./js/cli/pace.ts"; export { progressLine } from "./js/cli/progress.ts";';
  const { Pace, progressLine } = await sourceModule(source, ".", {
    external: ["node:*"],
    plugins: [
      {
        name: "core",
        setup: (esbuild) =>
          esbuild.onLoad({ filter: /zones\.ts$/ }, () => ({
            contents: `const change = Date.parse("2025-10-26T01:00Z");
              export const zoneOffsets = (zone, from) => [zone === "UTC" ? 0 : from < change ? 7_200 : 3_600];`,
          })),
      },
    ],
  });
  let now = 0;
  const pace = new Pace("UTC", () => now);
  const run = (day) => ({ runId: `run${day}`, executionDate: `2024-01-0${day}T00:00:00Z` });
  for (const day of [1, 2, 3, 4]) pace.see({ type: "run-started", run: run(day) });
  assert.deepEqual([pace.rate(), pace.longest()], ["", "2024-01-01 for 0 ms"]);
  for (const [day, type] of [
    [1, "run-succeeded"],
    [2, "run-failed"],
    [3, "run-succeeded"],
  ]) {
    now += 500;
    pace.see({ type, run: run(day) });
  }
  assert.deepEqual([pace.rate(), pace.longest()], ["2.0/s", "2024-01-04 for 1.5 s"]);
  now += 59_000;
  assert.deepEqual([pace.rate(), pace.longest()], ["3.0/min", "2024-01-04 for 1:01"]);
  pace.see({ type: "run-retrying", run: run(4) });
  assert.equal(pace.longest(), "");
  pace.see({ type: "run-started", run: run(4) });

  // An hour that clocks repeat is told with its offset.
  for (const [executionDate, told] of Object.entries({
    "2025-10-25T22:00:00Z": "2025-10-26T00:00 for 0 ms",
    "2025-10-26T00:00:00Z": "2025-10-26T02:00+02:00 for 0 ms",
    "2025-10-26T01:30:00Z": "2025-10-26T02:30+01:00 for 0 ms",
    "2025-10-26T02:00:00Z": "2025-10-26T03:00 for 0 ms",
  })) {
    const berlin = new Pace("Europe/Berlin", () => 0);
    berlin.see({ type: "run-started", run: { runId: "a", executionDate } });
    assert.equal(berlin.longest(), told);
  }

  // Four that began together and end together have taken a second each, and not none.
  let clock = 0;
  const lanes = new Pace("UTC", () => clock);
  for (const day of [1, 2, 3, 4]) lanes.see({ type: "run-started", run: run(day) });
  clock = 1_000;
  for (const day of [1, 2, 3, 4]) lanes.see({ type: "run-succeeded", run: run(day) });
  assert.equal(lanes.rate(), "4.0/s");
  // Of many the latest fifty count, each a second after the one before.
  for (let end = 0; end < 50; end += 1) {
    clock += 1_000;
    lanes.see({ type: "run-succeeded", run: run(1) });
  }
  assert.equal(lanes.rate(), "1.0/s");

  const progress = { total: 365, remaining: 300, running: 4, failed: 3, canceled: 0, etaMs: 3_729_000 };
  const at = (width) =>
    progressLine(progress, "", { width, paint: (_, text) => text, sign: (_, ascii) => ascii }, pace);
  assert.match(
    at(100),
    /^[#-]{20,30} {2}65\/365 {2}4 running {2}3 failed {2}1:02:09 left {2}3\.0\/min {2}2024-01-04 for 0 ms$/,
  );
  assert.match(at(65), /^[#-]+ {2}65\/365 {2}4 running {2}3 failed {2}1:02:09 left {2}3\.0\/min$/);
  assert.equal(at(40), "65/365  3 failed  1:02:09 left");
  assert.equal(at(20), "65/365  3 failed");
  for (let width = 10; width < 140; width += 1) assert.ok(at(width).length < width, `${width}: ${at(width)}`);
});
