// The verbs that read and repeat what the store has: runs, tasks, retry, clear, catchup; and validate, completion, --format.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { jsonLines, run, startInTerminal, until } from "./cli_process.mjs";

const folder = mkdtempSync(join(tmpdir(), "dagfill-records-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const limit = { timeout: 120_000, skip: process.platform === "win32" && "commands for a POSIX shell" };

const terminals = {
  timeout: 120_000,
  skip: spawnSync("script", ["--version"]).status === 0 ? false : "needs the program `script`",
};

/** A DAG whose load fails on the second day for as long as the file `broken` is there. */
function scene(name) {
  const [file, broken, store] = ["yaml", "broken", "sqlite"].map((kind) => join(folder, `${name}.${kind}`));
  writeFileSync(broken, "");
  writeFileSync(
    file,
    `dagId: ${name}
schedule: "@daily"
startDate: 2024-01-01
tasks:
  - taskId: extract
    command: echo "extract {{ ds }}"
  - taskId: load
    dependsOn: [extract]
    command: test {{ ds }} != 2024-01-02 || ! test -e ${broken}
`,
  );
  const fill = () =>
    run(["run", file, "--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store, "--quiet"]);
  const verb = (...args) => run([...args, "--store", store]);
  return { file, store, fill, verb, mend: () => rmSync(broken) };
}

test(
  "runs lists states and errors, by state, range and format; the DAG goes by its file or its id",
  limit,
  async () => {
    const { file, fill, verb } = scene("listed");
    assert.equal((await fill()).code, 1);
    const all = await verb("runs", file);
    assert.match(all.out, /2024-01-02T00:00:00Z +failed .*task load failed/);
    assert.equal(all.out.match(/success/g).length, 2);
    const failed = await verb("runs", "listed", "--state", "failed", "--format", "ndjson");
    assert.deepEqual(
      jsonLines(failed.out).map(({ executionDate, state }) => [executionDate, state]),
      [["2024-01-02T00:00:00Z", "failed"]],
    );
    const csv = (
      await verb("runs", "listed", "--from", "2024-01-02", "--to", "2024-01-03", "--format", "csv")
    ).out;
    const lines = csv.trimEnd().split("\n");
    assert.equal(lines[0], "date,state,type,attempt,started,finished,took,run,error");
    assert.equal(lines.length, 3);
    assert.match(
      lines[1],
      /^2024-01-02T00:00:00Z,failed,backfill,1,[\d-]+T[\d:.]+Z,[\d-]+T[\d:.]+Z,\d+(\.\d+)?,/,
    );
    const [newest] = JSON.parse((await verb("runs", "listed", "--newest", "--limit", "1", "--json")).out);
    assert.equal(newest.executionDate, "2024-01-03T00:00:00Z");
    const unknown = await verb("runs", "listde");
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /UNKNOWN_DAG .*got "listde"\nhint did you mean "listed"\?/);
  },
);

test("tasks lists what each run's tasks became, or those of one date or run", limit, async () => {
  const { file, fill, verb } = scene("tasked");
  await fill();
  const failed = JSON.parse((await verb("tasks", file, "--state", "failed", "--json")).out);
  assert.deepEqual(
    failed.map(({ executionDate, taskId, state }) => [executionDate, taskId, state]),
    [["2024-01-02T00:00:00Z", "load", "failed"]],
  );
  for (const which of ["2024-01-02", "2024-01-02T00:00:00Z", "backfill__2024-01-02T00:00:00+00:00"]) {
    const { out } = await verb("tasks", "tasked", which, "--format", "csv");
    assert.equal(out.trimEnd().split("\n").length, 3, out);
  }
});

test(
  "retry runs what failed and keeps tasks that succeeded; clear runs everything again",
  limit,
  async () => {
    const { file, fill, verb, mend } = scene("again");
    await fill();
    mend();
    const retried = await verb("retry", file);
    assert.equal(retried.code, 0, retried.err);
    const attempts = async () => {
      const rows = JSON.parse((await verb("tasks", "again", "--json")).out);
      return rows.map(
        ({ executionDate, taskId, attempt }) => `${executionDate.slice(8, 10)} ${taskId} ${attempt}`,
      );
    };
    assert.deepEqual(await attempts(), [
      "01 extract 1",
      "01 load 1",
      "02 extract 1",
      "02 load 2",
      "03 extract 1",
      "03 load 1",
    ]);
    const none = await verb("retry", file);
    assert.equal(none.code, 0);
    assert.match(none.err, /no runs of again that are failed or canceled/);
    const refused = await verb("clear", file, "--from", "2024-01-03");
    assert.equal(refused.code, 2);
    assert.match(refused.err, /expected --yes for a plan that replaces 1 run that succeeded/);
    const cleared = await verb("clear", file, "--from", "2024-01-03", "--yes");
    assert.equal(cleared.code, 0, cleared.err);
    assert.deepEqual((await attempts()).slice(2), ["02 extract 1", "02 load 2", "03 extract 2", "03 load 2"]);
  },
);

test("catchup shows what a scheduler would start now", limit, async () => {
  const { file, verb, store } = scene("due");
  const { out } = await verb("catchup", file, "--format", "ndjson");
  assert.equal(jsonLines(out).length, 1);
  const plan = JSON.parse((await verb("catchup", file, "--json")).out);
  assert.equal(plan.skipped.from, "2024-01-01T00:00:00Z");
  assert.match((await verb("catchup", file)).out, /left out by catchup, from 2024-01-01/);
  assert.equal(existsSync(store), false);
});

test("validate prints the schedule and the tasks in layers, and refuses what is wrong", limit, async () => {
  const { file } = scene("checked");
  const { code, out } = await run(["validate", file]);
  assert.equal(code, 0);
  assert.match(out, /^ok checked {2}/);
  assert.match(out, /\n {2}extract\n {2}load\n/);
  assert.deepEqual(JSON.parse((await run(["validate", file, "--json"])).out)[0].layers, [
    ["extract"],
    ["load"],
  ]);
});

test("states and formats that are none are refused with the nearest one", async () => {
  const state = await run(["runs", "x", "--state", "faild", "--store", ":memory:"]);
  assert.equal(state.code, 2);
  assert.match(state.err, /did you mean failed\?/);
  const format = await run(["list", "--format", "jsn", "--store", ":memory:"]);
  assert.equal(format.code, 2);
  assert.match(format.err, /did you mean json\?/);
});

for (const shell of ["bash", "zsh", "fish"]) {
  const found = spawnSync(shell, ["--version"]).status === 0;
  test(`completion for ${shell}`, {
    skip: !found && shell !== "bash" && `${shell} is not installed`,
  }, async () => {
    const { code, out } = await run(["completion", shell]);
    assert.equal(code, 0);
    assert.match(out, /max-parallel-runs/);
    assert.equal(spawnSync(shell, ["-n"], { input: out, encoding: "utf8" }).stderr, "");
  });
}

test("bash completes verbs and flags", { skip: process.platform === "win32" }, async () => {
  const { out } = await run(["completion", "bash"]);
  const ask = (...words) =>
    spawnSync("bash", {
      input: `${out}\nCOMP_WORDS=(dagfill ${words.join(" ")}); COMP_CWORD=${words.length}; _dagfill; printf '%s\n' "\${COMPREPLY[@]}"`,
      encoding: "utf8",
    })
      .stdout.trim()
      .split("\n");
  assert.deepEqual(ask("prev"), ["preview"]);
  assert.deepEqual(ask("run", "--max-p"), ["--max-parallel-runs"]);
});

test(
  "a plan of more than 500 runs is asked about in a terminal, and refused without one",
  terminals,
  async () => {
    const { file, store } = scene("large");
    const years = [
      "run",
      file,
      "--start-date",
      "2020-01-01",
      "--end-date",
      "2021-12-31",
      "--store",
      store,
      "--quiet",
    ];
    const piped = await run(years);
    assert.equal(piped.code, 2);
    assert.match(piped.err, /expected --yes for a plan that has 731 runs/);
    for (const [answer, code] of [
      ["n\n", 2],
      ["\n", 2],
      ["\x03", 130],
    ]) {
      const { child, state, ended } = startInTerminal(years);
      await until(() => state.out.includes("[y/N]"));
      child.stdin.write(answer);
      const said = await ended;
      assert.equal(said.code, code, said.out);
      assert.match(said.out, /nothing was started/);
    }
    assert.match((await run(["runs", "large", "--store", store])).err, /UNKNOWN_DAG/);
    const { child, state, ended } = startInTerminal([
      ...years,
      "--max-failures",
      "1",
      "--max-parallel-runs",
      "8",
    ]);
    await until(() => state.out.includes("[y/N]"));
    child.stdin.write("yes\n");
    const { code } = await ended;
    assert.equal(code, 0);
  },
);

test(
  "the question counts runs, not dates, and an id that was used before is not gone on with",
  limit,
  async () => {
    const { file, store } = scene("chunks");
    const run500 = (...more) =>
      run(["run", file, "-s", "2024-03-01", "-e", "2026-01-31", "--store", store, "--quiet", ...more]);
    const asked = await run500("--chunk", "P1D");
    assert.match(asked.err, /expected --yes for a plan that has 702 runs/);
    const months = await run500("--chunk", "P1M", "--backfill-id", "b");
    assert.equal(months.code, 0, months.err);
    const again = await run500("--backfill-id", "b");
    assert.equal(again.code, 2);
    assert.match(again.err, /BACKFILL_EXISTS.*"b" already/);
    assert.match(again.err, /choose another id/);
    assert.doesNotMatch(again.err, /resume/);
  },
);

test("preview --render of a day renders its first date, whatever its hour", limit, async () => {
  const file = join(folder, "hourly.json");
  const tasks = [{ taskId: "a", command: "echo {{ ts }}" }];
  writeFileSync(
    file,
    JSON.stringify({ dagId: "h", schedule: "0 5,17 * * *", timeZone: "America/New_York", tasks }),
  );
  const { code, out } = await run([
    "preview",
    file,
    "-s",
    "2024-01-01",
    "-e",
    "2024-01-03",
    "--render",
    "2024-01-02",
    "--store",
    ":memory:",
  ]);
  assert.equal(code, 0);
  assert.match(out, /echo 2024-01-02T05:00:00-05:00/);
});

test(
  "with --chunk, the plan and the end say in how many runs the dates are, and which run has which",
  limit,
  async () => {
    const file = join(folder, "merged.json");
    const tasks = [{ taskId: "a", command: "echo {{ ds }}" }];
    writeFileSync(file, JSON.stringify({ dagId: "m", schedule: "@daily", tasks }));
    const range = ["-s", "2024-01-01", "-e", "2024-01-05", "--store", ":memory:"];
    const preview = (await run(["preview", file, ...range, "--chunk", "2"])).out;
    assert.match(preview, /^5 dates in 3 runs: 5 create$/m);
    assert.match(preview, /^ {2}2024-01-02\S+ .*backfill__2024-01-01T/m);
    assert.match(preview, /^warning chunk_not_used: task a, command: /m);
    const { out } = await run(["run", file, ...range, "--chunk", "P1M"]);
    assert.match(out, /^5 dates in 1 run: 5 create$/m);
    assert.match(out, /^success {2}5 dates in 1 run: 5 succeeded, /m);
    assert.match((await run(["preview", file, ...range])).out, /^5 dates: 5 create$/m);
  },
);
