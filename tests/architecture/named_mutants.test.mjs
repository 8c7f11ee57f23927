// Named mutants are made of a text that stands in the sources: one whose text has moved breaks nothing, and shows nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { mutants } from "../mutants/named.mjs";

test("the text that a named mutant changes stands once in its file", () => {
  const lost = mutants.filter(({ file, from }) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    return text.split(from).length !== 2;
  });
  assert.deepEqual(
    lost.map(({ name, file }) => `${name}: ${file}`),
    [],
  );
});
