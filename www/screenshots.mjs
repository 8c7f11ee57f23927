// Pictures of the built page for a human to look at: `npm run screenshots` in this folder, into ./screenshots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openBrowser } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/server.mjs";
import { buildPage, hash, planned, policy, www } from "../tests/browser/www-page.mjs";

const folder = join(www, "screenshots");
mkdirSync(folder, { recursive: true });
await buildPage();
const browser = await openBrowser();
const server = await serve({ folder: join(www, "dist"), headers: { "content-security-policy": policy } });
const desktop = { width: 1380, height: 900 };
const phone = { width: 390, height: 844 };
const year = { id: "orders_daily", from: "2026-01-01", to: "2026-12-31" };

/** [name, address, how to open it, what to do before the picture] */
const pictures = [
  [
    "plan",
    "",
    {},
    (tab) =>
      tab
        .locator(".verdict")
        .getByText(/[1-9]\d* again/)
        .first()
        .waitFor(),
  ],
  [
    "plan-dark",
    "",
    { colorScheme: "dark" },
    (tab) =>
      tab
        .locator(".verdict")
        .getByText(/[1-9]\d* again/)
        .first()
        .waitFor(),
  ],
  ["plan-list", "", {}, (tab) => tab.getByRole("button", { name: "List", exact: true }).click()],
  ["hourly", hash({ ...year, s: "0 * * * *", tz: "America/New_York", sel: "2026-11-01" }), {}, rest],
  [
    "million",
    hash({ s: "*/5 * * * *", tz: "UTC", from: "2016-01-01", to: "2025-12-31", which: "none" }),
    {},
    rest,
  ],
  ["run", hash({ ...year, to: "2026-10-31", sec: "1", fail: "0.08" }), {}, (tab) => running(tab, 6000)],
  [
    "run-dark",
    hash({ ...year, to: "2026-10-31", sec: "1" }),
    { colorScheme: "dark" },
    (tab) => running(tab, 4000),
  ],
  ["review", hash({ ...year, to: "2026-04-30", sec: "0.1", fail: "0.1" }), {}, finished],
  ["compare", hash({ ...year, cs: "30 2 * * 1-5", ctz: "UTC" }), {}, rest],
  ["error", hash({ ...year, s: "0 24 * * *" }), { planned: false }, rest],
  [
    "error-stale",
    hash(year),
    {},
    (tab) => tab.getByLabel("Schedule", { exact: true }).fill("30 2 * * * 9 9 9"),
  ],
  ["cycle", hash({ ...year, dag: "" }), {}, cycle],
  ["code", hash(year), {}, code],
  ["menu", hash(year), {}, (tab) => tab.getByRole("button", { name: /^orders_daily/ }).click()],
  ["confirm", hash({ ...year, s: "0 * * * *", par: "4" }), {}, (tab) => start(tab)],
  [
    "phone",
    "",
    { viewport: phone },
    (tab) =>
      tab
        .locator(".verdict")
        .getByText(/[1-9]\d* again/)
        .first()
        .waitFor(),
  ],
  [
    "phone-form",
    hash(year),
    { viewport: phone },
    (tab) => tab.getByRole("button", { name: "Edit plan" }).click(),
  ],
  [
    "phone-run",
    hash({ ...year, sec: "1" }),
    { viewport: phone, colorScheme: "dark" },
    (tab) => running(tab, 3000),
  ],
  ["phone-full", hash(year), { viewport: { width: 390, height: 2600 } }, rest],
  ["forced-colours", hash(year), { forcedColors: "active" }, rest],
];

async function rest(tab) {
  await tab.waitForTimeout(800);
}
async function start(tab) {
  const bar = tab.locator(".bottom-bar .primary");
  await ((await bar.count()) ? bar : tab.getByRole("button", { name: /^Run [\d,]+ runs?$/ })).click();
}
async function running(tab, milliseconds) {
  await start(tab);
  await tab.waitForTimeout(milliseconds);
}
async function finished(tab) {
  await start(tab);
  await tab.getByRole("slider").waitFor({ timeout: 60_000 });
  const box = await tab.getByRole("slider").boundingBox();
  await tab.mouse.click(box.x + box.width * 0.6, box.y + box.height / 2);
}
async function cycle(tab) {
  await tab.getByRole("button", { name: /orders_daily/ }).click();
  await tab.getByRole("button", { name: /broken_cycle/ }).click();
  await tab.waitForTimeout(800);
}
async function code(tab) {
  await tab.getByRole("button", { name: "Copy as code" }).click();
  await tab.getByRole("button", { name: "dagfill CLI" }).click();
}

const asked = process.argv.slice(2);
for (const [name, address, { planned: isPlanned, ...options }, act] of pictures) {
  if (asked.length && !asked.includes(name)) continue;
  const context = await browser.newContext({ viewport: desktop, ...options });
  const tab = await context.newPage();
  tab.on("pageerror", (error) => console.error(`${name}: ${error}`));
  await tab.goto(`${server.origin}/${address}`);
  if (isPlanned !== false) await planned(tab);
  await act(tab);
  await tab.waitForTimeout(400);
  await tab.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
  console.log(`www/screenshots/${name}.png`);
}
await browser.close();
await server.close();
