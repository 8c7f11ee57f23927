// Numbers and names of the page that belong together: each sum is whole, and nothing is told of another run or plan.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, usePage, verdict, withoutBrowser } from "./www-page.mjs";
import { button } from "./www-steps.mjs";

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
const run = (tab) => tab.getByRole("button", { name: /^Run [\d,]+ runs?$/ }).click();
const legend = async (tab) =>
  (await tab.locator(".legend button").allInnerTexts()).map((text) => text.replace(/\s+/g, " "));
const counts = (tab, text) => tab.locator(".counts").getByText(text, { exact: true }).waitFor();
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

test("the calendar's grid has the shape of its picture, and the arrow keys follow it", {
  skip,
}, async (t) => {
  const tab = await page.open(t, thirty());
  await tab.locator('[role=gridcell][data-day="2026-01-01"]').focus();
  const place = () =>
    tab.evaluate(() => {
      const { dataset, cellIndex, parentElement } = document.activeElement;
      const heading = parentElement.querySelector("th[scope=row]")?.textContent;
      return [dataset.day, heading, cellIndex, parentElement.rowIndex];
    });
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
