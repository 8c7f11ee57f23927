// The sources keep the floors; and every rule is shown a tree that breaks it, so that it cannot have gone blind.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { entries } from "../../scripts/entries.mjs";
import { root } from "../../scripts/process.mjs";
import { offences } from "./floors.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

function sources() {
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = list.split("\n").filter((path) => path !== "" && existsSync(join(root, path)));
  const read = /^(src|js|scripts|www\/src|tests|bench)\/.*\.([mc]?[jt]sx?|rs)$|^(Cargo\.toml|package\.json)$/;
  return Object.fromEntries(
    paths.filter((path) => read.test(path)).map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
}

test("the sources keep the floors, the doors, the lengths and the names", () => {
  const tree = sources();
  assert.ok(Object.keys(tree).length > 20, "the sources were found");
  assert.deepEqual(offences(tree), []);
});

test("package.json exports the entries that the build makes", () => {
  const files = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(files));
  // A pattern names no file of its own: it is for those who ask for one by its path.
  const exported = files(manifest.exports).filter((file) => /\.c?js$/.test(file) && !file.includes("*"));
  const built = Object.entries(entries)
    .filter(([, entry]) => !entry.bin && !entry.part)
    .flatMap(([name, entry]) => [`./dist/${name}.js`, ...(entry.cjs ? [`./dist/${name}.cjs`] : [])]);
  assert.deepEqual([...new Set(exported)].sort(), built.sort());
  for (const field of ["unpkg", "jsdelivr"]) assert.equal(manifest[field], "./dist/index.iife.js");
});

const broken = {
  "a floor names a higher one": [
    { "src/time/zone.rs": "use crate::{error::Error, plan::Plan};" },
    "src/time/zone.rs: time names plan, which is not on a lower floor",
  ],
  "a neighbour is named": [
    { "src/dag.rs": "fn f() { crate::macros::render() }" },
    "src/dag.rs: dag names macros, which is not on a lower floor",
  ],
  "a neighbour is named by super": [
    { "src/dag/order.rs": "use super::super::schedule::Schedule;" },
    "src/dag/order.rs: dag names schedule, which is not on a lower floor",
  ],
  "a module stands on no floor": [{ "src/cloud.rs": "" }, "src/cloud.rs: cloud stands on no floor"],
  "a foreign crate comes in by another door": [
    { "src/plan/request.rs": "use chrono::NaiveDate;" },
    "src/plan/request.rs: only src/time may name the crate chrono",
  ],
  "a foreign crate is named without use": [
    { "src/run.rs": "#[derive(serde::Serialize)] struct S;" },
    "src/run.rs: only src/wire may name the crate serde",
  ],
  "a dependency is nobody's": [
    { "Cargo.toml": '[dependencies]\nrand = "1"\n' },
    "Cargo.toml: rand has no door in tests/architecture/floors.mjs",
  ],
  "a file is too long": [
    { "js/plan.ts": "\n".repeat(351) },
    "js/plan.ts: 351 lines, more than 350 mean two ideas",
  ],
  "a name says nothing": [{ "js/utils.ts": "" }, "js/utils.ts: the name utils.ts says nothing"],
  "the glue has a second door": [
    { "js/plan.ts": 'import * as glue from "../.cache/glue/dagfill.js";' },
    "js/plan.ts: only js/raw.ts imports the generated glue",
  ],
  "two files need each other": [
    {
      "js/plan/plan.ts": 'import { rows } from "./rows.js";',
      "js/plan/rows.ts": 'import {\n  type Plan,\n  plan,\n} from "../plan/plan.js";',
    },
    "js/plan/plan.ts -> js/plan/rows.ts -> js/plan/plan.ts: a circle of imports",
  ],
  "a folder of the run machine names a higher one": [
    {
      "js/run/host/host.ts": "",
      "js/run/tasks/task_run.ts": 'import type { Host } from "../host/host.js";',
    },
    "js/run/tasks/task_run.ts: names host, which stands above tasks",
  ],
  "two neighbours of the crate need each other": [
    {
      "src/plan.rs": "mod rows;\nmod rules;\npub use rows::{Row, Rows};",
      "src/plan/rows.rs": "use super::rules::{Draft};",
      "src/plan/rules.rs": "use super::{Row, other};",
    },
    "src/plan/rows.rs -> src/plan/rules.rs -> src/plan/rows.rs: a circle of imports",
  ],
  "what a file exports is nobody's": [
    {
      "js/plan/plan.ts": 'import { rows } from "./rows.js";',
      "js/plan/rows.ts": "export function rows() {}\nexport const columns = [];",
    },
    "js/plan/rows.ts: exports columns, which no other file imports",
  ],
  "the face needs Node": [
    { "js/plan.ts": 'import { readFileSync } from "node:fs";' },
    "js/plan.ts: imports node:fs, which not every host has",
  ],
  "the page reaches into the sources": [
    { "www/src/main.ts": 'import { face } from "../../js/face.js";' },
    "www/src/main.ts: imports ../../js/face.js; the page uses the package by its name",
  ],
  "the package needs a peer": [
    { "package.json": '{"peerDependencies":{"pg":"8"},"peerDependenciesMeta":{"pg":{"optional":false}}}' },
    "package.json: the peer pg is not optional; the package brings all it needs",
  ],
  "a command is known by its number": [
    { "js/run/backfill/driver.ts": "if (kind === 4) start(row);" },
    "js/run/backfill/driver.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "a table of commands has numbers": [
    { "js/run/backfill/driver.ts": "const commands = {\n  3: (row) => start(row),\n};" },
    "js/run/backfill/driver.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "an event is sent by its number": [
    { "js/run/backfill/driver.ts": "machine.dispatch(2, row);" },
    "js/run/backfill/driver.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "an answer is cut into a tuple": [
    {
      "js/plan/gaps.ts":
        'import { call } from "../raw.js";\nconst [first, last] = gaps.slice(4, 6) as [number, number];',
    },
    "js/plan/gaps.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "a column is known by its number": [
    { "js/plan/rows.ts": 'import { call } from "../raw.js";\nconst end = at(1, row);' },
    "js/plan/rows.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "an edge of a range is known by its number": [
    { "js/plan/gaps.ts": 'import { call } from "../raw.js";\ncall(() => timetable.read(date, 2));' },
    "js/plan/gaps.ts: a number of the protocol is written by hand; js/raw.ts has its name",
  ],
  "a list of the core's words is copied": [
    {
      "js/codes.ts": 'export const ACTIONS: readonly Action[] = ["create", "rerun", "reset", "skip"];',
      "js/plan/plan.ts": 'import { ACTIONS } from "../codes.js";',
      "js/plan/rows.ts": 'const action = oneOf(\n  "create",\n  "rerun",\n  "reset",\n  "skip",\n);',
    },
    "js/plan/rows.ts: a list of the core's words is written by hand; js/codes.ts has it",
  ],
  "the package depends on another": [
    { "package.json": '{"dependencies":{"left-pad":"1"}}' },
    "package.json: dependencies is not empty; the package brings all it needs",
  ],
};
for (const [name, [tree, sentence]] of Object.entries(broken)) {
  test(`goes red when ${name}`, () => assert.deepEqual(offences(tree), [sentence]));
}

const fine = {
  "lower floors, own parts and prose": {
    "src/plan/preview.rs":
      '//! See crate::run and chrono::Utc.\nuse crate::{plan::request::Request, schedule::cron, time};\nconst TEXT: &str = "crate::wasm";',
  },
  "a module that has the name of a foreign crate": {
    "src/plan.rs": "use crate::schedule::{cron::Cron, every};",
  },
  "a type of a file that needs this one": {
    "js/plan/plan.ts": 'import { rows } from "./rows.js";',
    "js/plan/rows.ts": 'import type { Plan } from "./plan.js";\nimport { type Row } from "./plan.js";',
  },
  "a parent and its parts, and tests that name what they test": {
    "src/plan.rs": "mod rows;\npub use rows::Rows;\nuse rows::Rows as R;",
    "src/plan/rows.rs": "use super::Limit;\n#[cfg(test)]\nmod tests { use super::super::rules::Draft; }",
    "src/plan/rules.rs": "use super::Rows;",
  },
  "super within the module": { "src/run/backfill/advance.rs": "use super::super::event::Event;" },
};
for (const [name, tree] of Object.entries(fine)) {
  test(`lets pass ${name}`, () => assert.deepEqual(offences(tree), []));
}
