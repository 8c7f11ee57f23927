// axe on each component of the package alone, in each of its states, in every scheme, and on the custom elements.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { aroundTests } from "./around.mjs";
import { assertLooks, wcag } from "./axe.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { components, elementsDrawn, inEveryState, serveGallery } from "./components-gallery.mjs";
import { buildPage, www } from "./www-page.mjs";
import { phone, schemes } from "./www-states.mjs";

const skip = withoutBrowser;

let browser;
let gallery;
aroundTests(
  async () => {
    if (skip) return;
    await buildPage();
    gallery = await serveGallery();
    browser = await openBrowser();
  },
  async () => {
    await browser?.close();
    await gallery?.close();
  },
);

async function open(t, url) {
  const context = await browser.newContext({ viewport: { width: 1380, height: 900 } });
  const problems = [];
  t.after(async () => {
    await context.close();
    assert.deepEqual(problems, []);
  });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => problems.push(String(error.stack ?? error)));
  await tab.goto(url);
  return tab;
}

async function check(tab) {
  const axe = join(www, "node_modules", "axe-core", "axe.min.js");
  for (const [scheme, media] of Object.entries({ ...schemes, "390 px": schemes.light })) {
    await tab.emulateMedia(media);
    if (scheme === "390 px") await tab.setViewportSize(phone.viewport);
    // Not "best-practice": a page that shows one component in twenty states has twenty landmarks of one name.
    await assertLooks(tab, axe, scheme, wcag);
  }
}

for (const component of components)
  test(`axe: ${component} alone, in each of its states`, { skip }, async (t) => {
    const tab = await open(t, gallery.addressOf(component));
    await inEveryState(tab);
    await check(tab);
  });

/** By component of the page: where each of its elements stands within it, in whole pixels. */
const placesOf = (tab) =>
  tab.evaluate(() =>
    [...document.querySelectorAll(".dagfill")].map((part) => {
      const { left, top } = part.getBoundingClientRect();
      // Texts for screen readers alone have no place.
      return [...part.querySelectorAll("*:not(.dagfill-unseen, .dagfill-unseen *)")].map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        if (width + height === 0) return "";
        const numbers = [x - left, y - top, width, height].map(Math.round);
        return `${part.className} ${element.localName}.${element.getAttribute("class")}: ${numbers}`;
      });
    }),
  );

const preflight = readFileSync(new URL("./preflight.css", import.meta.url), "utf8");
for (const component of components)
  test(`${component} has the same places below a reset of the page's styles`, { skip }, async (t) => {
    const tab = await open(t, gallery.addressOf(component));
    await inEveryState(tab);
    // The width of the page's own.
    await tab.addStyleTag({ content: "body { margin: 0 }" });
    // Canvases follow the width a frame later.
    let before = await placesOf(tab);
    for (let at = 0; at < 20; at += 1) {
      await tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
      const now = await placesOf(tab);
      const stands = now.join() === before.join();
      before = now;
      if (stands) break;
    }
    const reset = await tab.addStyleTag({ content: preflight });
    const below = await placesOf(tab);
    await reset.evaluate((style) => style.remove());
    const behind = await placesOf(tab);
    // A component that a run moved meanwhile says nothing.
    const still = before.map((places, at) => places.join() === behind[at].join());
    assert.ok(still.includes(true));
    for (const [at, places] of below.entries()) if (still[at]) assert.deepEqual(places, before[at]);
  });

test("axe: the elements, in each of their states", { skip }, async (t) => {
  const tab = await open(t, gallery.elements);
  await elementsDrawn(tab);
  await check(tab);
});

test("each state that leaves something has its words, and a button that leads on", { skip }, async (t) => {
  const tab = await open(t, gallery.addressOf("PlanSummary"));
  await inEveryState(tab);
  for (const [scene, words, button] of [
    ["failed earlier", "Nothing to run", "Retry what did not succeed"],
    ["the store failed", "the store failed: no connection", "Try again"],
    ["of another DAG", "done, of DAG sales", "Resume"],
    [
      "waits for runs to end",
      "Canceling, 2 failed, waiting for 4 runs to end.",
      "Stop now, cancel 4 running",
    ],
    ["unfinished elsewhere", "has not ended: 33 of 90 done, 2 failed.", "Watch"],
  ]) {
    const figure = tab.locator(`[data-scene="${scene}"]`);
    await figure.getByText(words).first().waitFor();
    assert.ok(await figure.getByRole("button", { name: button, exact: true }).isEnabled(), scene);
  }
});

test("the bar of a backfill has the parts that its legend counts", { skip }, async (t) => {
  const tab = await open(t, gallery.addressOf("PlanSummary"));
  await inEveryState(tab);
  // At one moment: some of them run.
  const scenes = await tab.locator("[data-scene]:has(.dagfill-bar)").evaluateAll((figures) =>
    figures.map((figure) => {
      const due = Number(figure.querySelector(".dagfill-bar").getAttribute("aria-valuemax"));
      const count = (name) =>
        Number(figure.querySelector(`.dagfill-legend button:has(.dagfill-t-${name}) b`)?.textContent ?? 0);
      const part = (name) =>
        Number(figure.querySelector(`.dagfill-bar .dagfill-t-${name}`).getAttribute("width"));
      const names = ["success", "failed", "canceled", "running"];
      return {
        scene: figure.dataset.scene,
        counts: names.map(count),
        parts: names.map((name) => Math.round((part(name) / 1000) * due)),
      };
    }),
  );
  assert.ok(scenes.some(({ scene }) => scene === "waits for runs to end"));
  assert.ok(scenes.length > 6);
  for (const { scene, counts, parts } of scenes) assert.deepEqual(parts, counts, scene);
});

test("the chosen date of a timeline is as wide as it was", { skip }, async (t) => {
  const tab = await open(t, gallery.addressOf("IntervalTimeline"));
  await inEveryState(tab);
  const buttons = tab.locator('[data-scene="weeks"] li > button');
  const width = () => buttons.first().evaluate((button) => button.getBoundingClientRect().width);
  const before = await width();
  await buttons.nth(1).click();
  await tab.locator('[data-scene="weeks"] li[aria-current]').waitFor();
  assert.equal(await width(), before);
});

test("tasks that wait in a run that goes on are called so, and those of an ended one are not", {
  skip,
}, async (t) => {
  const tab = await open(t, gallery.addressOf("TaskGantt"));
  await inEveryState(tab);
  const tasks = (scene) => tab.locator(`[data-scene="${scene}"] li`);
  await tasks("running")
    .filter({ hasText: /^\s*load\s*queued$/ })
    .locator(".dagfill-t-queued")
    .waitFor();
  assert.equal(await tasks("failed").filter({ hasText: "queued" }).count(), 0);
});

test("in forced colours a bar shows of how much it is a part", { skip }, async (t) => {
  const tab = await open(t, gallery.addressOf("PlanSummary"));
  await tab.emulateMedia({ forcedColors: "active" });
  await inEveryState(tab);
  for (const part of [".dagfill-bar svg", ".dagfill-track"]) {
    const styles = await tab
      .locator(part)
      .evaluateAll((all) => all.map((each) => getComputedStyle(each).outlineStyle));
    assert.ok(styles.length > 0, part);
    assert.deepEqual([...new Set(styles)], ["solid"], part);
  }
});

test("every component that the package exports is in the gallery", () => {
  const source = readFileSync(new URL("../../js/react.ts", import.meta.url), "utf8");
  const exported = [...source.matchAll(/type (\w+)Props\b/g)].map(([, name]) => name);
  const inOrder = (names) => [...names].sort();
  assert.deepEqual(inOrder(components), inOrder(exported));
});
