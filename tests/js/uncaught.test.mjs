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
    assert.ok(longest <= 200, `${longest} characters`);
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
  const work = "export const executeRun = () => new Promise(() => {});";
  writeFileSync(path, [programs["an ES module"][1], dag, work, thrower].join("\n"));
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];
  const { code, out } = await startInTerminal(["run", path, ...range]).ended;
  assert.equal(code, 1);
  assert.match(out, /hour 24: expected 0 to 23/);
  assert.ok(out.length < 2500, `${out.length} characters, the plan among them`);
});
