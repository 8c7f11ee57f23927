// Each manifest says under which license its code is: `cargo deny check licenses` refuses a crate that says nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";

test("each crate of the repository has the package's license", () => {
  const { license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const listed = execFileSync("git", ["ls-files", "*Cargo.toml"], { cwd: root, encoding: "utf8" });
  const crates = listed.trim().split("\n");
  assert.ok(crates.includes("Cargo.toml") && crates.includes("fuzz/Cargo.toml"), listed);
  for (const crate of crates) {
    const [, found] = /^license = "(.*)"$/m.exec(readFileSync(join(root, crate), "utf8")) ?? [];
    assert.equal(found, license, crate);
  }
});
