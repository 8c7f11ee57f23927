// The look of a tab: accessibility and width.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const wcag = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** Fails where axe finds something, or the page is wider than the window. `axe` is the file of axe-core, `look` what the message names, `tags`
 *  choose the rules. */
export async function assertLooks(tab, axe, look, tags = [...wcag, "best-practice"]) {
  // Half-way through a change of colour the contrast is neither the old nor the new one.
  await tab.waitForFunction(() => !document.getAnimations().some((each) => each instanceof CSSTransition));
  if (!(await tab.evaluate(() => "axe" in globalThis))) await tab.evaluate(readFileSync(axe, "utf8"));
  const violations = await tab.evaluate(async (values) => {
    const report = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return report.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
    );
  }, tags);
  assert.deepEqual(violations, [], look);
  assert.deepEqual(await tab.evaluate(faintPlaceholders), [], look);
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${look}: ${wide} px wider than the window`);
}

/** Placeholders of less contrast than 4.5 to 1, which axe does not look at. Called in the page. */
function faintPlaceholders() {
  const luminance = (color) =>
    color
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0.05);
  return [...document.querySelectorAll("[placeholder]")]
    .map((field) => {
      const { color, opacity } = getComputedStyle(field, "::placeholder");
      const ratio = luminance(color) / luminance(getComputedStyle(field).backgroundColor);
      return { field: field.placeholder, opacity, ratio: Math.max(ratio, 1 / ratio) };
    })
    .filter(({ opacity, ratio }) => ratio < 4.5 || opacity !== "1");
}
