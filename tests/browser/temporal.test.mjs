// The dates of the built package around the clock changes of thirty zones, against the browser's own Temporal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundTests } from "./around.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

const zones = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "Africa/Johannesburg",
  "America/Chicago",
  "America/Havana",
  "America/Los_Angeles",
  "America/New_York",
  "America/Nuuk",
  "America/Phoenix",
  "America/Santiago",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Antarctica/Troll",
  "Asia/Amman",
  "Asia/Beirut",
  "Asia/Gaza",
  "Asia/Jerusalem",
  "Asia/Kathmandu",
  "Asia/Kolkata",
  "Asia/Pyongyang",
  "Asia/Tehran",
  "Asia/Tokyo",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Europe/Berlin",
  "Europe/Dublin",
  "Europe/Istanbul",
  "Europe/London",
  "Pacific/Apia",
  "Pacific/Auckland",
];

let browser;
let server;
aroundTests(
  async () => {
    if (withoutBrowser) return;
    browser = await openBrowser();
    server = await serve({ pages: { "/page.html": "<!doctype html><title>dagfill</title>" } });
  },
  async () => {
    await browser?.close();
    await server?.close();
  },
);

/** Runs in the page: the dates around each change of a zone, by dagfill and by Temporal. */
async function compare(timeZone) {
  const { expandRange } = await import("/dist/index.js");
  const hour = 3_600_000;
  const from = Date.UTC(2009, 0, 1);
  const wrong = [];
  const changes = [];
  let clock = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timeZone);
  for (;;) {
    clock = clock.getTimeZoneTransition("next");
    if (clock === null || clock.year > 2030) break;
    changes.push(clock.epochMilliseconds);
  }
  // A zone without changes is looked at on any day.
  const around = changes.length > 0 ? changes : [Date.UTC(2024, 2, 10, 7)];
  const walls = (start, end) => {
    const first = Temporal.Instant.fromEpochMilliseconds(start - 48 * hour).toZonedDateTimeISO("UTC");
    const all = [];
    let wall = first.toPlainDateTime().round({ smallestUnit: "hour" });
    for (; wall.toZonedDateTime("UTC").epochMilliseconds <= end + 48 * hour; wall = wall.add({ minutes: 15 }))
      all.push(wall);
    return all;
  };
  for (const at of around) {
    const [start, end] = [at - 26 * hour, at + 26 * hour];
    const check = (cron, dst, dates) => {
      const found = [...expandRange(cron, start, end, { timeZone, dst })];
      const expected = [...new Set(dates)].filter((ms) => ms >= start && ms <= end).sort((a, b) => a - b);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push({ timeZone, at, cron, dst, found: found.length, expected: expected.length });
    };
    // Every quarter of all hours but one, read as the policy says.
    const some = walls(start, end).filter((wall) => wall.hour !== 12);
    const read = (disambiguation) =>
      some.map((wall) => wall.toZonedDateTime(timeZone, { disambiguation }).epochMilliseconds);
    check("*/15 0-11,13-23 * * *", "airflow", read("later"));
    check("*/15 0-11,13-23 * * *", "later", read("later"));
    check("*/15 0-11,13-23 * * *", "earlier", read("earlier"));
    // Every hour: real time.
    const real = [];
    for (let ms = start; ms <= end; ms += 60_000) {
      const local = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
      if (local.minute % 20 === 0 && local.second === 0) real.push(ms);
    }
    check("*/20 * * * *", "airflow", real);
  }
  return { changes: changes.length, wrong };
}

test("thirty zones, their clock-change days, as Temporal has them", { skip: withoutBrowser }, async (t) => {
  const tab = await browser.newPage();
  await tab.goto(`${server.origin}/page.html`);
  assert.equal(await tab.evaluate(() => typeof Temporal), "object", `no Temporal in ${browser.version()}`);
  let changes = 0;
  for (const zone of zones) {
    const found = await tab.evaluate(compare, zone);
    assert.deepEqual(found.wrong, []);
    changes += found.changes;
  }
  t.diagnostic(`Chromium ${browser.version()}: ${zones.length} zones, ${changes} clock changes`);
  assert.ok(changes > 700, `${changes}`);
});
