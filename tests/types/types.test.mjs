// The types: of the sources, of programs that users write, of the demo page, and of the package against the contract in api.d.ts.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { install } from "../../scripts/install.mjs";
import { root } from "../../scripts/process.mjs";

const tsc = join(root, "node_modules", ".bin", "tsc");
const contract = readFileSync(join(root, "tests/types/api.d.ts"), "utf8");

function compiles(...args) {
  const { status, stdout } = spawnSync(tsc, args, { cwd: root, encoding: "utf8" });
  assert.equal(status, 0, stdout);
}

test("the sources", () => compiles("-p", "."));

// Neither DOM nor Node types are loaded here, and declaration files are checked too: the package needs neither.
test("programs of users, without any host's types", () => compiles("-p", "tests/types"));

test("programs of users, with the DOM's types", () => {
  compiles("-p", "tests/types", "--lib", "ES2022,DOM,DOM.Iterable");
});

test("a page with the custom elements, without the types of React", () => {
  compiles("-p", "tests/types/element");
  const { stdout } = spawnSync(tsc, ["-p", "tests/types/element", "--listFilesOnly"], {
    cwd: root,
    encoding: "utf8",
  });
  assert.match(stdout, /dist\/types\/element\/backfill_element\.d\.ts/);
  assert.doesNotMatch(stdout, /@types\/react/);
});

test("the demo page", async () => {
  await install(join(root, "www"));
  compiles("-p", "www");
});

// What the package hands out and nobody makes: it may have more members than the contract says.
const handedOut = new Set([
  "Backfill",
  "BackfillPreview",
  "BackfillService",
  "DagfillError",
  "MemoryStore",
  "Scheduler",
]);
const made = new Set([
  "RunContext",
  "TaskContext",
  "Warning",
  "SchedulerEvent",
  "ExecuteRun",
  "ExecuteTask",
  "ErrorCode",
]);

// Each value of the package must do where the contract's is expected, and each type both ways round: what a program
// hands in by the contract is taken, and what the package hands out is what the contract says.
test("the package against the contract", () => {
  const declared = [...contract.matchAll(/^export (function|const|class|interface|type) (\w+)/gm)];
  const names = (...kinds) => [
    ...new Set(declared.filter(([, kind]) => kinds.includes(kind)).map(([, , name]) => name)),
  ];
  const lines = [
    'import type * as contract from "../../tests/types/api.js";',
    'import * as dagfill from "dagfill";',
    // Nobody but the package makes a DagfillError, so its constructor is no part of the contract.
    ...names("function", "const", "class")
      .filter((name) => name !== "DagfillError")
      .map((name) => `export const value_${name}: typeof contract.${name} = dagfill.${name};`),
    ...names("class", "interface", "type").map(
      (name) => `export const out_${name} = (x: dagfill.${name}): contract.${name} => x;`,
    ),
    ...names("class", "interface", "type")
      .filter((name) => !handedOut.has(name) && !made.has(name))
      .map((name) => `export const in_${name} = (x: contract.${name}): dagfill.${name} => x;`),
  ];
  assert.ok(lines.length > 60, "the contract was read");
  const folder = join(root, ".cache", "contract");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "contract.ts"), `${lines.join("\n")}\n`);
  const options = {
    target: "ES2022",
    lib: ["ES2022"],
    types: [],
    module: "NodeNext",
    strict: true,
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["."] }));
  compiles("-p", folder);
});
