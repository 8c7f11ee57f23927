// The build breaks minified lines: the program stays the same, and its source map leads to the same places.
import assert from "node:assert/strict";
import { SourceMap } from "node:module";
import { test } from "node:test";
import * as esbuild from "esbuild";
import { withShortLines } from "../../scripts/short_lines.mjs";

// Each part has a semicolon or a word that a break may not take the place of.
const parts = [
  "for (let i = 0, s = ')'; i < 3; i++) out.push(i, s);",
  "for (;;) { if (out.length > 2) break; }",
  "let n = 3; while (n-- > 0); out.push(n);",
  "if (n) ; else out.push('else');",
  "const text = 'a;b;c' + `;\n;` + n + /;[(]/.source; out.push(text);",
  "let a = 1; (() => out.push(a))(); [a] = [2]; out.push(a);",
  "var x = 5; +x; out.push('x' in { x });",
  "class C { static y = 1; get; z() { return this.get; } } out.push(C.y, new C().z());",
  "function f() { return 'f' } out.push(f(), a instanceof Object);",
  "label: for (const k of [1, 2]) { do { if (k) continue label; } while (k); }",
];
const program = (times) =>
  `const out = [];\n${Array.from({ length: times }, () => `{${parts.join("\n")}}`).join("\n")}\nout.push("end");export default out;`;

async function minified(source, more) {
  const { outputFiles } = await esbuild.build({
    stdin: { contents: source, sourcefile: "program.js" },
    outfile: "program.min.js",
    format: "esm",
    minify: true,
    sourcemap: "external",
    write: false,
    logLevel: "silent",
    ...more,
  });
  return outputFiles.map(({ text }) => text);
}

async function broken(source) {
  const [[map, code], [, lines]] = await Promise.all([minified(source), minified(source, { lineLimit: 1 })]);
  return { code, ...(await withShortLines(esbuild, code, lines, map)) };
}

const resultOf = async (code) => (await import(`data:text/javascript,${encodeURIComponent(code)}`)).default;

test("a program does the same in short lines", async () => {
  const source = program(30);
  const { code, text } = await broken(source);
  const lengths = text.split("\n").map((line) => line.length);
  assert.ok(code.length > 5000 && Math.max(...lengths) <= 200, `${Math.max(...lengths)} characters`);
  const expected = await resultOf(source);
  assert.ok(expected.length > 300);
  assert.deepEqual(await resultOf(text), expected);
  assert.ok(text.length <= 1.01 * code.length, "most breaks stand in the place of a character");
});

test("a text that is longer than a line is broken, and keeps its value", async () => {
  const source = `export default "${"long words; ".repeat(60)}"`;
  const { text } = await broken(source);
  assert.ok(text.split("\n").every((line) => line.length <= 200));
  assert.equal(await resultOf(text), "long words; ".repeat(60));
});

test("the source map leads where it led before", async () => {
  const source = program(20);
  const { text, map } = await broken(source);
  const lines = text.split("\n");
  const line = lines.findIndex((each) => each.includes('"end"'));
  const found = new SourceMap(map).findEntry(line, lines[line].indexOf('"end"'));
  const written = source.split("\n");
  assert.equal(found.originalLine, written.length - 1);
  assert.equal(found.originalColumn, written.at(-1).indexOf('"end"'));
});
