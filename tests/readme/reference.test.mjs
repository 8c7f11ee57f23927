// The reference page of templates is the one that the catalog makes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { macroCatalog } from "dagfill";
import { macroPage } from "../../scripts/macro_page.mjs";

test("docs/reference/macros.md is what `npm run reference` writes", () => {
  const page = readFileSync(new URL("../../docs/reference/macros.md", import.meta.url), "utf8");
  assert.equal(page, macroPage(macroCatalog()), "the catalog has changed: run `npm run reference`");
});

test("the page has every entry of the catalog", () => {
  const catalog = macroCatalog();
  const page = macroPage(catalog);
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  assert.equal(rows.length, catalog.length);
});
