// Faults that were found by using the page for real.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModule } from "./www-module.mjs";
import { hash, planned, starting, usePage, verdict, withoutBrowser } from "./www-page.mjs";
import { run } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
const fields = {
  id: "mend",
  from: "2026-01-01",
  to: "2026-01-31",
  which: "none",
  tz: "UTC",
  sec: "0.05",
  fail: "0",
};
const headline = (tab, text) => tab.locator("#run-title").getByText(text).waitFor();

test("durations have two units", async () => {
  const { englishDuration } = await pageModule('export { englishDuration } from "dagfill/planning";');
  const texts = [850, 59_600, 90_000, 3_600_000, 7_500_000, 8_640_000, 90_000_000, 3_599_600].map(
    englishDuration,
  );
  assert.deepEqual(texts, [
    "850 ms",
    "1 min",
    "1 min 30 s",
    "1 h",
    "2 h 5 min",
    "2 h 24 min",
    "1 d 1 h",
    "1 h",
  ]);
});

test("the finish time has its day and zone", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, sec: "90" }), { timezoneId: "Europe/Berlin" });
  await verdict(tab)
    .filter({
      hasText: /at 1 min 30 s a run \(finish \w{3},? \d+ \w+(,| at) \d\d:\d\d (CET|CEST|UTC|GMT)\S*\)/,
    })
    .waitFor();
});

test("the start of a backfill has its day and zone, too: one from the past may be looked at", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  await run(tab);
  await tab.getByText(/Started [A-Z][a-z]{2},? \d{1,2} [A-Z][a-z]+, \d\d:\d\d \S+\./).waitFor();
});

test("the skip link leads to the plan and leaves it as it is", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  assert.equal(await starting(tab), 31);
  await tab.getByRole("link", { name: "Skip to the plan" }).focus();
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => document.activeElement?.id === "plan");
  // The address is written again with the next edit, and still holds the whole plan.
  await tab.getByLabel("Missing and failed").check();
  await tab.waitForFunction(
    () => location.hash.includes("to=2026-01-31") && !location.hash.includes("which="),
  );
  await planned(tab);
  assert.equal(await starting(tab), 31);
  assert.equal(await tab.getByLabel("From", { exact: true }).inputValue(), "2026-01-01");
});

test("retry takes what never started, too", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, sec: "60" }));
  await run(tab);
  await tab.getByText(/running \d+, queued/).waitFor();
  await tab.getByRole("button", { name: "Cancel…" }).click();
  await tab
    .getByRole("dialog")
    .getByRole("button", { name: /^Stop now/ })
    .click();
  await headline(tab, /0 of 31 done, 31 canceled/);
  await tab.getByRole("button", { name: "Retry failed and stopped" }).click();
  await headline(tab, "0 of 31 done");
});

test("after Resume what was done is done, and ends as such", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, to: "2026-03-31", sec: "0.4", par: "4" }));
  await run(tab);
  await tab.waitForFunction(() => Number(/succeeded (\d+),/.exec(document.body.textContent)?.[1]) >= 8);
  // When it ends is a band by then, from its own runs.
  await tab
    .locator(".dagfill-finish")
    .getByText(/ in 8 of 10 outcomes, .* from its \d+ runs so far\.$/)
    .waitFor();
  await tab.reload();
  await tab.getByRole("button", { name: "Resume" }).click();
  const succeeded = tab.locator(".legend button", { hasText: "succeeded" });
  await succeeded.waitFor();
  assert.ok(Number((await succeeded.innerText()).replace(/\D/g, "")) >= 8);
  await headline(tab, "90 of 90 done, all succeeded");
  assert.equal((await succeeded.innerText()).replace(/\D/g, ""), "90");
  assert.equal(await tab.locator(".legend button", { hasText: "canceled" }).count(), 0);
});

test("Resume goes on with a backfill that was paused when its tab was closed", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, sec: "0.2", par: "4" }));
  await run(tab);
  await tab.getByRole("button", { name: "Pause" }).click();
  await tab.getByText(/running 0, queued [1-9]/).waitFor();
  await tab.reload();
  await tab.getByRole("button", { name: "Resume" }).click();
  await headline(tab, "31 of 31 done, all succeeded");
});

test("what has ended does not say that no run is there, and colours and numbers are those of the backfill", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  await run(tab);
  await headline(tab, "31 of 31 done, all succeeded");
  await tab.getByTestId("why").getByText("Succeeded", { exact: true }).waitFor();
  await tab.getByTestId("timing").getByText("31 dates", { exact: true }).waitFor();
  await tab.locator(".dagfill-intervals li[aria-current] .dagfill-t-success").waitFor();
});

test("the focus goes to the headline and back to the plan, not to the body", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  await tab.getByRole("button", { name: "Run 31 runs" }).focus();
  await tab.keyboard.press("Enter");
  await headline(tab, "31 of 31 done, all succeeded");
  await tab.waitForFunction(() => document.activeElement?.id === "run-title");
  await tab.getByRole("button", { name: "Edit a copy" }).focus();
  await tab.keyboard.press("Enter");
  await tab.waitForFunction(() => document.activeElement?.id === "plan");
});

test("the selection stays inside a range that changes", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, sel: "2026-01-20" }));
  await tab.locator('.dagfill-row[aria-selected="true"]').getByText("2026-01-20").waitFor();
  await tab.getByLabel("To", { exact: true }).fill("2026-01-10");
  await tab.locator('.dagfill-row[aria-selected="true"]').getByText("2026-01-01").waitFor();
});

test("a range that is not due offers no choice that does nothing", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, from: "tomorrow", to: "+30d" }));
  await tab.getByText(/Nothing to run: all 3\d are left alone/).waitFor();
  assert.equal(await tab.locator(".banner").getByRole("button", { name: "Everything" }).count(), 0);
});

test("an error stands at its field, and nowhere a second time", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, s: "0 24 * * *" }), { planned: false });
  await tab.getByText("No plan yet: the field Schedule has an error.").waitFor();
  assert.equal(await tab.getByText("hour 24: expected 0 to 23").count(), 1);
  await tab.getByRole("button", { name: "Go to Schedule" }).click();
  await tab.waitForFunction(() => document.activeElement?.getAttribute("name") === "schedule");
  await tab.getByLabel("Schedule", { exact: true }).fill("@daily");
  await planned(tab);
  for (const [label, wrong, right] of [
    ["Time zone", "Europe/Berln", "UTC"],
    ["From", "2026-13-01", "2026-01-01"],
    ["To", "soon", "2026-01-31"],
  ]) {
    await tab.getByLabel(label, { exact: true }).fill(wrong);
    const note = tab.locator(".plan-form .note.bad");
    await note.waitFor();
    const text = await note.innerText();
    const times = await tab.evaluate((part) => document.body.innerText.split(part).length - 1, text);
    assert.equal(times, 1, text);
    await tab.getByLabel(label, { exact: true }).fill(right);
    await note.waitFor({ state: "detached" });
  }
  const after = tab.getByRole("group", { name: "extract runs after" }).getByLabel("Runs after");
  await tab.getByRole("button", { name: "List", exact: true }).click();
  await after.fill("report");
  await after.press("Enter");
  await tab.getByText("Showing the last valid plan.").waitFor();
  assert.equal((await tab.evaluate(() => document.body.innerText)).match(/wait for each other/g).length, 1);
});

test("an edit is taken back by a button and by Ctrl+Z, and done again", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields));
  const undo = tab.getByRole("button", { name: "Undo" });
  assert.ok(await undo.isDisabled());
  await tab.getByLabel("Everything").check();
  await tab.getByRole("button", { name: "30 days", exact: true }).click();
  await undo.click();
  const to = tab.getByLabel("To", { exact: true });
  assert.equal(await to.inputValue(), "2026-01-31");
  await tab.keyboard.press("Control+z");
  await tab.waitForFunction(() => document.querySelector("input[name=which]")?.checked);
  await tab.keyboard.press("Control+Shift+z");
  await tab.waitForFunction(() => !document.querySelector("input[name=which]")?.checked);
});

test("Resume goes on with as many runs at once as were set last", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, sec: "60", par: "2" }));
  await run(tab);
  await tab.getByText("running 2, queued 29").waitFor();
  await tab.locator(".run-panel").getByLabel("Parallel runs").fill("5");
  await tab.getByText("running 5, queued 26").waitFor();
  await tab.reload();
  await tab.getByRole("button", { name: "Resume" }).click();
  await tab.getByText("running 5, queued 26").waitFor();
  assert.equal(await tab.locator(".run-panel").getByLabel("Parallel runs").inputValue(), "5");
});

test("a long id does not widen the page, and no date is cut on a phone", { skip }, async (t) => {
  const id = "an_id_that_a_tool_has_generated_".repeat(8);
  // With a day on which the clock changes.
  const march = { from: "2026-03-01", to: "2026-03-31", tz: "Europe/Berlin", s: "30 2 * * *" };
  const tab = await page.open(t, hash({ ...fields, ...march, id, sel: "2026-03-29" }), {
    viewport: { width: 390, height: 844 },
  });
  const width = () => tab.evaluate(() => document.documentElement.scrollWidth);
  assert.equal(await width(), 390);
  await tab.locator('.dagfill-row[aria-selected="true"]', { hasText: "DST" }).waitFor();
  const cut = await tab.evaluate(() =>
    [...document.querySelectorAll(".dagfill-row [role=gridcell]:not(:last-child)")]
      .filter((cell) => cell.scrollWidth > cell.clientWidth)
      .map((cell) => cell.textContent),
  );
  assert.deepEqual(cut, []);
  await tab.setViewportSize({ width: 1380, height: 900 });
  assert.equal(await width(), 1380);
});

test("records are only forgotten when that is confirmed", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, which: "failed" }));
  await tab.getByText(/^Simulation:/).click();
  await tab.getByRole("button", { name: "Add sample history" }).click();
  await tab
    .locator(".legend")
    .getByText(/left alone/)
    .waitFor();
  await tab.locator(".dagfill-row").getByText("succeeded before").first().waitFor();
  // Records that are made up say so below the calendar and at their date.
  await tab.locator("[data-code=samples]", { hasText: "7 earlier runs are made up" }).waitFor();
  await tab.getByRole("grid", { name: "Runs" }).focus();
  await tab.keyboard.press("Home");
  await tab
    .getByTestId("why")
    .getByText(/^It succeeded 2026-01-02 02:3\d \(a made-up sample\)/)
    .waitFor();
  await tab.getByRole("button", { name: "Forget all records" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Keep" }).click();
  await tab.locator(".dagfill-row").getByText("succeeded before").first().waitFor();
  await tab.getByRole("button", { name: "Forget all records" }).click();
  await tab.getByRole("dialog").getByRole("button", { name: "Forget them" }).click();
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
});

test("the page says what it is, and that its runs are simulated, before any script has come", {
  skip,
}, async (t) => {
  const context = await page.context(t);
  let release;
  const held = new Promise((resolve) => {
    release = resolve;
  });
  await context.route("**/assets/*.js", async (route) => {
    await held;
    await route.continue();
  });
  const tab = await context.newPage();
  await tab.goto(page.url + hash(fields), { waitUntil: "commit" });
  const words = tab.getByText("See every date a backfill will touch.");
  await words.waitFor();
  await tab.getByText("Runs here are simulated.").waitFor();
  await tab.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const place = await words.boundingBox();
  const field = (name) => tab.locator(".plan-form .field").filter({ hasText: name }).first().boundingBox();
  const { x, y } = await field("Schedule");
  release();
  await planned(tab);
  await tab.getByRole("button", { name: "Copy npm i dagfill" }).waitFor();
  // Nothing has moved when the page took the place of the document's words.
  assert.deepEqual(await words.boundingBox(), place);
  const after = await field("Schedule");
  assert.deepEqual([after.x, after.y], [x, y]);
  const lead = tab.getByRole("region", { name: "About this page" });
  const links = await lead
    .getByRole("link")
    .evaluateAll((all) => all.map((link) => [link.textContent, link.href]));
  assert.deepEqual(links, [
    ["Docs", "https://github.com/dagfill/dagfill#readme"],
    ["Source", "https://github.com/dagfill/dagfill"],
  ]);
  await lead.getByRole("button", { name: "Paste your DAG" }).click();
  await tab.getByRole("dialog", { name: "Bring your own DAG" }).waitFor();
  await tab.keyboard.press("Escape");
  // While it runs and when it has ended, too.
  await run(tab);
  await tab.locator(".run-panel").getByText("Simulated: no command is run.").waitFor();
  await headline(tab, "31 of 31 done, all succeeded");
  await tab.locator(".run-panel").getByText("Simulated: no command is run.").waitFor();
  await lead.getByText("Runs here are simulated.").waitFor();
});

test("a range is set by two taps on a touch screen", { skip }, async (t) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const tab = await page.open(t, hash({ ...fields, from: "2026-01-01", to: "2026-01-31" }), phone);
  const drawn = await drawnTexts(tab);
  await tab.getByRole("button", { name: "Set a range by two taps" }).tap();
  const box = await tab.locator(".dagfill-sheet").boundingBox();
  // Seven columns of a month that begins on a Thursday: its weeks stand below each other.
  const pitch = Math.max(24, Math.min(44, Math.floor((box.width - 2) / 7)));
  const at = (column, week) => [box.x + 2 + (column + 0.5) * pitch, box.y + 40 + (week + 0.5) * pitch];
  await tab.touchscreen.tap(...at(0, 1));
  await tab.getByRole("button", { name: "Tap the last day" }).waitFor();
  await tab.touchscreen.tap(...at(3, 2));
  await tab.locator(".bottom-bar").getByText("11 runs").waitFor();
  await tab.getByRole("button", { name: "Set a range by two taps" }).waitFor();
  // Months have a heading, and columns the names of their days.
  const texts = await drawn();
  for (const text of ["Jan 2026", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
    assert.ok(texts.includes(text), `${text} in ${texts}`);
});

/** Notes the texts that are drawn on canvases from now on. */
async function drawnTexts(tab) {
  await tab.evaluate(() => {
    globalThis.drawn = new Set();
    const own = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
      globalThis.drawn.add(text);
      return own.call(this, text, ...place);
    };
  });
  return () => tab.evaluate(() => [...globalThis.drawn]);
}

test("a short range has large cells, and shows hours where days have many dates", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, from: "2025-01-01", to: "2026-01-31" }));
  const height = () =>
    tab.locator(".dagfill-sheet").evaluate((sheet) => sheet.getBoundingClientRect().height);
  assert.ok((await height()) > 250, "two strips of a year");
  const from = tab.getByLabel("From", { exact: true });
  await from.fill("2026-01-01");
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
  assert.equal(await height(), 7 * 34 + 26);
  await from.fill("2025-12-20");
  await tab.getByRole("button", { name: "Run 43 runs" }).waitFor();
  assert.equal(await height(), 7 * 26 + 26);
  const drawn = await drawnTexts(tab);
  await tab.getByLabel("Schedule", { exact: true }).fill("0 * * * *");
  await tab.getByRole("button", { name: "Run 1,032 runs" }).waitFor();
  const texts = await drawn();
  for (const text of ["00:00", "06:00", "12:00", "18:00"]) assert.ok(texts.includes(text), `${texts}`);
});

test("each command of the chosen date can be copied", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields), { permissions: ["clipboard-read", "clipboard-write"] });
  await tab.getByTestId("why").getByText("extract --date 2026-01-01").waitFor();
  await tab.getByRole("button", { name: "Copy: extract command" }).click();
  await tab.getByText("Copied", { exact: true }).waitFor();
  assert.match(await tab.evaluate(() => navigator.clipboard.readText()), /^extract --date 2026-01-01 /);
});

test("the table is filtered by state and reason", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, ex: "2026-01-05,2026-01-06" }));
  await tab.getByLabel("Filter by date or state").fill("taken out");
  const shown = (text) => tab.locator(".dagfill-runs header").getByText(text, { exact: true }).waitFor();
  await shown("2 of 31");
  await tab.getByLabel("Filter by date or state").fill("new");
  await shown("29 of 31");
  await tab.getByLabel("Filter by date or state").fill("");
  await tab.locator(".legend").getByRole("button", { name: /^new/ }).click();
  await shown("2 of 31");
});

test("edges meet the cards, also where a card is lower than it was thought to be", { skip }, async (t) => {
  // Without a plan the cards have no commands of a date.
  const tab = await page.open(t, hash({ ...fields, s: "0 24 * * *" }), { planned: false });
  await tab.locator('.react-flow__edge[data-id="extract>load"]').waitFor({ state: "attached" });
  await tab.waitForFunction(() => {
    const path = document.querySelector('.react-flow__edge[data-id="extract>load"] path');
    const handle = document.querySelector('.react-flow__node[data-id="extract"] .source');
    if (!path || !handle) return false;
    const { y } = path.getPointAtLength(0).matrixTransform(path.getScreenCTM());
    const { top, bottom } = handle.getBoundingClientRect();
    return y >= top - 1 && y <= bottom + 1;
  });
});

test("trigger rules, retries, timeouts and all other fields can be edited, and are what runs", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  await tab.getByRole("button", { name: "List", exact: true }).click();
  const task = tab.getByRole("group", { name: "load", exact: true });
  await task.getByText("Trigger rule, retries, timeout").click();
  await task.getByLabel("Trigger rule").selectOption("all_done");
  await task.getByLabel("Retries").fill("3");
  await task.getByLabel("Timeout").fill("soon");
  await tab
    .getByRole("alert")
    .getByText(/timeout/)
    .waitFor();
  await task.getByLabel("Timeout").fill("PT1H");
  await tab.getByText("Other fields of the DAG (JSON)").click();
  const other = tab.getByRole("textbox", { name: "Other fields of the DAG (JSON)" });
  await other.fill('{ "dependsOnPast": tru');
  await tab.getByText(/^Line 1, column \d+: expected/).waitFor();
  const rest = {
    dependsOnPast: true,
    params: { table: "orders" },
    startDate: "2025-12-01",
    endDate: "2026-12-31",
    "x-team": { name: "core" },
  };
  await other.fill(JSON.stringify(rest));
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: "JSON request" }).click();
  const code = await tab.getByTestId("code").textContent();
  for (const part of [
    '"triggerRule": "all_done"',
    '"retries": 3',
    '"timeout": "PT1H"',
    '"dependsOnPast": true',
    '"startDate": "2025-12-01"',
    '"endDate": "2026-12-31"',
    '"table": "orders"',
    '"name": "core"',
  ])
    assert.ok(code.replaceAll('":"', '": "').includes(part), `${part} in ${code}`);
  // The address holds all of them: a reload, and who opens the link, has the same plan.
  await tab.keyboard.press("Escape");
  await tab.waitForFunction(() => location.hash.includes("more="));
  await tab.reload();
  await planned(tab);
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: "JSON request" }).click();
  assert.equal(await tab.getByTestId("code").textContent(), code);
});
