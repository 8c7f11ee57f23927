// Numbers and names of the page that belong together: each sum is whole, and nothing is told of another run or plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, usePage, verdict, withoutBrowser } from "./www-page.mjs";
import { button, layered, paste, run } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
/** Thirty daily dates that take a minute each. */
const thirty = (fields) =>
  hash({
    id: "numbers",
    s: "@daily",
    from: "2026-01-01",
    to: "2026-01-30",
    which: "failed",
    tz: "UTC",
    sec: "60",
    fail: "0",
    par: "4",
    ...fields,
  });
const legend = async (tab) =>
  (await tab.locator(".legend button").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
const counts = (tab, text) => tab.locator(".counts").getByText(text, { exact: true }).waitFor();
async function stopNow(tab) {
  await tab.getByRole("button", { name: "Cancel…" }).click();
  await tab
    .getByRole("dialog")
    .getByRole("button", { name: /^Stop now/ })
    .click();
}

test("runs that were in flight when their backfill was interrupted are told as such, and sums are whole", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty());
  await run(tab);
  await tab.getByText("running 4, queued 26").waitFor();
  await tab.reload();
  const banner = tab.getByTestId("interrupted");
  await banner.getByText("4 runs were in flight and will start again.").waitFor();
  await verdict(tab).getByText("26 new, 0 again, 0 left alone, 4 interrupted.").waitFor();
  await tab.locator(".legend").getByText("interrupted 4").waitFor();
  // The bar of its interval is an outline, as its cell and its glyph are.
  const bar = tab.locator(".dagfill-intervals .dagfill-track > .dagfill-t-interrupted").first();
  assert.equal(await bar.evaluate((one) => getComputedStyle(one).borderTopWidth), "2px");
  assert.deepEqual(await legend(tab), ["new 26", "again 0", "interrupted 4"]);
  await banner.getByRole("button", { name: "Review" }).click();
  await counts(tab, "succeeded 0, failed 0, running 0, queued 26, interrupted 4");
  assert.deepEqual(await legend(tab), ["queued 26", "interrupted 4"]);
  await tab.locator('.dagfill-row[data-row="0"]').getByText("interrupted").waitFor();
  await button(tab, "Back to the plan").click();
  await banner.getByRole("button", { name: "Resume" }).click();
  await tab.getByText("running 4, queued 26").waitFor();
  assert.deepEqual(await legend(tab), ["queued 26", "running 4"]);
  await tab.reload();
  await banner.getByRole("button", { name: "Discard" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Discard it" }).click();
  await button(tab, "Run 30 runs").waitFor();
});

/** The day of the focused cell, the heading of its row or its column, and its column and row. */
const placeInGrid = (tab) =>
  tab.evaluate(() => {
    const { dataset, cellIndex, parentElement } = document.activeElement;
    const heading =
      parentElement.querySelector("th[scope=row]") ??
      parentElement.parentElement.querySelectorAll("th[scope=col]")[cellIndex];
    return [dataset.day, heading?.textContent, cellIndex, parentElement.rowIndex];
  });

test("the calendar's grid has the shape of its picture, and the arrow keys follow it", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty());
  await tab.locator('[role=gridcell][data-day="2026-01-01"]').focus();
  const place = () => placeInGrid(tab);
  assert.deepEqual(await place(), ["2026-01-01", "Thu", 1, 3]);
  await tab.keyboard.press("ArrowRight");
  assert.deepEqual(await place(), ["2026-01-08", "Thu", 2, 3]);
  await tab.keyboard.press("ArrowDown");
  assert.deepEqual(await place(), ["2026-01-09", "Fri", 2, 4]);
  const grid = tab.getByRole("grid", { name: "January 2026" });
  assert.deepEqual(await grid.getByRole("rowheader").allTextContents(), [
    ...["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  ]);
  assert.equal(await grid.getByRole("columnheader").count(), 0);
});

test("the month picture of a narrow page has weeks as rows, for the grid and the arrow keys too", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty(), { viewport: { width: 390, height: 844 } });
  const place = () => placeInGrid(tab);
  await tab.locator('[role=gridcell][data-day="2026-01-01"]').focus();
  assert.deepEqual(await place(), ["2026-01-01", "Thu", 3, 1]);
  await tab.keyboard.press("ArrowRight");
  assert.deepEqual(await place(), ["2026-01-02", "Fri", 4, 1]);
  await tab.keyboard.press("ArrowDown");
  assert.deepEqual(await place(), ["2026-01-09", "Fri", 4, 2]);
  await tab.keyboard.press("ArrowLeft");
  assert.deepEqual(await place(), ["2026-01-08", "Thu", 3, 2]);
  await tab.keyboard.press("ArrowUp");
  assert.deepEqual(await place(), ["2026-01-01", "Thu", 3, 1]);
  const grid = tab.getByRole("grid", { name: "January 2026" });
  assert.deepEqual(await grid.getByRole("columnheader").allTextContents(), [
    ...["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  ]);
  assert.equal(await grid.getByRole("rowheader").count(), 0);
  // A page that is zoomed in or turned has the other picture: the focus stays on its day.
  await tab.setViewportSize({ width: 1380, height: 900 });
  await grid.getByRole("rowheader").first().waitFor({ state: "attached" });
  assert.deepEqual(await place(), ["2026-01-01", "Thu", 1, 3]);
  await tab.setViewportSize({ width: 345, height: 900 });
  await grid.getByRole("columnheader").first().waitFor({ state: "attached" });
  assert.deepEqual(await place(), ["2026-01-01", "Thu", 3, 1]);
});

test("the arrow keys follow the picture of hours: days go from left to right, or downwards on a phone", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty({ s: "@hourly" }));
  await tab.locator('[role=gridcell][data-day="2026-01-01"]').focus();
  await tab.keyboard.press("ArrowRight");
  assert.deepEqual(await placeInGrid(tab), ["2026-01-02", "Fri", 4, 1]);
  await tab.setViewportSize({ width: 390, height: 844 });
  await tab.getByRole("rowheader", { name: "Mon" }).waitFor({ state: "attached" });
  await tab.keyboard.press("ArrowDown");
  assert.deepEqual(await placeInGrid(tab), ["2026-01-03", "Sat", 1, 5]);
});

test("differences of the counts are those of a change of the form: none at the first load", {
  skip,
}, async (t) => {
  /** Collects each difference that the legend ever shows. */
  const prepare = () => {
    globalThis.differences = [];
    new MutationObserver(() => {
      for (const one of document.querySelectorAll(".legend i")) globalThis.differences.push(one.textContent);
    }).observe(document, { subtree: true, childList: true, characterData: true });
  };
  const tab = await page.open(t, "", { prepare });
  const differences = () => tab.evaluate(() => [...new Set(globalThis.differences)]);
  // The sample history is written behind the first plan, and planned again.
  await tab.locator("[data-code=samples]").waitFor();
  await verdict(tab).getByText("of them made up").waitFor();
  assert.deepEqual(await differences(), []);
  const kept = async () =>
    Number(await tab.locator(".legend button", { hasText: "left alone" }).locator("b").textContent());
  const before = await kept();
  await tab.getByRole("radio", { name: "Everything" }).check();
  await tab.locator(".legend i").first().waitFor();
  // A date that is not due yet, early in the day, is left alone before and after.
  const fewer = before - (await kept());
  assert.ok(fewer > 50 && (await differences()).includes(`−${fewer}`), String(await differences()));
  await tab.locator(".legend i").first().waitFor({ state: "detached" });
});

test("a retry goes on with the width that was set last, and says nothing of the run before", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty());
  const width = tab.locator(".frozen dt", { hasText: "Parallel runs" }).locator("+ dd");
  const said = tab.locator(".run-panel p[role=alert].hidden");
  await run(tab);
  await tab.getByText("running 4, queued 26").waitFor();
  assert.equal(await width.textContent(), "4");
  await tab.locator(".run-panel").getByLabel("Parallel runs").fill("12");
  await tab.getByText("running 12, queued 18").waitFor();
  assert.equal(await width.textContent(), "12");
  await stopNow(tab);
  await said.getByText("Stopped.").waitFor({ state: "attached" });
  await button(tab, "Retry failed and stopped").click();
  await tab.getByText("running 12, queued 18").waitFor();
  assert.equal(await width.textContent(), "12");
  assert.equal(await tab.locator(".run-panel").getByLabel("Parallel runs").inputValue(), "12");
  assert.equal(await said.textContent(), "");
});

test("the announcement is of the same moment as the bar", { skip }, async (t) => {
  const tab = await page.open(t, thirty({ sec: "0.1" }));
  await tab.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => {
      const percent = document.querySelector(".run-panel [role=progressbar]")?.ariaValueNow;
      const text = document.querySelector(".run-panel p[role=status]")?.textContent;
      if (percent) globalThis.said.push(`${Math.floor(Number(percent) / 10) * 10}: ${text}`);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  await run(tab);
  await tab.locator("#run-title").getByText("30 of 30 done, all succeeded").waitFor();
  const said = [...new Set(await tab.evaluate(() => globalThis.said))];
  assert.ok(said.length > 2, `${said}`);
  for (const one of said) assert.match(one, /^(\d+): \1 percent done\.$/);
});

test("nothing can be started under the name of a DAG that is not the plan's", { skip }, async (t) => {
  const tab = await page.open(t, thirty());
  await tab.evaluate(() => {
    globalThis.offered = new Set();
    new MutationObserver(() => {
      const name = document.querySelector(".page-header .menu > button")?.textContent;
      const go = document.querySelector(".verdict .primary");
      if (go) globalThis.offered.add(`${name}: ${go.disabled ? "not yet" : go.textContent}`);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const tasks = layered(2000).map(([taskId, command, ...dependsOn]) => ({ taskId, command, dependsOn }));
  await paste(tab, JSON.stringify({ dagId: "another", schedule: "@hourly", timeZone: "UTC", tasks }));
  await button(tab, "Use another (2,000 tasks)").click();
  await button(tab, "Run 720 runs").waitFor();
  const offered = await tab.evaluate(() => [...globalThis.offered]);
  console.log(`# ${offered.join(" | ")}`);
  assert.ok(offered.some((text) => /^another.*720/.test(text)));
  assert.deepEqual(
    offered.filter((text) => /^another.*: Run 30/.test(text)),
    [],
  );
});

test("made-up runs are told beside what they count in, and can be forgotten without real ones", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty());
  const row = (day) => tab.locator(".dagfill-row", { hasText: day });
  await tab.getByText(/^Simulation:/).click();
  await button(tab, "Add sample history").click();
  const bullet = tab.locator("[data-code=samples]", { hasText: "7 earlier runs are made up" });
  await bullet.waitFor();
  const real = {
    dag_id: "numbers",
    run_id: "real",
    state: "success",
    logical_date: "2026-01-08T00:00:00+00:00",
  };
  await paste(tab, JSON.stringify([real]));
  await tab.getByTestId("brought").getByText("1 run of numbers taken over.").waitFor();
  await tab.keyboard.press("Escape");
  const told = verdict(tab).getByText(/^22 new, \d again.* of them made up\)/);
  await told.waitFor();
  const madeUp = [...(await told.textContent()).matchAll(/\((\d) of them made up\)/g)];
  assert.equal(
    madeUp.reduce((sum, [, count]) => sum + Number(count), 0),
    7,
  );
  await row("2026-01-01").getByText("succeeded before, made up").waitFor();
  assert.equal(await row("2026-01-08").getByText("made up").count(), 0);
  await bullet.getByRole("button", { name: "Forget the made-up runs" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Forget them" }).click();
  await bullet.waitFor({ state: "detached" });
  await button(tab, "Run 29 runs").waitFor();
  await row("2026-01-08").getByText("succeeded before").waitFor();
  await button(tab, "Forget all records").click();
  await tab.getByRole("dialog").getByText("also those that you imported").waitFor();
  await tab.getByRole("dialog").getByRole("button", { name: "Forget them" }).click();
  await button(tab, "Run 30 runs").waitFor();
});
