// The size budgets: what a page that uses the package has to load.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sizes, sizeTable } from "../../scripts/sizes.mjs";

const rows = sizes();
const of = (file) => rows.find((row) => row.file === file);

test("sizes are printed", (t) => {
  t.diagnostic(`\n${sizeTable(rows)}`);
  assert.ok(of("dagfill.wasm") && of("index.js"));
});

test("the wasm module stays within 80 kB brotli", () => {
  assert.ok(of("dagfill.wasm").brotli <= 80_000, `${of("dagfill.wasm").brotli} bytes`);
});

test("the entry is at most 1.4 times the wasm plus 12 kB", () => {
  const most = 1.4 * of("dagfill.wasm").raw + 12_000;
  assert.ok(of("index.js").raw <= most, `${of("index.js").raw} of ${most} bytes`);
});
