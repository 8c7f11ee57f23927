// The text in which the module travels gives back the bytes it was made of.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decode } from "../../js/inline.ts";
import { encode } from "../../scripts/inline.mjs";

const cases = {
  "no bytes": [],
  "each byte once": [...Array(256).keys()],
  "each byte once, from the last": [...Array(256).keys()].reverse(),
  "one byte many times": Array(1000).fill(255),
  "bytes of uneven frequency": Array.from({ length: 5000 }, (_, i) => (i * i * 7) % 256),
};
for (const [name, list] of Object.entries(cases)) {
  test(`inline: ${name}`, () => {
    const text = encode(Uint8Array.from(list));
    assert.deepEqual([...decode(text)], list);
    assert.match(text, /^[ -~\n]*$/);
    assert.ok(text.split("\n").every((line) => line.length <= 200));
    assert.doesNotMatch(text, /["'`\\$<]/);
  });
}
