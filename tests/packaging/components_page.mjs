// A tab with a page of the components: the test sets what its executor does, and a problem on the console fails the test.
import assert from "node:assert/strict";

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

/** From now on no run of the page ends by itself. */
export function hold(tab) {
  return tab.evaluate(() => {
    globalThis.pace = 60_000;
  });
}

/** Presses a button that starts runs, and waits until `count` of them are held. */
export async function startHeld(tab, button, count) {
  await hold(tab);
  await button.click();
  await tab.waitForFunction((held) => globalThis.started.length === held, count);
}
