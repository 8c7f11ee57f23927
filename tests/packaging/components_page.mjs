// A tab with a page of the components: what its executor does is said by the test, and what no test may cause fails it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** Opens a page in a context of its own. `execute` on the page waits `pace` ms and fails on the dates in `failing`; its calls are
 *  counted by date in `started`. */
export async function openTab(t, browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const problems = [];
  context.on("page", (page) => {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
    });
    page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error}`));
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });
  await context.addInitScript(() => {
    globalThis.pace = 5;
    globalThis.failing = [];
    globalThis.started = [];
    globalThis.execute = ({ executionDate, taskId, signal }) => {
      globalThis.started.push(`${executionDate} ${taskId}`);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          if (globalThis.failing.includes(executionDate)) reject(new Error("no rows"));
          else resolve();
        }, globalThis.pace);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(new Error("aborted"));
        });
      });
    };
  });
  const tab = await context.newPage();
  await tab.goto(url);
  return tab;
}

/** What axe finds wrong with the page. `axe` is the file of axe-core. */
export async function violations(tab, axe) {
  // Half-way through a change of colour the contrast is neither the old nor the new one.
  await tab.waitForFunction(() => !document.getAnimations().some((each) => each instanceof CSSTransition));
  await tab.evaluate(readFileSync(axe, "utf8"));
  return tab.evaluate(async (values) => {
    const report = await globalThis.axe.run(document, { runOnly: { type: "tag", values } });
    return report.violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`,
    );
  }, tags);
}

/** Elements that stand beyond the right edge of the window. */
export function tooWide(tab) {
  return tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}
