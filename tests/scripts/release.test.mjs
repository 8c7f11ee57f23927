// A release is one version everywhere, and its change log is closed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { disagreements } from "../../scripts/release.mjs";

const files = {
  "package.json": '{ "version": "1.2.3" }',
  "Cargo.toml": '[package]\nname = "dagfill"\nversion = "1.2.3"\n',
  "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (2026-01-31)\n\n## 1.2.2 (2026-01-01)\n",
};

test("one version everywhere agrees", () => {
  assert.deepEqual(
    disagreements("v1.2.3", (name) => files[name]),
    [],
  );
});

test("each place that disagrees is named", () => {
  const changes = {
    "package.json": '{ "version": "1.2.2" }',
    "Cargo.toml": '[package]\nversion = "1.3.0"\n',
    "CHANGELOG.md": "# Changelog\n\n## 1.2.3 (unreleased)\n",
  };
  for (const [file, text] of Object.entries(changes)) {
    const found = disagreements("v1.2.3", (name) => (name === file ? text : files[name]));
    assert.equal(found.length, 1);
    assert.ok(found[0].includes(file), found[0]);
  }
});
