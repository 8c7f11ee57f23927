// The packed dagfill/react in pages of somebody else: rendered by a server, and bundled by Vite and webpack for Chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertLooks } from "../browser/axe.mjs";
import { withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { hold, openTab, startHeld } from "./components_page.mjs";
import { useHost, viteBuild } from "./host.mjs";
import { printed, workshop } from "./workshop.mjs";

const app = readFileSync(new URL("./apps/react.jsx", import.meta.url), "utf8");
const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  '<meta name="color-scheme" content="light dark"><title>Sales</title><link rel="icon" href="data:,">' +
  '<body><div id="root"></div><script type="module" src="./main.jsx"></script>';
const skip = withoutBrowser;

const host = useHost(async (shop) => ({
  folder: await viteBuild(shop, shop.write("react-vite", { "index.html": html, "main.jsx": app })),
}));

const open = (t, options) => openTab(t, host.browser, `${host.server.origin}/index.html`, options);
const button = (tab, name) => tab.getByRole("button", { name, exact: true });
const headline = (tab, text) => tab.locator(".dagfill-headline", { hasText: text }).waitFor();
const planned = (tab) => headline(tab, "90 runs will start");
const axe = () => host.shop.tool("axe-core/axe.min.js");

const everyPart = `
const backfill = () => { const state = useBackfill({ dag: { dagId: "a", schedule: "@daily", tasks: [{ taskId: "t", command: "{{ ds }}" }] },
  options: { startDate: "2026-01-01", endDate: "2026-01-31" }, existing: [{ executionDate: "2026-01-02", state: "success" }] }); return state; };
function Page() {
  const state = backfill();
  const parts = [PlanSummary, DateCalendar, RunTable, DatePanel, IntervalTimeline, RunLanes, TaskGrid, TaskGantt, StateLegend, ClockDay];
  return createElement("main", null, createElement(ScheduleField, { value: "@daily", onChange() {} }),
    parts.map((Part) => createElement(Part, { key: Part.name, backfill: state })));
}
const text = renderToString(createElement(Page));
const roots = ["summary", "calendar", "runs", "date", "intervals", "lanes", "grid", "gantt", "schedule"];
console.log(roots.filter((name) => !text.includes("dagfill dagfill-" + name)).join() || "all");\n`;
const names =
  "{ ClockDay, DateCalendar, DatePanel, IntervalTimeline, PlanSummary, RunLanes, RunTable, ScheduleField, StateLegend, TaskGantt, TaskGrid, useBackfill }";

test("a server renders every component, ESM", () => {
  const folder = host.shop.write("react-ssr", {
    "main.mjs": `import { createElement } from "react";\nimport { renderToString } from "react-dom/server";\nimport ${names} from "dagfill/react";\n${everyPart}`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), "all");
});

test("a server renders every component, CommonJS", () => {
  const folder = host.shop.write("react-ssr-cjs", {
    "main.cjs": `const { createElement } = require("react");\nconst { renderToString } = require("react-dom/server");\nconst ${names} = require("dagfill/react");\n${everyPart}`,
  });
  assert.equal(printed(process.execPath, ["main.cjs"], folder), "all");
});

test("the oldest React that is allowed renders every component, and runs a backfill", async (t) => {
  const old = await workshop(fileURLToPath(new URL("./react18", import.meta.url)));
  t.after(() => old.remove());
  const folder = old.write("react-ssr", {
    "main.mjs": `import { createElement, version } from "react";\nimport { renderToString } from "react-dom/server";\nimport ${names} from "dagfill/react";\nconsole.log(version);\n${everyPart}`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), "18.2.0\nall");
  if (skip) return;
  const root = old.write("react-vite", { "index.html": html, "main.jsx": app });
  const site = await serve({ folder: await viteBuild(host.shop, root) });
  t.after(site.close);
  const tab = await openTab(t, host.browser, `${site.origin}/index.html`);
  await planned(tab);
  assert.equal(await tab.evaluate(() => globalThis.backfill.thread), "worker");
  await button(tab, "Run 90 dates").click();
  await headline(tab, "90 of 90 done");
});

test("the app has less than 60 lines of its own", () => assert.ok(app.trimEnd().split("\n").length < 60));

test("plans in the worker, shows dates, reasons and commands", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  assert.equal(await tab.evaluate(() => globalThis.backfill.thread), "worker");
  await tab.getByText("2026-03-29 02:00 +01:00: clocks go forward 1 h").waitFor();
  await tab.getByRole("row", { name: "2026-01-03" }).click();
  await tab.getByText("extract --date 2026-01-03").waitFor();
  await tab.getByText("No run yet: one will start.").waitFor();
  // Its interval and due time stand beside those of its neighbours.
  const intervals = tab.getByRole("region", { name: "Data intervals and due times" });
  await intervals.locator("[aria-current=date]", { hasText: "due 2026-01-04 02:30" }).waitFor();
  assert.equal(await intervals.getByRole("listitem").count(), 5);
  await tab.locator('[role=gridcell][data-day="2026-01-03"]').focus();
  await tab.keyboard.press("End");
  for (const _ of [1, 2]) await tab.keyboard.press("ArrowUp");
  await tab.locator(".dagfill-clock[data-kind=gap]", { hasText: "Run at 03:30 +02:00." }).waitFor();
  const field = tab.getByRole("textbox", { name: "Schedule" });
  await field.fill("0 24 * * *");
  await tab.locator(".dagfill-schedule mark", { hasText: "24" }).waitFor();
  await tab.getByText("Showing the last valid plan.").waitFor();
  await field.fill("0 6 * * 1");
  await headline(tab, "13 runs will start");
});

test("runs, fails, retries what did not succeed, and goes back to the plan", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await tab.locator(".dagfill-gantt", { hasText: "Choose a date to see its tasks." }).waitFor();
  await tab.evaluate(() => {
    globalThis.failing = ["2026-01-05T01:30:00Z"];
  });
  await button(tab, "Run 90 dates").click();
  await headline(tab, "90 of 90 done");
  await tab.locator(".dagfill-summary", { hasText: "finished, 1 failed" }).waitFor();
  const legend = await tab.locator(".dagfill-legend").first().innerText();
  assert.match(legend.replaceAll("\n", " "), /succeeded\s+89.*failed\s+1/);
  await tab.getByRole("row", { name: "2026-01-05" }).click();
  await tab.locator(".dagfill-gantt li[data-state=failed]", { hasText: "extract" }).waitFor();
  await tab.locator(".dagfill-gantt li[data-state=upstream_failed]", { hasText: "load" }).waitFor();
  // The lanes are a list for keys: each run says its lane, date, state and duration, and choosing it chooses its date.
  await tab.getByRole("listbox", { name: /lanes? of runs over time/ }).focus();
  await tab.keyboard.press("Home");
  await tab.getByRole("option", { name: /^lane 1, .*: succeeded, \d+ ms$/ }).waitFor();
  await tab.getByRole("row", { name: "2026-01-05" }).click();
  await button(tab, "Retry this date").waitFor();
  const states = await tab.evaluate(() => {
    const { runId, taskStates } = globalThis.backfill;
    return [...taskStates(runId(4))];
  });
  assert.deepEqual(states, [
    ["extract", "failed"],
    ["load", "upstream_failed"],
  ]);
  await tab.evaluate(() => {
    globalThis.failing = [];
    globalThis.started = [];
  });
  await button(tab, "Retry what did not succeed").click();
  await headline(tab, "1 of 1 done");
  assert.deepEqual(await tab.evaluate(() => globalThis.started), [
    "2026-01-05T01:30:00Z extract",
    "2026-01-05T01:30:00Z load",
  ]);
  await button(tab, "Back to the plan").click();
  await headline(tab, "Nothing to run");
});

test("pauses, resumes and cancels, by the keyboard alone", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await hold(tab);
  await button(tab, "Run 90 dates").focus();
  await tab.keyboard.press("Enter");
  // The focus moves to the button in its place, and does not fall to the body.
  const focused = (name) =>
    tab.waitForFunction((text) => document.activeElement?.textContent === text, name, { timeout: 10_000 });
  await focused("Pause");
  await tab.waitForFunction(() => globalThis.started.length === 4);
  await tab.keyboard.press("Enter");
  await tab.locator(".dagfill-summary", { hasText: "paused" }).waitFor();
  await focused("Resume");
  await tab.keyboard.press("Enter");
  await focused("Pause");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await focused("Stop after the 4 running");
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await tab.locator(".dagfill-summary", { hasText: "Canceled:" }).waitFor();
  const counts = await tab.evaluate(() => globalThis.backfill.progress);
  assert.deepEqual([counts.completed, counts.failed, counts.canceled], [0, 0, 90]);
});

test("a backfill that a reload interrupts is resumed: what was done stays done", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await button(tab, "Run 90 dates").click();
  await tab.waitForFunction(() => globalThis.backfill.progress?.completed >= 10);
  await hold(tab);
  await tab.waitForFunction(() => globalThis.backfill.progress.running === 4);
  // Of its own runs it knows when it ends: drawn, and in words.
  const left = tab.locator(".dagfill-summary .dagfill-left");
  await left
    .getByText(/^It ends in (about [^,]+|.+ to .+ in 8 of 10 outcomes, .+), from its \d+ runs so far\.$/)
    .waitFor();
  assert.equal(await left.locator(".dagfill-track > .dagfill-lost").count(), 1);
  await tab.reload();
  const banner = tab.locator(".dagfill-banner", { hasText: "has not ended" });
  await banner.waitFor();
  const done = Number((await banner.innerText()).match(/(\d+) of 90/)[1]);
  assert.ok(done >= 10);
  await banner.getByRole("button", { name: "Resume" }).click();
  await tab.waitForFunction(() => globalThis.backfill.run !== null);
  const { counts } = await tab.evaluate(() => globalThis.backfill);
  assert.ok(counts[6] >= done, `${counts}: finished runs are shown as such from the start`);
  await headline(tab, "90 of 90 done");
  const progress = await tab.evaluate(() => globalThis.backfill.progress);
  assert.equal(progress.completed, 90);
  const started = await tab.evaluate(() => new Set(globalThis.started.map((text) => text.slice(0, 20))).size);
  assert.ok(started <= 90 - done, `${started} dates were started again, ${done} were done`);
});

test("a backfill that was paused when its page was reloaded goes on with one Resume", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await startHeld(tab, button(tab, "Run 90 dates"), 4);
  await button(tab, "Pause").click();
  await button(tab, "Resume").waitFor();
  await tab.reload();
  await tab.locator(".dagfill-banner", { hasText: "has not ended" }).waitFor();
  await button(tab, "Resume").click();
  await headline(tab, "90 of 90 done");
  assert.equal(await tab.evaluate(() => globalThis.backfill.progress.completed), 90);
});

test("a backfill is discarded by the keyboard alone, after a question", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await startHeld(tab, button(tab, "Run 90 dates"), 4);
  await tab.reload();
  const banner = tab.locator(".dagfill-banner", { hasText: "has not ended" });
  const focused = (name) =>
    tab.waitForFunction((text) => document.activeElement?.textContent === text, name, { timeout: 10_000 });
  await button(tab, "Discard").focus();
  await tab.keyboard.press("Enter");
  await banner.getByRole("alert").getByText("It cannot be resumed afterwards").waitFor();
  // The safe answer has the focus; Escape gives it, too.
  await focused("Keep");
  await tab.keyboard.press("Enter");
  await focused("Resume");
  await tab.keyboard.press("Tab");
  await focused("Discard");
  await tab.keyboard.press("Enter");
  await focused("Keep");
  await tab.keyboard.press("Escape");
  await focused("Resume");
  assert.equal(await banner.getByRole("alert").count(), 0);
  assert.equal(await tab.evaluate(() => globalThis.backfill.unfinished.length), 1);
  await tab.keyboard.press("Tab");
  await tab.keyboard.press("Enter");
  await focused("Keep");
  await tab.keyboard.press("Tab");
  await focused("Discard it");
  await tab.keyboard.press("Enter");
  await banner.waitFor({ state: "detached" });
  // The banner is gone with its buttons: the focus is among those of the summary, also while none can be pressed.
  await tab.waitForFunction(
    () => document.activeElement?.closest("[role=group]")?.textContent === "Run 90 dates",
  );
});

test("the calendar goes by keys, and Shift makes a range", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  const cell = (name) => tab.getByRole("gridcell", { name });
  await cell("Thursday, 1 January 2026: 1 new").focus();
  await tab.keyboard.press("ArrowDown");
  await tab.keyboard.press("ArrowRight");
  await tab.locator(".dagfill-title", { hasText: "Friday, 9 January 2026" }).waitFor();
  await tab.getByText("extract --date 2026-01-09").waitFor();
  await tab.keyboard.press("Shift+ArrowRight");
  await headline(tab, "8 runs will start");
  await tab.keyboard.press("PageDown");
  await tab.locator(".dagfill-title", { hasText: "Monday, 16 February 2026" }).waitFor();
  await tab.locator(".dagfill-date", { hasText: "2026-02-16" }).waitFor();
});

test("the grid of tasks goes by keys, and says the state of each cell", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await tab.evaluate(() => {
    globalThis.failing = ["2026-01-05T01:30:00Z"];
  });
  await button(tab, "Run 90 dates").click();
  await headline(tab, "90 of 90 done");
  const cell = (text) => tab.locator(".dagfill-grid [role=gridcell]", { hasText: text }).waitFor();
  await tab.getByRole("grid", { name: "Tasks by date" }).focus();
  for (let at = 0; at < 4; at += 1) await tab.keyboard.press("ArrowRight");
  await cell("extract, Monday, 5 January 2026 02:30: failed");
  await tab.keyboard.press("ArrowDown");
  await cell("load, Monday, 5 January 2026 02:30: upstream failed");
  await tab.locator(".dagfill-date", { hasText: "task extract failed: no rows" }).waitFor();
  await tab.keyboard.press("End");
  await cell("load, Tuesday, 31 March 2026 02:30: succeeded");
});

const schemes = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 } },
  "forced colours": { forcedColors: "active" },
};
for (const [scheme, options] of Object.entries(schemes))
  test(`axe finds nothing, ${scheme}`, { skip }, async (t) => {
    const tab = await open(t, options);
    await planned(tab);
    await tab.getByRole("row", { name: "2026-01-03" }).click();
    await tab.getByText("extract --date 2026-01-03").waitFor();
    await assertLooks(tab, axe(), scheme);
    await startHeld(tab, button(tab, "Run 90 dates"), 4);
    await button(tab, "Pause").waitFor();
    await assertLooks(tab, axe(), scheme);
  });

test("webpack finds the worker", { skip }, async (t) => {
  const folder = host.shop.write("react-webpack", {
    "index.html": html.replace("./main.jsx", "./dist/main.js"),
    "main.js": `import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { PlanSummary, useBackfill } from "dagfill/react";
const settings = { dag: { dagId: "a", schedule: "@daily" }, options: { startDate: "2026-01-01", endDate: "2026-01-31" } };
function App() {
  const backfill = useBackfill(settings);
  globalThis.backfill = backfill;
  return createElement("main", null, createElement("h1", null, "A"), createElement(PlanSummary, { backfill }));
}
createRoot(document.getElementById("root")).render(createElement(App));\n`,
  });
  const { default: webpack } = await import(pathToFileURL(host.shop.tool("webpack/lib/index.js")));
  const options = { context: folder, entry: "./main.js", mode: "production", performance: { hints: false } };
  const compiler = webpack({ ...options, output: { path: join(folder, "dist"), publicPath: "/dist/" } });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  const { errors, warnings } = stats.toJson();
  assert.deepEqual([errors, warnings], [[], []]);
  const served = await serve({ folder });
  t.after(() => served.close());
  const tab = await openTab(t, host.browser, `${served.origin}/index.html`);
  await headline(tab, "31 runs will start");
  assert.equal(await tab.evaluate(() => globalThis.backfill.thread), "worker");
});
