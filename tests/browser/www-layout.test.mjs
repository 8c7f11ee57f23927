// Faults that people saw in pictures of the page and of the components: each is measured, or read, here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundTests } from "./around.mjs";
import { inEveryState, serveGallery } from "./components-gallery.mjs";
import { hash, usePage, withoutBrowser } from "./www-page.mjs";
import { addressOf, phone, states } from "./www-states.mjs";
import { button, ended, failures, pack, paste, press, quarter } from "./www-steps.mjs";

const page = usePage();
const skip = withoutBrowser;
const why = (tab) => tab.getByTestId("why");

let gallery;
aroundTests(
  async () => {
    if (!skip) gallery = await serveGallery();
  },
  async () => gallery?.close(),
);

test("a table on a phone cuts neither a state nor the mark of a clock change", { skip }, async (t) => {
  // The table of the page at 390 px is as wide as the one of the gallery at 382 px.
  const context = await page.browser.newContext({ viewport: { width: 382, height: 844 } });
  t.after(() => context.close());
  const tab = await context.newPage();
  await tab.goto(gallery.addressOf("RunTable"));
  await inEveryState(tab);
  const cut = await tab.locator(".dagfill-row > span").evaluateAll((cells) =>
    cells
      .filter((cell) => cell.scrollWidth > cell.clientWidth)
      .map((cell) => cell.textContent)
      // Why a run has failed is longer than any column, and stands in the panel of its date.
      .filter((text) => !text.includes("failed: ")),
  );
  assert.deepEqual(cut, []);
});

test("forced colours: the corner of a clock change is cut out of its cell", { skip }, async (t) => {
  const tab = await page.open(t, hash(quarter), { forcedColors: "active" });
  tab.context().expect("getImageData");
  // The last Sunday of the range but none: the cell to the left of it, which has no corner, is all ink.
  const inks = await tab.evaluate(() => {
    const canvas = document.querySelector(".dagfill-calendar canvas");
    const context = canvas.getContext("2d");
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    const isInk = (x, y) => data[(y * width + x) * 4 + 3] > 0 && data[(y * width + x) * 4] < 40;
    // Rows of ink that end earlier than the row before the corner: the lowest row of cells.
    const ends = [];
    for (let y = height - 1; y >= 0; y--) {
      let x = width - 1;
      while (x >= 0 && !isInk(x, y)) x--;
      ends.push(x);
    }
    return ends.filter((x) => x > 0).slice(0, 20);
  });
  // From below: the side of the cell is straight, and its corner goes back by several pixels.
  const side = inks[2];
  assert.ok(Math.min(...inks) <= side - 5, inks.join(" "));
});

test("a plan without dates says so in the table", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...quarter, s: "0 6 15 5 *" }));
  await tab.locator(".dagfill-runs").getByText("No date matches.").waitFor();
});

test("an error keeps the chosen date of the last valid plan, and the tasks have no commands of it", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(quarter));
  await why(tab).getByText("report --day 2026-01-01 --region eu").waitFor();
  await tab.getByLabel("Schedule", { exact: true }).fill("0 24 * * *");
  await tab.getByText("Showing the last valid plan.").waitFor();
  await tab.waitForFunction(() => !document.querySelector(".dag .rendered"));
  await why(tab).getByText("report --day 2026-01-01 --region eu").waitFor();
});

test("why a run has failed stands right below its facts", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states["failed tasks"]));
  await states["failed tasks"].bring(tab);
  const gap = await why(tab).evaluate((panel) => {
    const facts = panel.querySelector("dl").getBoundingClientRect();
    return panel.querySelector(".dagfill-bad").getBoundingClientRect().top - facts.bottom;
  });
  assert.ok(gap >= 0 && gap < 10, `${gap}`);
  await tab.locator(".frozen").getByText("Missing only").waitFor();
  await tab.getByText("succeeded 0, failed 2, running 0, queued 0").waitFor();
});

test("failed dates that are left alone are offered in the words of the form", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...quarter, s: "*/5 * * * *", tz: "UTC" }));
  await paste(tab, failures);
  await tab.getByTestId("brought").getByText("30 runs of looks").waitFor();
  await tab.keyboard.press("Escape");
  await tab.getByText("30 dates failed before and are left alone.").waitFor();
  await button(tab, "Run missing and failed").click();
  await tab.getByRole("button", { name: "Run 25,920 runs" }).waitFor();
});

test("what would run nothing is not offered, and a finished run counts its own dates", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash({ ...quarter, to: "2026-01-04", sec: "0", fail: "0" }));
  await press(tab);
  await ended(tab, /all succeeded/);
  await tab.getByTestId("timing").getByText("4 dates", { exact: true }).waitFor();
  await button(tab, "Edit a copy").click();
  const banner = tab.locator(".banner", { hasText: "Nothing to run: all 4 are left alone." });
  await banner.getByRole("button", { name: "Everything" }).waitFor();
  assert.equal(await banner.getByRole("button").count(), 1);
  await tab.getByTestId("timing").getByText("0 of 4 dates will run, planned in").waitFor();
});

test("two dates of a repeated hour are told apart by their offsets", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states["the clock goes back"]));
  const timeline = tab.getByRole("region", { name: "Data intervals and due times" });
  await timeline.getByRole("button", { name: "2026-10-25 02:30 +02:00" }).waitFor();
  await timeline.getByRole("button", { name: "2026-10-25 02:30 +01:00" }).waitFor();
});

test("the way back of a cycle is seen beside the tasks", { skip }, async (t) => {
  const rows = [
    ["a", "a", "b"],
    ["b", "b", "a"],
  ];
  const tab = await page.open(t, hash({ ...quarter, dag: pack(rows) }), { planned: false });
  const paths = tab.locator(".react-flow__edge.cycle .react-flow__edge-path");
  // The straight edge has no width, and counts as hidden.
  await paths.nth(1).waitFor({ state: "attached" });
  const right = (boxes) => Math.max(...boxes.map((box) => box.getBoundingClientRect().right));
  const card = await tab.locator(".react-flow__node").evaluateAll(right);
  assert.ok((await paths.evaluateAll(right)) > card + 20);
});

test("on a phone an error names its field, and no plan is not one of 0 runs", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...quarter, s: "0 24 * * *" }), { ...phone, planned: false });
  await tab.getByRole("alert").getByText("Schedule: hour 24: expected 0 to 23").waitFor();
  await tab.locator(".bottom-bar").getByText("No plan yet").waitFor();
});

test("too many dates: how many, of which range, in numbers that can be read", { skip }, async (t) => {
  const many = { ...quarter, s: "* * * * *", from: "2000-01-01", to: "2025-12-31" };
  const tab = await page.open(t, hash(many), { planned: false });
  await tab
    .getByRole("alert")
    .getByText("13,675,680 from 2000-01-01 to 2025-12-31, at most 2,000,000 are planned.")
    .waitFor();
});

test("tasks of an interrupted run do not run, and nobody says that nothing has started", {
  skip,
}, async (t) => {
  const tab = await page.open(t, addressOf(states["an interrupted one in review"]));
  await states["an interrupted one in review"].bring(tab);
  await why(tab).getByText("It was interrupted").waitFor();
  await button(tab, "List").click();
  await tab.locator(".task-list fieldset").first().waitFor();
  assert.equal(await tab.locator(".task-state").count(), 0);
  assert.equal(await tab.getByText("Nothing has started yet.").count(), 0);
});

test("the panel of a date ends where the commands of its many tasks do", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states["50 tasks"]));
  await why(tab).getByRole("button", { name: "Show all 50" }).waitFor();
  const below = await why(tab).evaluate((panel) => {
    const last = [...panel.querySelectorAll("button")].at(-1);
    return panel.getBoundingClientRect().bottom - last.getBoundingClientRect().bottom;
  });
  assert.ok(below < 30, `${below} pixels`);
});

test("the hour of the chosen date is marked among those of its day", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states["hourly plan"]));
  const current = tab.locator(".hours button[aria-current=true]");
  await current.filter({ hasText: "00" }).waitFor();
  await tab.locator(".hours button", { hasText: "07" }).click();
  await current.filter({ hasText: "07" }).waitFor();
  assert.equal(await current.count(), 1);
});

test("a schedule stands in one piece in the note of a clock change", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states["hourly plan"]));
  const note = tab.locator(".clock-notes li", { hasText: "23 runs that day" });
  assert.match(await note.textContent(), /\(0\u00a0\*\u00a0\*\u00a0\*\u00a0\*\)/);
});

test("one date that is not due is spoken of as one", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...quarter, from: "tomorrow", to: "tomorrow" }));
  await tab.locator("[data-code=not_due]", { hasText: "1 date is not due yet" }).waitFor();
  await button(tab, "Run it all the same").click();
  await button(tab, "Run 1 run").waitFor();
});

test("on a phone the buttons of a paused backfill begin where its words do", { skip }, async (t) => {
  const tab = await page.open(t, addressOf(states.paused), phone);
  await states.paused.bring(tab);
  const left = (locator) => locator.evaluate((each) => each.getBoundingClientRect().left);
  const words = await left(tab.locator("#run-title"));
  assert.equal(await left(tab.locator(".run-panel .go > *").first()), words);
  assert.equal(await left(button(tab, "Cancel…")), words);
});
