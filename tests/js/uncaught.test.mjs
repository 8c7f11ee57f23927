// An uncaught error of the built package can be read: Node prints the whole line of the file that threw, so that no line
// may be long; and a source map leads to the line that somebody wrote.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { root } from "../../scripts/process.mjs";
import { startInTerminal, workplace } from "./cli_process.mjs";

const dist = join(root, "dist");
const files = readdirSync(dist, { recursive: true }).filter((file) => /\.c?js$/.test(file));

for (const file of files) {
  test(`${file} has short lines and a source map beside it`, () => {
    const text = readFileSync(join(dist, file), "utf8");
    const longest = Math.max(...text.split("\n").map((line) => line.length));
    // Preact has a regular expression that fits on no line.
    const most = file.startsWith("element.") ? 300 : 200;
    assert.ok(longest <= most, `${longest} characters`);
    const map = JSON.parse(readFileSync(join(dist, `${file}.map`), "utf8"));
    assert.ok(map.sources.length > 0 && map.sourcesContent.every((content) => content !== null));
  });
}

const programs = {
  "an ES module": [
    "program.mjs",
    `import { nextDates } from ${JSON.stringify(pathToFileURL(join(dist, "index.js")).href)};`,
  ],
  "a CommonJS module": [
    "program.cjs",
    `const { nextDates } = require(${JSON.stringify(join(dist, "index.cjs"))});`,
  ],
};
const thrower = 'setTimeout(() => nextDates("0 24 * * *", 0), 0);';

for (const [name, [file, load]] of Object.entries(programs)) {
  test(`an error that ${name} does not catch is printed in less than 2 kB`, () => {
    const path = join(workplace().folder, file);
    writeFileSync(path, `${load}\n${thrower}\n`);
    const { status, stderr } = spawnSync(process.execPath, [path], { encoding: "utf8" });
    assert.equal(status, 1);
    assert.ok(stderr.length < 2000, `${stderr.length} characters`);
    assert.match(stderr, /hour 24: expected 0 to 23/);
    assert.match(stderr, /INVALID_CRON/);
    assert.match(stderr, new RegExp(`${file.replace(".", "\\.")}:2`), "the caller's line");
  });
}

// By what is a megabyte long.
const large = {
  "an option": (text) => `new BackfillService({ dags: [], [${text}]: 1 })`,
  "an option of a DAG": (text) => `validateDag({ dagId: "a", schedule: "@daily", [${text}]: 1 })`,
  "a dagId twice": (text) =>
    `{ const dag = { dagId: ${text}, schedule: null }; new BackfillService({ dags: [dag, dag] }) }`,
  "the dagId of no DAG": (text) =>
    `new BackfillService({ dags: [] }).preview({ dagId: ${text}, startDate: 0, endDate: 0 })`,
  "a dagId without callbacks": (text) =>
    `new BackfillService({ dags: [{ dagId: ${text}, schedule: null }] }).trigger({ dagId: ${text} })`,
  "a taskId": (text) =>
    `validateDag({ dagId: "a", schedule: null, tasks: [{ taskId: "a", dependsOn: [${text}] }] })`,
  "taskIds of a circle": (text) =>
    `validateDag({ dagId: "a", schedule: null, tasks: [{ taskId: ${text}, dependsOn: ["b"] }, { taskId: "b", dependsOn: [${text}] }] })`,
  "the taskId of a command": (text) =>
    `{ const tasks = [{ taskId: ${text}, command: "true" }]; new BackfillService({ dags: [{ dagId: "a", schedule: null, tasks }] }).trigger({ dagId: "a" }) }`,
  "a backfillId": (text) => `new BackfillService({ dags: [] }).resume(${text})`,
  "a key of conf": (text) =>
    `new BackfillService({ dags: [] }).preview({ dagId: "a", startDate: 0, endDate: 0, conf: { [${text}]: () => 1 } })`,
  "a cron text": (text) => `nextDates(${text}, 0)`,
  "a zone": (text) => `nextDates("@daily", 0, 1, { timeZone: ${text} })`,
  "a date": (text) => `nextDates("@daily", ${text})`,
  "a template": (text) =>
    `render("{{ " + ${text} + " | " + ${text} + " }}", { executionDate: 0, onUnknown: "error" })`,
  "a cause of an error": (text) =>
    `throw errorFrom({ name: "DagfillError", code: "INTERNAL", message: "x", cause: { name: ${text}, message: ${text} } })`,
  "a duration": (text) => `durationMs(${text})`,
  "a history of a store": (text) =>
    `{ const store = new MemoryStore(); store.listHistory = () => { throw new Error(${text}) }; new BackfillService({ dags: [{ dagId: "a", schedule: "@daily" }], store }).preview({ dagId: "a", startDate: 0, endDate: 0 }) }`,
  "a planHash": (text) =>
    `new BackfillService({ dags: [{ dagId: "a", schedule: "@daily" }] }).preview({ dagId: "a", startDate: 0, endDate: 0, planHash: ${text} })`,
  "a message of a store": (text) =>
    `{ const store = new MemoryStore(); store.listBackfills = () => { throw new Error(${text}) }; new BackfillService({ dags: [], store }).list() }`,
};
for (const [name, call] of Object.entries(large)) {
  test(`uncaught and less than 2 kB: ${name} of a megabyte`, () => {
    const path = join(workplace().folder, "large.mjs");
    const names = "BackfillService, durationMs, errorFrom, MemoryStore, nextDates, render, validateDag";
    const load = programs["an ES module"][1].replace("nextDates", names);
    for (const text of [`"x".repeat(1_000_000)`, `"x y ".repeat(250_000)`, `"\\n".repeat(1_000_000)`]) {
      writeFileSync(path, `${load}\nsetTimeout(() => { ${call(text)} }, 0);\n`);
      const { status, stderr } = spawnSync(process.execPath, [path], { encoding: "utf8" });
      assert.equal(status, 1, stderr);
      assert.match(stderr, /DagfillError/);
      assert.ok(stderr.length < 2_000, `${stderr.length} characters:\n${stderr}`);
    }
  });
}

test("a source map leads to the source", () => {
  const path = join(workplace().folder, "program.mjs");
  writeFileSync(path, `${programs["an ES module"][1]}\n${thrower}\n`);
  const { stderr } = spawnSync(process.execPath, ["--enable-source-maps", path], { encoding: "utf8" });
  assert.match(stderr, /js\/raw\.ts:\d+/);
  assert.ok(stderr.length < 4000, `${stderr.length} characters`);
});

test("an error that a DAG file of the command does not catch fits a terminal", async () => {
  const path = join(workplace().folder, "dags.mjs");
  const dag = 'export const dag = { dagId: "a", schedule: "@daily" };';
  const work = `export const executeRun = ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));`;
  writeFileSync(path, [programs["an ES module"][1], dag, work, thrower].join("\n"));
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];
  const { code, out } = await startInTerminal(["run", path, ...range]).ended;
  // The backfill is interrupted by it, not failed.
  assert.equal(code, 130);
  assert.match(out, /hour 24: expected 0 to 23/);
  assert.ok(out.length < 2500, `${out.length} characters, the plan among them`);
});
