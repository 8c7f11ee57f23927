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
  const wide = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${look}: ${wide} px wider than the window`);
}
