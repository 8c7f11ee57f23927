// The workflow files of GitHub Actions say what exists here: nobody notices a wrong name in one of them before it runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { root } from "../../scripts/process.mjs";

const folder = join(root, ".github", "workflows");
const read = (...path) => readFileSync(join(root, ...path), "utf8");
const workflows = Object.fromEntries(
  readdirSync(folder).map((name) => [name, parse(read(".github", "workflows", name))]),
);
const jobs = Object.entries(workflows).flatMap(([file, { jobs }]) =>
  Object.entries(jobs).map(([name, job]) => [`${file} ${name}`, job]),
);
const steps = jobs.flatMap(([name, job]) => job.steps.map((step) => [name, step]));

test("each job has a runner, a time limit and steps", () => {
  for (const [name, job] of jobs) {
    assert.ok(job["runs-on"] && job["timeout-minutes"], name);
    assert.ok(
      job.steps.every((step) => (step.run === undefined) !== (step.uses === undefined)),
      name,
    );
  }
});

test("each action is one of GitHub or of Rust, at a version", () => {
  for (const [name, { uses }] of steps)
    if (uses) assert.match(uses, /^(actions|rust-lang)\/[\w-]+@v\d+$/, name);
});

test("each program that a step installs has its version", () => {
  for (const [name, { run = "" }] of steps) {
    for (const [, programs] of run.matchAll(/cargo install --locked (.+)/g))
      for (const program of programs.split(" ")) assert.match(program, /^[\w-]+@\d+\.\d+\.\d+$/, name);
  }
});

test("each script and file of a step is there", () => {
  const { scripts } = JSON.parse(read("package.json"));
  for (const [name, { run = "" }] of steps) {
    for (const [, script] of run.matchAll(/npm run ([\w:]+)/g))
      assert.ok(scripts[script], `${name}: npm run ${script}`);
    for (const [, file] of run.matchAll(/\b((?:scripts|tests)\/[\w/.]+\.mjs)/g))
      assert.ok(existsSync(join(root, file)), `${name}: ${file}`);
  }
});

test("the oldest Rust that is tested is the one that Cargo.toml promises", () => {
  const promised = /^rust-version = "(.+)"$/m.exec(read("Cargo.toml"))[1];
  assert.deepEqual(workflows["test.yml"].jobs.rust.strategy.matrix.toolchain, ["stable", promised]);
});

test("dependabot looks at every folder that has dependencies", () => {
  const { updates } = parse(read(".github", "dependabot.yml"));
  const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).trim().split("\n");
  for (const [ecosystem, manifest] of Object.entries({ npm: "package.json", cargo: "Cargo.toml" })) {
    const there = files.filter((file) => file === manifest || file.endsWith(`/${manifest}`));
    const folders = there.map((file) => `/${dirname(file)}`.replace(/^\/\.$/, "/"));
    const { directories } = updates.find((update) => update["package-ecosystem"] === ecosystem);
    assert.deepEqual(directories.toSorted(), folders.toSorted(), ecosystem);
  }
});
