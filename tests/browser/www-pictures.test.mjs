// Pictures that explain a plan: data intervals and due times, the clock of a day on which it changes, planned lanes with the band of their
// end, two schedules in one calendar.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hash, starting, usePage, withoutBrowser } from "./www-page.mjs";
import { addressOf, states } from "./www-states.mjs";

const page = usePage();
const skip = withoutBrowser;
const fields = {
  id: "pictures",
  s: "@daily",
  tz: "Europe/Berlin",
  from: "2026-01-01",
  to: "2026-10-31",
  which: "failed",
};

test("a date, its data interval and the time it is due at: 1 January runs on 2 January", {
  skip,
}, async (t) => {
  const tab = await page.open(t, hash(fields));
  const picture = tab.getByRole("region", { name: "Data intervals and due times" });
  const row = (date) =>
    picture.getByRole("listitem").filter({ has: tab.getByRole("button", { name: date }) });
  const first = row("2026-01-01");
  await first.getByText("due 2026-01-02 00:00").waitFor();
  await first.getByRole("img", { name: "Data interval 2026-01-01 00:00 – 2026-01-02 00:00" }).waitFor();
  assert.equal(await first.getAttribute("aria-current"), "date");
  // The mark of the due time stands where the bar ends, and where the next date's bar begins.
  const edges = async (date) => {
    const [bar, mark] = await row(date)
      .locator(".dagfill-track > span")
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().toJSON()));
    return { from: bar.left, to: bar.right, due: (mark.left + mark.right) / 2 };
  };
  const [one, two] = [await edges("2026-01-01"), await edges("2026-01-02")];
  assert.ok(Math.abs(one.to - one.due) < 3 && Math.abs(one.due - two.from) < 3, JSON.stringify([one, two]));
  assert.ok(one.to - one.from > 50);
  await picture.getByText("3 Jan", { exact: true }).waitFor();
  // Another date is chosen by its button, and the picture moves with it.
  await picture.getByRole("button", { name: "2026-01-03" }).click();
  await row("2026-01-04").getByText("due 2026-01-05 00:00").waitFor();
  await tab.locator('.dagfill-row[aria-selected="true"]').getByText("2026-01-03").waitFor();

  // A day on which the clock changes is reached from its note, and is drawn as the two clocks that it has.
  await tab.getByLabel("Schedule", { exact: true }).fill("30 2 * * *");
  await tab.getByRole("button", { name: "Sun 2026-03-29 02:00" }).click();
  const gap = tab.locator(".dagfill-clock[data-kind=gap]");
  await gap
    .getByText("2026-03-29: local times from 02:00 to 03:00 do not exist. Run at 03:30 +02:00.")
    .waitFor();
  const clocks = await gap.locator(".dagfill-track").evaluateAll((tracks) =>
    tracks.map((track) => {
      const { left, width } = track.getBoundingClientRect();
      return [...track.children].map((part) => {
        const box = part.getBoundingClientRect();
        return [
          part.className,
          ...[box.left, box.right].map((x) => Math.round(((x - left) / width) * 48) / 2),
        ];
      });
    }),
  );
  assert.deepEqual(clocks, [
    [
      ["", 0, 2],
      ["dagfill-lost", 2, 3],
    ],
    [
      ["", 3, 24],
      ["dagfill-lost", 2, 3],
      ["dagfill-mark", 3.5, 3.5],
    ],
  ]);
  await tab.getByRole("button", { name: "Sun 2026-10-25 03:00" }).click();
  await tab
    .locator(".dagfill-clock[data-kind=fold]")
    .getByText("2026-10-25: local times from 02:00 to 03:00 come twice. Run at 02:30 +01:00.")
    .waitFor();
});

test("what would run when, with the band of past runs in which it ends", { skip }, async (t) => {
  const tab = await page.open(t, hash({ ...fields, par: "4", sec: "118" }));
  assert.equal(await tab.locator(".dagfill-lanes").count(), 0);
  await tab.getByText("What would run when").click();
  await tab.getByRole("listbox", { name: "4 lanes of runs over time" }).waitFor();
  assert.equal(await tab.locator("[data-key=finish]").count(), 0, "no past runs, no band");
  await tab.getByText(/^Simulation:/).click();
  await tab.getByRole("button", { name: "Add sample history" }).click();
  const words = tab.locator("[data-key=finish]");
  await words
    .getByText(/^The last run ends after .+ to .+ in 8 of 10 outcomes, .+ from \d+ past runs\.$/)
    .waitFor();
  // The band is drawn in the colour of the focus, which nothing else in the lanes has.
  tab.context().expect("getImageData");
  await tab.waitForFunction(() => {
    const canvas = document.querySelector(".dagfill-lanes canvas");
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let pixels = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at] === 0x5b && data[at + 1] === 0x4b && data[at + 2] === 0xd6) pixels++;
    return pixels > 100;
  });
});

test("compare: the calendar tells by colour, shape, legend and label what becomes of a date", {
  skip,
}, async (t) => {
  const tab = await page.open(
    t,
    hash({ ...fields, s: "30 2 * * *", cs: "0 1 * * 1-6", ctz: "Europe/Berlin" }),
  );
  assert.equal(await starting(tab), 304);
  const legend = tab.getByRole("status", { name: "Dates with the second schedule" });
  const kinds = async () =>
    Object.fromEntries(
      (await legend.locator("[data-shift]").allInnerTexts()).map((text) =>
        text.trim().split(/\s+(?=[\d,]+$)/),
      ),
    );
  await legend.getByText("earlier").waitFor();
  assert.deepEqual(await kinds(), { same: "0", earlier: "261", later: "0", removed: "43", added: "0" });
  const label = (day) => tab.locator(`[role=gridcell][data-day="${day}"]`).getAttribute("aria-label");
  assert.equal(await label("2026-01-01"), "Thursday, 1 January 2026: 1 earlier");
  assert.equal(await label("2026-01-04"), "Sunday, 4 January 2026: 1 removed");
  // As many pixels of a colour as there are dates of its kind.
  tab.context().expect("getImageData");
  const pixels = (red, green, blue) =>
    tab.evaluate(
      (color) => {
        const canvas = document.querySelector(".dagfill-calendar canvas");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        let count = 0;
        for (let at = 0; at < data.length; at += 4)
          if (color.every((value, part) => data[at + part] === value)) count++;
        return count;
      },
      [red, green, blue],
    );
  const [again, create] = [await pixels(0xa3, 0x62, 0x0f), await pixels(0x1f, 0x8f, 0xe8)];
  assert.ok(again > 261 * 40 && create === 0, `${again} ${create}`);
  await tab.getByLabel("Schedule B").fill("30 2,14 * * *");
  await legend.locator("[data-shift=added]", { hasText: "304" }).waitFor();
  assert.deepEqual(await kinds(), { same: "304", earlier: "0", later: "0", removed: "0", added: "304" });
  assert.equal(await label("2026-01-04"), "Sunday, 4 January 2026: 1 same, 1 added");
});

test("what is left of a running backfill is said by one number, in words and in the band of its end", {
  skip,
}, async (t) => {
  const state = states["running, with the band of its end"];
  const tab = await page.open(t, addressOf(state));
  await state.bring(tab);
  const told = await tab.evaluate(
    () =>
      new Promise((resolve) => {
        const pairs = [];
        const watch = new MutationObserver(() => {
          const band = document.querySelector(".dagfill-finish")?.textContent ?? "";
          const middle = /(?:within|in about) (.+?), from/.exec(band)?.[1];
          if (middle === undefined || middle === pairs.at(-1)?.[0]) return;
          const words = document.querySelector(".run-panel header").textContent;
          pairs.push([middle, /About (.+?) left/.exec(words)?.[1]]);
          if (pairs.length < 3) return;
          watch.disconnect();
          resolve(pairs);
        });
        watch.observe(document.querySelector(".run-panel"), {
          subtree: true,
          childList: true,
          characterData: true,
        });
      }),
  );
  for (const [middle, left] of told) assert.equal(left, middle);
});
