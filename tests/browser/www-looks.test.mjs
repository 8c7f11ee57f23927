// axe in every state and scheme, reflow, and pictures that are the same twice.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertLooks } from "./axe.mjs";
import { graphFitted, hash, planned, usePage, withoutBrowser, www } from "./www-page.mjs";
import { addressOf, phone, schemes, states } from "./www-states.mjs";

// Chromium redraws only what changed, and the edge of what it redraws is a 255th lighter or darker by the frame in which that was.
const page = usePage({ args: ["--disable-partial-raster"] });
const skip = withoutBrowser;

const fields = { id: "looks", from: "2026-01-01", to: "2026-03-31", which: "none", tz: "Europe/Berlin" };
const press = (tab) => tab.getByRole("button", { name: /^Run [\d,]+ runs$/ }).click();

const axe = join(www, "node_modules", "axe-core", "axe.min.js");

for (const [name, state] of Object.entries(states))
  test(`axe: ${name}`, { skip }, async (t) => {
    const { isPlanned, prepare, trouble } = state;
    const own = state.isPhone ? phone : {};
    const tab = await page.open(t, addressOf(state), { ...own, planned: isPlanned, prepare, trouble });
    await state.bring(tab);
    for (const [scheme, media] of Object.entries(schemes)) {
      await tab.emulateMedia(media);
      await assertLooks(tab, axe, scheme);
    }
    if (state.isPhone) return;
    await tab.emulateMedia(schemes.light);
    await tab.setViewportSize(phone.viewport);
    await tab.waitForFunction(() => !document.querySelector("aside"));
    // At its end the bar covers nothing.
    await tab.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await assertLooks(tab, axe, "390 px");
  });

test("a running task moves only where motion is welcome, and forced colours keep its bar", {
  skip,
}, async (t) => {
  const looks = async (options) => {
    const tab = await page.open(t, hash({ ...fields, sec: "60" }), options);
    await press(tab);
    const card = tab.locator(".task-card[data-state=running]");
    await card.waitFor();
    return card.evaluate((element) => ({
      moves: element.querySelector(".glyph").getAnimations().length,
      bar: getComputedStyle(element).borderInlineStartColor,
      edge: getComputedStyle(element).borderTopColor,
      width: getComputedStyle(element).borderInlineStartWidth,
    }));
  };
  assert.equal((await looks({ reducedMotion: "no-preference" })).moves, 1);
  const still = await looks({ reducedMotion: "reduce", forcedColors: "active" });
  assert.equal(still.moves, 0);
  assert.equal(still.width, "5px");
  assert.notEqual(still.bar, still.edge);
});

test("nothing is wider than a window of 320 px", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields), { viewport: { width: 320, height: 640 } });
  const wide = await tab.evaluate(() =>
    [...document.querySelectorAll("main *, header *, .bottom-bar *")]
      .filter((element) => {
        const { right, width } = element.getBoundingClientRect();
        return (
          width > 1 &&
          right > innerWidth + 0.5 &&
          !element.closest(".dagfill-row, .dagfill-unseen, pre, .menu-list, .hidden, .react-flow")
        );
      })
      .map((element) => `${element.tagName}.${element.className}`),
  );
  assert.deepEqual(wide, []);
  assert.ok(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
});

test("controls are at least 24 px high and wide", { skip }, async (t) => {
  for (const viewport of [
    { width: 1380, height: 900 },
    { width: 390, height: 844 },
  ]) {
    const tab = await page.open(t, hash(fields), { viewport });
    const small = await tab.evaluate(() =>
      [
        ...document.querySelectorAll(
          "button, input, select, textarea, summary, [role=gridcell][tabindex='0']",
        ),
      ]
        .filter(
          (element) =>
            !element.closest(".hidden, .dagfill-unseen, [aria-hidden=true]") && element.checkVisibility(),
        )
        .filter((element) => {
          const box = (element.closest("label") ?? element).getBoundingClientRect();
          return box.width > 0 && (box.height < 24 || box.width < 24);
        })
        .map((element) => `${element.tagName} ${element.className} ${element.textContent}`),
    );
    assert.deepEqual(small, []);
  }
});

test("the graph is in the middle of its canvas once the commands of the date are in its cards", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields), { reducedMotion: "reduce" });
  await graphFitted(tab);
});

test("the same state is the same picture twice; light and dark differ", { skip }, async (t) => {
  const picture = async (options) => {
    const tab = await page.open(t, hash(fields), { reducedMotion: "reduce", ...options });
    await planned(tab);
    await graphFitted(tab);
    return settled(tab);
  };
  const light = await picture({ colorScheme: "light" });
  // The pictures themselves are half a megabyte of text: a failure says where they differ.
  assert.equal(await difference(light, await picture({ colorScheme: "light" })), null);
  assert.notEqual(await difference(light, await picture({ colorScheme: "dark" })), null);
});

/** The smallest rectangle, in pixels, that holds every difference of two pictures; null if they are equal. */
async function difference(one, other) {
  if (one === other) return null;
  const tab = await page.browser.newPage();
  try {
    return await tab.evaluate(
      async (pictures) => {
        const [a, b] = await Promise.all(
          pictures.map(async (base64) => {
            const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
            const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
            context.drawImage(bitmap, 0, 0);
            return context.getImageData(0, 0, bitmap.width, bitmap.height);
          }),
        );
        const pixels = [new Uint32Array(a.data.buffer), new Uint32Array(b.data.buffer)];
        const found = { x: [], y: [] };
        for (let i = 0; i < pixels[0].length; i++) {
          if (pixels[0][i] === pixels[1][i]) continue;
          const [x, y] = [i % a.width, Math.floor(i / a.width)];
          found.x = [Math.min(found.x[0] ?? x, x), Math.max(found.x[1] ?? x, x)];
          found.y = [Math.min(found.y[0] ?? y, y), Math.max(found.y[1] ?? y, y)];
        }
        if (found.x.length === 0) return null;
        return `pixels ${found.x.join(" to ")} across, ${found.y.join(" to ")} down`;
      },
      [one, other],
    );
  } finally {
    await tab.close();
  }
}

/** The picture that three looks in a row see: differences of the counts are shown for two seconds, and a busy machine lays the graph out
 *  late, so that two looks may both come before it. */
async function settled(tab) {
  // The time that the plan took and the finish time are those of the clock on the wall.
  const hide = () => {
    for (const element of document.querySelectorAll("[data-testid=timing], .verdict p:nth-child(2)"))
      element.style.display = "none";
  };
  const seen = [];
  for (;;) {
    await tab.waitForTimeout(2300);
    await tab.evaluate(hide);
    seen.push((await tab.screenshot()).toString("base64"));
    const last = seen.slice(-3);
    if (last.length === 3 && last.every((picture) => picture === last[0])) return last[0];
  }
}

test("the theme button overrides the system and is remembered", { skip }, async (t) => {
  const tab = await page.open(t, hash(fields), { colorScheme: "light" });
  const ground = () => tab.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  assert.equal(await ground(), "rgb(255, 255, 255)");
  await tab.getByRole("button", { name: "Colours: system" }).click();
  await tab.getByRole("button", { name: "Colours: light" }).click();
  assert.equal(await ground(), "rgb(18, 22, 29)");
  await tab.reload();
  await planned(tab);
  assert.equal(await ground(), "rgb(18, 22, 29)");
});
