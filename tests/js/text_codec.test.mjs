// UTF-8 where the platform's is hidden: the same as the platform's, and the package works with it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { Utf8Decoder, Utf8Encoder } from "../../js/text_codec.ts";
import { root } from "../../scripts/process.mjs";

const edges = [
  0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfeff, 0xfffd, 0xffff, 0x10000, 0x1f600, 0x10ffff,
];
const texts = ["", ...edges.map((code) => `a${String.fromCodePoint(code)}z`), "ümlaut 東京 🗓".repeat(3000)];

test("texts are written and read as the platform does it", () => {
  for (const text of texts) {
    const bytes = new TextEncoder().encode(text);
    assert.deepEqual(new Utf8Encoder().encode(text), bytes);
    assert.equal(new Utf8Decoder().decode(bytes), text);
  }
  assert.equal(new Utf8Decoder().decode(), "");
});

test("half a surrogate pair is written as U+FFFD", () => {
  for (const text of ["\ud800", "a\udc00b", "\ud800\ud800\udc00"]) {
    assert.deepEqual(new Utf8Encoder().encode(text), new TextEncoder().encode(text));
  }
});

for (const format of ["cjs", "js"]) {
  test(`the package works without TextDecoder and TextEncoder: index.${format}`, () => {
    const program = `delete globalThis.TextDecoder; delete globalThis.TextEncoder;
import(${JSON.stringify(join(root, `dist/index.${format}`))}).then(({ default: all, ...names }) => {
  const { resolveDateMacros } = all ?? names;
  console.log(resolveDateMacros("ü {{ dag_run.conf.city }} {{ ds }}", "2024-01-31", "@daily", { conf: { city: "東京 🗓" } }));
});`;
    assert.equal(
      execFileSync(process.execPath, ["-e", program], { encoding: "utf8" }),
      "ü 東京 🗓 2024-01-31\n",
    );
  });
}
