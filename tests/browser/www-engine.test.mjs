// wasm in the page's worker: wherever it is served from, whatever the browser's zone and language.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ownPath } from "../../scripts/process.mjs";
import { serve } from "./server.mjs";
import { hash, planned, policy, usePage, withoutBrowser, www } from "./www-page.mjs";

const page = usePage();
const skip = withoutBrowser;

test("a policy without 'wasm-unsafe-eval' is named in plain words", { skip }, async (t) => {
  const server = await serve({
    folder: join(www, "dist"),
    headers: { "content-security-policy": policy.replace(" 'wasm-unsafe-eval'", "") },
  });
  t.after(server.close);
  const tab = await page.browser.newPage();
  await tab.goto(server.origin);
  await tab.getByTestId("refused").getByText("script-src 'self' 'wasm-unsafe-eval'").waitFor();
  await tab.close();
});

test("the page and its worker share one copy of the core", { skip }, () => {
  const assets = join(www, "dist", "assets");
  const scripts = readdirSync(assets).filter((name) => name.endsWith(".js"));
  const textOf = (name) => readFileSync(join(assets, name), "utf8");
  // The module is a file of its own, which is in no script.
  assert.equal(readdirSync(assets).filter((name) => name.endsWith(".wasm")).length, 1);
  const holders = scripts.filter((name) =>
    textOf(name).includes("expected the wasm module before the first call"),
  );
  assert.deepEqual(
    holders.map((name) => name.split("-")[0]),
    ["slim"],
  );
  const [core] = scripts.filter((name) => name.startsWith("core-"));
  const [worker] = scripts.filter((name) => name.startsWith("worker-"));
  assert.ok(textOf(worker).includes(`"./${core}"`));
});

test("where the worker cannot be loaded the page plans on its own thread", { skip }, async (t) => {
  const context = await page.context(t);
  await context.route("**/worker-*.js", (route) => route.fulfill({ status: 404, body: "" }));
  context.expect("assets/worker-");
  context.expect("404");
  const tab = await context.newPage();
  await tab.goto(page.url + hash({ from: "2026-01-01", to: "2026-01-31", which: "none" }));
  await planned(tab);
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
});

for (const chunk of ["page", "slim"])
  test(`a page whose code cannot be loaded says so: ${chunk}`, { skip }, async (t) => {
    const context = await page.context(t);
    await context.route(`**/${chunk}-*.js`, (route) => route.fulfill({ status: 404, body: "" }));
    context.expect("404");
    const tab = await context.newPage();
    await tab.goto(page.url);
    await tab.getByRole("alert").getByText("The page could not be loaded").waitFor();
  });

test("the slim entry takes a wasm that its server calls something else", { skip }, async (t) => {
  const server = await serve({
    pages: { "/page.html": '<!doctype html><meta charset="utf-8"><title>slim</title>' },
  });
  t.after(server.close);
  const tab = await page.browser.newPage();
  await tab.route("**/dagfill.wasm", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { "content-type": "text/plain" } });
  });
  await tab.goto(`${server.origin}/page.html`);
  const count = await tab.evaluate(async () => {
    const { countRange, init } = await import("/dist/slim.js");
    await init(fetch("/dist/dagfill.wasm"));
    return countRange("@daily", "2026-01-01", "2026-01-31");
  });
  assert.equal(count, 31);
  await tab.close();
});

test("the page works with no network once it is there", { skip }, async (t) => {
  const tab = await page.open(t, hash({ from: "2026-01-01", to: "2026-01-31", which: "none" }));
  await tab.locator(".task-card").first().waitFor();
  await tab.waitForLoadState("networkidle");
  await tab.waitForTimeout(2000);
  // The browser asks for the icon again whenever the address changes.
  tab.context().expect("icon.svg");
  tab.context().expect("ERR_INTERNET_DISCONNECTED");
  await tab.context().setOffline(true);
  await tab.getByLabel("To", { exact: true }).fill("2026-02-28");
  await tab.getByRole("button", { name: "Run 59 runs" }).click();
  await tab.getByRole("button", { name: "Pause" }).waitFor();
});

test("the page opens again with no server, once it was there", { skip }, async (t) => {
  const server = await serve({ folder: www, headers: { "content-security-policy": policy } });
  const context = await page.browser.newContext();
  t.after(() => context.close());
  const tab = await context.newPage();
  await tab.goto(`${server.origin}/dist/${hash({ from: "2026-01-01", to: "2026-01-31", which: "none" })}`);
  await planned(tab);
  // The page says so when all of its files are kept.
  await tab.waitForFunction(
    () => document.documentElement.dataset.offline === "kept" && navigator.serviceWorker.controller !== null,
  );
  await server.close();
  await tab.reload();
  await planned(tab);
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
});

test("the dev server serves the same page", { skip }, async (t) => {
  const port = 20_000 + (process.pid % 20_000);
  const vite = join(www, "node_modules", "vite", "bin", "vite.js");
  const child = spawn(
    process.execPath,
    [vite, "--port", String(port), "--strictPort", "--host", "127.0.0.1"],
    {
      cwd: www,
      // Without colours, which CI would turn on: the line below is looked for as text.
      env: { ...process.env, PATH: ownPath(), NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  t.after(() => child.kill());
  await new Promise((resolve, reject) => {
    child.stdout.on("data", (text) => String(text).includes("Local:") && resolve());
    child.on("exit", (code) => reject(new Error(`vite ended with ${code}`)));
  });
  const tab = await page.browser.newPage();
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  await tab.goto(`http://127.0.0.1:${port}/${hash({ from: "2026-01-01", to: "2026-01-31", which: "none" })}`);
  await planned(tab);
  await tab.getByRole("button", { name: "Run 31 runs" }).waitFor();
  assert.deepEqual(errors, []);
  await tab.close();
});

const plan = hash({
  id: "zones",
  s: "30 2 * * *",
  tz: "Europe/Berlin",
  from: "2026-03-01",
  to: "2026-11-01",
  which: "none",
});

test("browsers of any zone and language show the same plan", { skip }, async (t) => {
  const seen = [];
  for (const [timezoneId, locale] of [
    ["UTC", "en-US"],
    ["Pacific/Kiritimati", "en-US"],
    ["America/St_Johns", "en-US"],
    ["Australia/Lord_Howe", "en-US"],
    ["UTC", "ar-EG"],
    ["Pacific/Kiritimati", "de-DE"],
    ["Asia/Tokyo", "ja-JP"],
  ]) {
    const tab = await page.open(t, plan, { timezoneId, locale });
    await tab.getByRole("button", { name: "Run 246 runs" }).waitFor();
    await tab.getByLabel("Filter by date").fill("2026-03-2");
    await tab.locator(".dagfill-runs header").getByText("10 of 246").waitFor();
    const rows = await tab.locator(".dagfill-row").allTextContents();
    await tab.getByRole("button", { name: "Export" }).click();
    const [file] = await Promise.all([
      tab.waitForEvent("download"),
      tab.getByRole("button", { name: "CSV with commands" }).click(),
    ]);
    const chunks = await Array.fromAsync(await file.createReadStream());
    // A date that is not due today is another matter: the rows alone are compared.
    seen.push({
      rows,
      notes: await tab.locator(".clock-notes li").allTextContents(),
      csv: Buffer.concat(chunks).toString(),
    });
    await tab.context().close();
  }
  assert.match(seen[0].notes[0], /clocks go forward 60 min/);
  for (const other of seen.slice(1)) assert.deepEqual(other, seen[0]);
});

test("the dates of every zone on its clock changes are those of the browser's Temporal", {
  skip,
}, async (t) => {
  const server = await serve({
    pages: { "/page.html": '<!doctype html><meta charset="utf-8"><title>oracle</title>' },
    headers: { "content-security-policy": policy },
  });
  t.after(server.close);
  const tab = await page.browser.newPage();
  await tab.goto(`${server.origin}/page.html`);
  const { zones, days, dates, differences } = await tab.evaluate(async () => {
    const { expandRange } = await import("/dist/index.js");
    const { Temporal } = globalThis;
    const names = Intl.supportedValuesOf("timeZone");
    const result = { zones: names.length, days: 0, dates: 0, differences: [] };
    for (const timeZone of names) {
      let at = Temporal.Instant.from("2023-01-01T00:00Z").toZonedDateTimeISO(timeZone);
      for (;;) {
        at = at.getTimeZoneTransition("next");
        if (at === null || at.epochMilliseconds > Date.UTC(2027, 0, 1)) break;
        result.days++;
        const day = at.subtract({ nanoseconds: 1 }).toPlainDate();
        for (const [hour, minute] of [
          [0, 0],
          [0, 30],
          [1, 15],
          [1, 30],
          [2, 0],
          [2, 30],
          [3, 0],
          [23, 30],
        ]) {
          const date = expandRange(`${minute} ${hour} * * *`, day.toString(), day.toString(), {
            timeZone,
            dst: "later",
          });
          const wall = day.toPlainDateTime({ hour, minute });
          const expected = wall.toZonedDateTime(timeZone, { disambiguation: "later" });
          // "later" moves a time in a gap forward, which may leave the day.
          const own = expected.toPlainDate().equals(day) ? [expected.epochMilliseconds] : [];
          result.dates++;
          if ([...date].join() !== own.join() && result.differences.length < 10)
            result.differences.push({ timeZone, wall: wall.toString(), got: [...date], expected: own });
        }
      }
    }
    return result;
  });
  await tab.close();
  console.log(`# ${zones} zones, ${days} clock changes, ${dates} dates`);
  assert.ok(zones > 400 && days > 400);
  assert.deepEqual(differences, []);
});
