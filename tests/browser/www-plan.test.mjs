// The page plans: typing, errors, the calendar by keys and pointer, the table.
import assert from "node:assert/strict";
import { test } from "node:test";
import { graphFitted, hash, planned, starting, usePage, verdict, withoutBrowser } from "./www-page.mjs";

const page = usePage();
const skip = withoutBrowser;
const january = hash({
  id: "plan_test",
  from: "2026-01-01",
  to: "2026-03-31",
  which: "none",
  tz: "Europe/Berlin",
});

test("a fresh visit plans the example over sample records, from any path", { skip }, async (t) => {
  const tab = await page.open(t);
  await verdict(tab)
    .filter({ hasText: /[1-9]\d* again .*, [1-9]\d* left alone/ })
    .waitFor();
  assert.ok((await starting(tab)) > 100);
  assert.match(await tab.getByTestId("schedule-words").textContent(), /02:30/);
  // The chosen date is explained by an answer of its own, which may come after the plan.
  await tab
    .getByTestId("why")
    .filter({ hasText: /left alone|No run yet|runs it again/ })
    .waitFor();
});

test("text is never rewritten while it is typed, and the last valid plan stays", { skip }, async (t) => {
  const tab = await page.open(t, january);
  assert.equal(await starting(tab), 90);
  const from = tab.getByLabel("From", { exact: true });
  await from.focus();
  await from.selectText();
  let text = "";
  for (const key of "2026-02-01 02:30") {
    await tab.keyboard.type(key);
    text += key;
    await tab.waitForTimeout(30);
    assert.equal(await from.inputValue(), text);
  }
  await tab.getByRole("button", { name: "Run 59 runs" }).waitFor();
  await tab.keyboard.press("Tab");
  assert.equal(await from.inputValue(), "2026-02-01 02:30");

  const cron = tab.getByLabel("Schedule", { exact: true });
  await cron.focus();
  await cron.selectText();
  text = "";
  for (const key of "0 24 * * *") {
    await tab.keyboard.type(key);
    text += key;
    await tab.waitForTimeout(30);
    assert.equal(await cron.inputValue(), text);
  }
  await tab.getByText("Showing the last valid plan.").waitFor();
  assert.equal(await cron.getAttribute("aria-invalid"), "true");
  assert.match(await tab.getByTestId("caret").textContent(), /\n {2}\^/);
  assert.ok(await tab.getByRole("button", { name: "Run 59 runs" }).isDisabled());
});

test("bounds take words, weeks and months", { skip }, async (t) => {
  const tab = await page.open(t, january);
  // Yesterday's run is due at midnight.
  await tab.getByLabel("Schedule", { exact: true }).fill("@daily");
  const from = tab.getByLabel("From", { exact: true });
  const to = tab.getByLabel("To", { exact: true });
  for (const [a, b, count] of [
    ["2026-W12", "2026-W12", 7],
    ["2026-02", "2026-02", 28],
    ["2025", "2025", 365],
    ["-30d", "yesterday", 30],
  ]) {
    await from.fill(a);
    await to.fill(b);
    await tab.getByRole("button", { name: `Run ${count} runs` }).waitFor();
  }
});

test("each wrong state names the way out", { skip }, async (t) => {
  const tab = await page.open(t, january);
  const from = tab.getByLabel("From", { exact: true });
  const to = tab.getByLabel("To", { exact: true });
  const cron = tab.getByLabel("Schedule", { exact: true });

  await from.fill("2026-04-30");
  await tab.getByRole("alert").getByText("From is after To.").waitFor();
  await tab.getByRole("button", { name: "Swap them" }).click();
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();

  await cron.fill("0 6 15 5,6 *");
  await tab.getByText(/Nothing between .* Next date: Fri 2026-05-15/).waitFor();
  await tab.getByRole("button", { name: "Extend to include it" }).click();
  await tab.getByRole("button", { name: "Run 1 run" }).waitFor();

  await cron.fill("0 0 30 2 *");
  await tab.locator('.warn[data-code="never_fires"]').waitFor();
  await cron.fill("0 0 13 * 5");
  await tab.locator('.warn[data-code="dom_or_dow"]').waitFor();

  const zone = tab.getByLabel("Time zone", { exact: true });
  await zone.fill("Europe/Berln");
  await tab.locator(".field .note.bad").getByText("Europe/Berlin").waitFor();
  await zone.fill("Europe/Berlin");

  await to.fill("2199-12-31");
  await cron.fill("* * * * *");
  await tab
    .getByRole("alert")
    .getByText(/Too many dates\. 91,386,780 from .* at most 2,000,000 are planned/)
    .waitFor();
  await cron.fill(JSON.stringify(Array(1001).fill("@daily")));
  await tab.getByRole("alert").getByText("1001 parts of a schedule: expected at most 1000").waitFor();

  await cron.fill("@daily");
  await to.fill("2026-05-31");
  await planned(tab);
  await tab.getByText("Conf (JSON)").first().click();
  await tab.getByLabel("Conf (JSON)").fill('{\n  "a": 1\n  "b": 2\n}');
  await tab.getByText("Line 3, column 3: expected a comma or }.").first().waitFor();
  assert.ok(await tab.getByRole("button", { name: /^Run \d/ }).isDisabled());
});

test("a cycle is named, an unknown macro underlined with a suggestion", { skip }, async (t) => {
  const tab = await page.open(t, january);
  await tab.getByRole("button", { name: "List", exact: true }).click();
  const command = tab.getByLabel("Command", { exact: true }).first();
  await command.fill("extract {{ dss }}");
  await tab.getByText("is not defined. Did you mean ds?").first().waitFor();
  await tab.getByRole("button", { name: "Graph" }).click();
  assert.equal(await tab.locator(".task-card mark.unknown").first().textContent(), "dss");
  await tab.getByRole("button", { name: "List", exact: true }).click();
  const after = tab.getByRole("group", { name: "extract runs after" }).getByLabel("Runs after");
  await after.fill("report");
  await after.press("Enter");
  // A cycle has no first task: any of the three may be named first, in either direction.
  const path = await tab.getByRole("alert").locator("b").first().textContent();
  const named = path.split(" → ");
  assert.equal(named.at(0), named.at(-1));
  assert.deepEqual(named.slice(1).sort(), ["extract", "load", "report"]);
});

test("the graph refuses an edge that closes a cycle, adds and deletes tasks", { skip }, async (t) => {
  const tab = await page.open(t, january);
  const card = (id) => tab.locator(`.react-flow__node[data-id="${id}"]`);
  await card("report").waitFor();
  const drag = async (from, to) => {
    const [a, b] = [
      await card(from).locator(".source").boundingBox(),
      await card(to).locator(".target").boundingBox(),
    ];
    await tab.mouse.move(a.x + a.width / 2, a.y + a.height / 2);
    await tab.mouse.down();
    await tab.mouse.move(b.x + 2, b.y + 20, { steps: 5 });
    await tab.mouse.move(b.x + b.width / 2, b.y + b.height / 2, { steps: 5 });
    await tab.mouse.up();
  };
  // Both ends of an edge must be in sight, and the graph is fitted again when its cards get their commands.
  await tab.locator(".dag-canvas").evaluate((canvas) => canvas.scrollIntoView({ block: "center" }));
  await graphFitted(tab);
  await drag("report", "extract");
  await tab.getByText("This would be a cycle:").waitFor();
  await drag("check", "report");
  await tab.locator('.react-flow__edge[data-id="check>report"]').waitFor({ state: "attached" });
  await tab.getByRole("button", { name: "Add a task" }).click();
  await card("task_5").waitFor();
  await card("task_5").click();
  await tab.getByLabel("Command of task_5").fill("echo {{ ds_nodash }}");
  await card("task_5").getByText("echo 20260101").waitFor();
  await card("task_5").focus();
  await tab.keyboard.press("Delete");
  await card("task_5").waitFor({ state: "detached" });
});

test("calendar: keys move, extend the range and take days out", { skip }, async (t) => {
  const tab = await page.open(t, january);
  const cell = (day) => tab.locator(`[role=gridcell][data-day="${day}"]`);
  await cell("2026-01-01").focus();
  await tab.keyboard.press("ArrowRight");
  assert.equal(await tab.locator(":focus").getAttribute("data-day"), "2026-01-08");
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("PageDown");
  assert.equal(await tab.locator(":focus").getAttribute("data-day"), "2026-02-09");
  assert.equal(await tab.locator(":focus").getAttribute("aria-label"), "Monday, 9 February 2026: 1 new");
  await tab.keyboard.press("End");
  assert.equal(await tab.locator(":focus").getAttribute("data-day"), "2026-03-31");
  await tab.keyboard.press("ArrowUp");
  await tab.keyboard.press("ArrowUp");
  assert.equal(
    await tab.locator(":focus").getAttribute("aria-label"),
    "Sunday, 29 March 2026: 1 new, clock change",
  );
  await tab.keyboard.press("Space");
  await tab.getByRole("button", { name: "Run 89 runs" }).waitFor();
  assert.match(
    await tab.locator(":focus").getAttribute("aria-label"),
    /1 left alone, taken out, clock change/,
  );
  await tab.keyboard.press("Space");
  await tab.getByRole("button", { name: "Run 90 runs" }).waitFor();
  await tab.keyboard.press("Shift+ArrowLeft");
  await tab.getByRole("button", { name: "Run 8 runs" }).waitFor();
  assert.equal(await tab.getByLabel("From", { exact: true }).inputValue(), "2026-03-22");
});

/** Middle of a day's cell on the page, by the marks that the calendar makes of its own layout. */
async function place(tab, day) {
  const box = await tab.locator(".dagfill-calendar canvas").first().boundingBox();
  const monday = (Date.UTC(2026, 0, 1) - 3 * 864e5) / 864e5;
  const at = Date.parse(`${day}T00:00Z`) / 864e5 - monday;
  // The weeks of a range within one year, here three months.
  const pitch = Math.max(8, Math.min(26, Math.floor((box.width - 38) / 14)));
  return {
    x: box.x + 34 + Math.floor(at / 7) * pitch + pitch / 2,
    y: box.y + 20 + (at % 7) * pitch + pitch / 2,
  };
}

test("calendar: a click chooses, a drag sets the range, Ctrl+click takes out", { skip }, async (t) => {
  const tab = await page.open(t, january);
  const point = await place(tab, "2026-02-11");
  await tab.mouse.click(point.x, point.y);
  const row = tab.locator('.dagfill-row[aria-selected="true"]');
  await row.getByText("2026-02-11").waitFor();
  await tab.locator(".task-card").first().getByText("extract --date 2026-02-11").waitFor();
  const other = await place(tab, "2026-02-20");
  await tab.mouse.move(other.x, other.y);
  await tab.locator(".task-card").first().getByText("extract --date 2026-02-20").waitFor();

  await tab.keyboard.down("Control");
  await tab.mouse.click(other.x, other.y);
  await tab.keyboard.up("Control");
  await tab.getByRole("button", { name: "Run 89 runs" }).waitFor();

  const [a, b] = [await place(tab, "2026-02-02"), await place(tab, "2026-02-15")];
  await tab.mouse.move(a.x, a.y);
  await tab.mouse.down();
  await tab.mouse.move(b.x, b.y, { steps: 6 });
  await tab.mouse.up();
  await tab.getByRole("button", { name: "Run 14 runs" }).waitFor();
  assert.equal(await tab.getByLabel("To", { exact: true }).inputValue(), "2026-02-15");
});

test("calendar: the canvas has the colour of each token as often as there are days", { skip }, async (t) => {
  const tab = await page.open(t, january);
  tab.context().expect("getImageData");
  const count = () =>
    tab.evaluate(() => {
      const canvas = document.querySelector(".dagfill-calendar canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      let pixels = 0;
      // --create of the light scheme.
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 0x1f && data[at + 1] === 0x8f && data[at + 2] === 0xe8) pixels++;
      return pixels;
    });
  const all = await count();
  assert.ok(all > 90 * 100, `${all}`);
  await tab.getByRole("button", { name: /^new/ }).click();
  await tab.waitForFunction(() => document.querySelector(".legend [aria-pressed=false]"));
  assert.equal(await count(), 0);
  await tab.getByRole("button", { name: /^new/ }).click();
  await tab.getByLabel("To", { exact: true }).fill("2026-02-14");
  await tab.getByRole("button", { name: "Run 45 runs" }).waitFor();
  const half = await count();
  assert.ok(Math.abs(half / all - 0.5) < 0.03, `${half} of ${all}`);
});

test("table: filter, keys, and the reason of each date", { skip }, async (t) => {
  const tab = await page.open(t, january);
  await tab.getByLabel("Filter by date").fill("2026-03-2");
  await tab.locator(".dagfill-runs header").getByText("10 of 90").waitFor();
  await tab.getByRole("grid", { name: "Runs" }).focus();
  await tab.keyboard.press("End");
  await tab.locator('.dagfill-row[aria-selected="true"]').getByText("2026-03-29").waitFor();
  assert.match(await tab.locator('.dagfill-row[aria-selected="true"]').textContent(), /03:30 \+02:00DST/);
  assert.match(await tab.getByTestId("why").textContent(), /No run yet: will start/);
});

test("a day without a date says why, and dates that are not due can be run", { skip }, async (t) => {
  const tab = await page.open(t, january);
  await tab.getByLabel("Schedule", { exact: true }).fill("30 2 * * 1-5");
  await tab.getByRole("button", { name: "Run 64 runs" }).waitFor();
  const saturday = await place(tab, "2026-02-14");
  await tab.mouse.click(saturday.x, saturday.y);
  await tab
    .getByTestId("why")
    .getByText(/^Saturday, 14 February 2026$/)
    .waitFor();
  // Beside the day stands why it has no date.
  await tab.getByTestId("why").locator("p", { hasText: "Saturday" }).nth(1).waitFor();

  await tab.getByLabel("From", { exact: true }).fill("tomorrow");
  await tab.getByLabel("To", { exact: true }).fill("+30d");
  await tab.getByText("Nothing to run").first().waitFor();
  await tab.getByRole("button", { name: "Run them all the same" }).click();
  await tab.getByRole("button", { name: /^Run 2[0-3] runs$/ }).waitFor();
});

test("a million dates: first, middle and last row, and the scrollbar's end", { skip }, async (t) => {
  const tab = await page.open(
    t,
    hash({ id: "million", s: "*/5 * * * *", tz: "UTC", from: "2014-01-01", to: "2025-12-31", which: "none" }),
  );
  // More rows than an element can be high: 28 px each would be 35 million.
  assert.equal(await starting(tab), 1_262_304);
  const grid = tab.getByRole("grid", { name: "Runs" });
  assert.equal(await grid.getAttribute("aria-rowcount"), "1262305");
  assert.match(await tab.locator(".dagfill-row").first().textContent(), /^12014-01-0100:00/);
  await grid.focus();
  await tab.keyboard.press("End");
  await tab.locator('.dagfill-row[aria-selected="true"]').getByText("1,262,304").waitFor();
  await tab.getByTestId("why").getByText("backfill__2025-12-31T23:55:00+00:00").waitFor();
  await tab.keyboard.press("Home");
  await tab.locator('.dagfill-row[aria-selected="true"][data-row="0"]').waitFor();
  await tab.locator(".dagfill-table").evaluate((box) => {
    box.scrollTop = (box.scrollHeight - box.clientHeight) / 2;
  });
  await tab.waitForFunction(() => {
    const row = Number(document.querySelector(".dagfill-row")?.dataset.row);
    return Math.abs(row - 631_152) < 600;
  });
  const before = Number(await tab.locator(".dagfill-row").first().getAttribute("data-row"));
  await tab.locator(".dagfill-table").hover();
  await tab.mouse.wheel(0, 28 * 3);
  await tab.waitForFunction(
    (row) => Number(document.querySelector(".dagfill-row").dataset.row) === row + 3,
    before,
  );
  await tab.locator(".dagfill-table").evaluate((box) => {
    box.scrollTop = box.scrollHeight;
  });
  await tab.locator('.dagfill-row[data-row="1262303"]').waitFor();
});
