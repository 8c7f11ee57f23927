// Whether node_modules is that of the lockfile is told by what is in both, not by their times.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isInstalled } from "../../scripts/install.mjs";
import { root } from "../../scripts/process.mjs";

const lock = {
  "": { name: "program" },
  "..": {},
  "node_modules/a": { version: "1.0.0", integrity: "sha512-a" },
  "node_modules/b": { version: "2.0.0", integrity: "sha512-b", optional: true },
};
const { "": _, ...all } = { ...lock, "..": { version: "1.0.0" } };

function installed(packages) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-install-"));
  try {
    writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages: lock }));
    mkdirSync(join(folder, "node_modules"));
    if (packages !== undefined)
      writeFileSync(join(folder, "node_modules", ".package-lock.json"), JSON.stringify({ packages }));
    return isInstalled(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("the packages of the lockfile are installed", () => {
  assert.ok(installed(all));
  assert.ok(
    installed({ "node_modules/a": all["node_modules/a"] }),
    "an optional package is of another platform",
  );
  assert.ok(isInstalled(root), "these tests run in an installed repository");
});

test("another lockfile's packages are not those of this one, whatever the times of the files", () => {
  assert.ok(!installed(undefined));
  assert.ok(!installed({}));
  assert.ok(!installed({ ...all, "node_modules/a": { version: "1.0.1", integrity: "sha512-a" } }));
  assert.ok(!installed({ ...all, "node_modules/a": { version: "1.0.0", integrity: "sha512-c" } }));
  assert.ok(!installed({ ...all, "node_modules/c": { version: "1.0.0" } }));
});
