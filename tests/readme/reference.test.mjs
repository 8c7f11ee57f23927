// The reference pages are those that the package makes of itself, and name every code of an error.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { macroCatalog } from "dagfill";
import { cliPage } from "../../scripts/cli_page.mjs";
import { macroPage } from "../../scripts/macro_page.mjs";
import { schemaPage } from "../../scripts/schema_page.mjs";

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

test("docs/reference/cli.md is what `npm run reference` writes", () => {
  const page = readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8");
  assert.equal(page, cliPage(), "the help has changed: run `npm run reference`");
});

test("docs/reference/dag-file.md is what `npm run reference` writes", () => {
  const page = readFileSync(new URL("../../docs/reference/dag-file.md", import.meta.url), "utf8");
  assert.equal(page, schemaPage(), "the schema has changed: run `npm run reference`");
});

test("docs/reference/errors.md has every code, in the order of the type, and no other", () => {
  const source = readFileSync(new URL("../../js/error.ts", import.meta.url), "utf8");
  const union = source.slice(
    source.indexOf("export type ErrorCode ="),
    source.indexOf(";", source.indexOf("export type ErrorCode =")),
  );
  const codes = [...union.matchAll(/"([A-Z_]+)"/g)].map(([, code]) => code);
  const page = readFileSync(new URL("../../docs/reference/errors.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
  assert.deepEqual(rows, codes);
});
