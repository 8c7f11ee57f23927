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

// The goal is 80 kB. Cron texts in three dialects, macros and their formats, plans and state machines take more: the goal
// is missed in the open, and the ceiling keeps the module from growing unseen.
const goal = 80_000;
const ceiling = 150_000;

test("the wasm module stays below its ceiling, brotli", (t) => {
  const { brotli } = of("dagfill.wasm");
  t.diagnostic(`${brotli} bytes: ${brotli <= goal ? "within" : `${brotli - goal} over`} the goal of ${goal}`);
  assert.ok(brotli <= ceiling, `${brotli} bytes`);
});

test("the entry is at most 1.4 times the wasm plus 12 kB", () => {
  const most = 1.4 * of("dagfill.wasm").raw + 12_000;
  assert.ok(of("index.js").raw <= most, `${of("index.js").raw} of ${most} bytes`);
});
