// The parts of dagfill/react in unlike hosts: narrow columns, pages that are read from the right, test environments, DAGs half-written.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { openTab, startHeld } from "./components_page.mjs";
import { useHost, viteBuild } from "./host.mjs";
import { printed } from "./workshop.mjs";

const app = readFileSync(new URL("./apps/parts.jsx", import.meta.url), "utf8");
const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Parts</title><link rel="icon" href="data:,">' +
  '<body><div id="root"></div><script type="module" src="./main.jsx"></script>';
const skip = withoutBrowser;

const host = useHost(async (shop) => ({
  folder: await viteBuild(shop, shop.write("react-hosts", { "index.html": html, "main.jsx": app })),
}));

const tasks = [
  { taskId: "extract", command: "extract --date {{ ds }}" },
  { taskId: "load", command: "load {{ ds_nodash }}", dependsOn: ["extract"] },
];
const settings = {
  dag: { dagId: "sales", schedule: "0 1 * * *", tasks },
  options: { startDate: "2026-01-01", endDate: "2026-01-20", maxParallelRuns: 2 },
};

/** The page with these globals; `prepare` runs in it before anything else. */
async function open(t, globals = {}, prepare = () => {}) {
  const tab = await openTab(t, host.browser, "about:blank");
  await tab.addInitScript((values) => Object.assign(globalThis, values), { settings, ...globals });
  await tab.addInitScript(prepare);
  await tab.goto(`${host.server.origin}/index.html`);
  return tab;
}
const headline = (tab, text) => tab.locator(".dagfill-headline", { hasText: text }).waitFor();
const planned = (tab) => headline(tab, "20 runs will start");
const row = (tab, date) => tab.locator(".dagfill-row", { hasText: date });

test("narrow columns of a wide page show states, bars and times that do not cover each other", {
  skip,
}, async (t) => {
  for (const width of [280, 360]) {
    const tab = await open(t, { style: { width } });
    await planned(tab);
    await row(tab, "2026-01-03").click();
    await tab.locator(".dagfill-intervals [aria-current=date]").waitFor();
    const seen = await tab.evaluate(() => {
      const widths = (selector) =>
        [...document.querySelectorAll(selector)].map((each) => each.getBoundingClientRect().width);
      const times = [...document.querySelectorAll(".dagfill-axis > span > span")]
        .map((each) => each.getBoundingClientRect())
        .filter((box) => box.width > 0);
      return {
        state: Math.min(...widths(".dagfill-row > span:last-child")),
        bars: Math.min(...widths(".dagfill-intervals .dagfill-track")),
        gap: Math.min(...times.slice(1).map((box, at) => box.left - times[at].right)),
        beyond: document.querySelector("main").scrollWidth - document.querySelector("main").clientWidth,
      };
    });
    assert.ok(seen.state >= 60 && seen.bars >= 60, `${width}: ${JSON.stringify(seen)}`);
    assert.ok(seen.gap >= 0 && seen.beyond <= 0, `${width}: ${JSON.stringify(seen)}`);
  }
});

test("a part whose content decides its width has one", { skip }, async (t) => {
  const tab = await open(t, { style: { display: "flex", flexWrap: "wrap", alignItems: "flex-start" } });
  await planned(tab);
  await row(tab, "2026-01-03").click();
  await tab.locator(".dagfill-intervals [aria-current=date]").waitFor();
  for (const part of ["runs", "intervals", "gantt"]) {
    const { width } = await tab.locator(`.dagfill-${part}`).boundingBox();
    assert.ok(width >= 300, `${part}: ${width}`);
  }
});

test("on a page that is read from the right, times keep their order and canvases their texts", {
  skip,
}, async (t) => {
  const tab = await open(t, { direction: "rtl", style: { width: 900 } });
  await planned(tab);
  await row(tab, "2026-01-03").click();
  await tab.getByText("extract --date 2026-01-03").waitFor();
  const seen = await tab.evaluate(() => {
    /** Left edges of the characters of a text, in their order. */
    const lefts = (node) =>
      Array.from({ length: node.data.length }, (_, at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        return range.getBoundingClientRect().left;
      });
    const texts = (root) => {
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      return nodes;
    };
    const edges = (selector) => texts(document.querySelector(selector)).flatMap(lefts);
    const ink = (selector, width) => {
      const canvas = document.querySelector(selector);
      const ratio = devicePixelRatio;
      const { data } = canvas.getContext("2d").getImageData(0, 40 * ratio, width * ratio, canvas.height);
      return data.some((value, at) => at % 4 === 3 && value > 0);
    };
    return {
      time: edges(".dagfill-row[data-row='2'] > span:nth-child(3)"),
      detail: edges(".dagfill-date dd"),
      button: edges(".dagfill-intervals li > button"),
      weekdays: ink(".dagfill-calendar canvas", 30),
    };
  });
  for (const name of ["time", "detail", "button"])
    assert.deepEqual(
      seen[name],
      seen[name].toSorted((a, b) => a - b),
      name,
    );
  assert.ok(seen.weekdays);
});

test("a document without ResizeObserver and matchMedia, as test environments have it", {
  skip,
}, async (t) => {
  const tab = await open(t, {}, () => {
    delete globalThis.ResizeObserver;
    delete globalThis.matchMedia;
  });
  await planned(tab);
  await row(tab, "2026-01-03").click();
  await tab.getByText("extract --date 2026-01-03").waitFor();
});

const half = [
  ["a list with null", [null]],
  ["an object", {}],
  ["a text", "x"],
  ["a task without an id", [{}]],
  ["a task whose id is an object", [{ taskId: {} }]],
];
for (const [what, some] of half)
  test(`tasks that are ${what} leave the parts standing`, { skip }, async (t) => {
    const wrong = { ...settings, dag: { ...settings.dag, tasks: some } };
    const isInvalid = (tab) => tab.waitForFunction(() => globalThis.backfill?.phase === "invalid");
    const tab = await open(t, { settings: wrong });
    await isInvalid(tab);
    await tab.evaluate((value) => globalThis.setSettings(value), settings);
    await planned(tab);
    await tab.evaluate((value) => globalThis.setSettings(value), wrong);
    await isInvalid(tab);
    await tab
      .locator(".dagfill-grid [role=gridcell]", { hasText: "extract, " })
      .waitFor({ state: "attached" });
  });

test("options that are gone or wrong leave the parts standing", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  const set = (options) => tab.evaluate((value) => globalThis.setSettings(value), { ...settings, options });
  await set({ ...settings.options, excludeDates: "2026-01-02" });
  await tab.waitForFunction(() => globalThis.backfill.phase === "invalid");
  await planned(tab);
  await set(undefined);
  await tab.waitForFunction(() => globalThis.backfill.phase === "no_dag");
});

const policy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self'; img-src data:";
for (const [what, more, thread] of [
  ["the policy of the guide is enough", "", "worker"],
  ["with trusted types plans are made on the page's thread", "; require-trusted-types-for 'script'", "page"],
])
  test(what, { skip }, async (t) => {
    const headers = { "content-security-policy": policy + more };
    const site = await serve({ folder: join(host.shop.folder, "react-hosts/dist"), headers });
    t.after(site.close);
    const context = await host.browser.newContext();
    t.after(() => context.close());
    const refused = [];
    context.on("page", (page) => page.on("console", (message) => refused.push(message.text())));
    const tab = await context.newPage();
    await tab.addInitScript((value) => Object.assign(globalThis, { settings: value }), settings);
    await tab.goto(`${site.origin}/index.html`);
    await planned(tab);
    assert.equal(await tab.evaluate(() => globalThis.backfill.thread), thread);
    assert.equal(refused.length > 0, more !== "", refused.join());
  });

test("Escape ends a range that is being drawn without a change", { skip }, async (t) => {
  const tab = await open(t, { style: { width: 900 } });
  await planned(tab);
  const sheet = await tab.locator(".dagfill-sheet").boundingBox();
  const at = (column) => [sheet.x + 34 + column * 34 + 10, sheet.y + 20 + 34 * 3 + 10];
  const draw = async (end) => {
    await tab.mouse.move(...at(1));
    await tab.mouse.down();
    await tab.mouse.move(...at(2));
    await end?.();
    await tab.mouse.up();
  };
  await draw(() => tab.keyboard.press("Escape"));
  assert.deepEqual(await tab.evaluate(() => globalThis.ranges), []);
  await draw();
  assert.deepEqual(await tab.evaluate(() => globalThis.ranges), [["2026-01-08", "2026-01-15"]]);
});

test("tasks of an interrupted run are told as its date is", { skip }, async (t) => {
  const tab = await open(t);
  await planned(tab);
  await startHeld(tab, tab.getByRole("button", { name: "Run 20 dates" }), 2);
  await tab.locator(".dagfill-lanes", { hasText: "2 lanes" }).waitFor();
  await tab.reload();
  await row(tab, "2026-01-01").locator("span", { hasText: "interrupted" }).first().click();
  await tab
    .locator(".dagfill-grid [role=gridcell]", { hasText: /^extract, .*: interrupted$/ })
    .waitFor({ state: "attached" });
  await tab.locator(".dagfill-gantt li", { hasText: /^\s*extract\s*interrupted$/ }).waitFor();
});

test("a task that began after the last look has no negative duration", () => {
  const folder = host.shop.write("react-gantt", {
    "main.mjs": `import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { english, TaskGantt } from "dagfill/react";
const mark = { state: "running", start: Date.now() + 60_000, end: null, error: null };
const backfill = { dag: { dagId: "a", schedule: "@daily", tasks: [{ taskId: "t" }] }, run: null, version: 0, locale: english,
  selected: 0, runId: () => "r", taskMarks: () => new Map([["t", mark]]) };
const text = renderToString(createElement(TaskGantt, { backfill }));
console.log(/title="(running, [^"]*)"/.exec(text)?.[1], text.includes("-60"));\n`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), "running, 0 ms false");
});
