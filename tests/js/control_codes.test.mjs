// Of what commands print, a terminal gets the text and its colours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { coloursOnly, withoutCodes } from "../../js/cli/control_codes.ts";

test("colours pass, everything else that commands a terminal does not", () => {
  const cases = {
    "plain\ttext é 日本": "plain\ttext é 日本",
    "\x1b[1;31mred\x1b[0m": "\x1b[1;31mred\x1b[0m\x1b[0m",
    "\x1b[38:5:9mred": "\x1b[38:5:9mred\x1b[0m",
    "a\x1b]0;title\x07b\x1b]8;;http://x\x1b\\c": "abc",
    "a\x1b[2J\x1b[10;10Hb\x1b[?25l": "ab",
    "a\x07\x08\rb\x9b2Jc\x1bcd": "abcd",
    "a\x1bPdata\x1b\\b": "ab",
    "cut\x1b[3": "cut",
    "cut\x1b]0;never ends": "cut",
  };
  for (const [text, expected] of Object.entries(cases))
    assert.equal(coloursOnly(text), expected, JSON.stringify(text));
  assert.equal(withoutCodes("a\x1b[31mb\x1b[0m\tc"), "ab\tc");
});
