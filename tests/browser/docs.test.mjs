// The documentation as a reader has it who opens the folder without a server: no link leads nowhere, and the search finds.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { root } from "../../scripts/process.mjs";
import { site as makeSite } from "../../scripts/site.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";

const site = join(root, "site");

// From dist/ as it is: a build would replace it under the tests that run beside this one.
before(() => makeSite({ quiet: true }));

const pages = () =>
  readdirSync(site, { recursive: true })
    .filter((file) => file.endsWith(".html"))
    .map((file) => join(site, file));

test("every link and every picture of every page is there", () => {
  const missing = [];
  for (const page of pages()) {
    for (const [, address] of readFileSync(page, "utf8").matchAll(/ (?:href|src)="([^"]*)"/g)) {
      const url = new URL(address.replaceAll("&amp;", "&"), pathToFileURL(page));
      if (url.protocol === "file:" && !existsSync(fileURLToPath(url)))
        missing.push(`${page.slice(dirname(site).length)}: ${address}`);
    }
  }
  assert.ok(pages().length > 150, `${pages().length} pages`);
  assert.deepEqual(missing, []);
});

test("every document is there once", () => {
  const documents = readdirSync(join(site, "documents"));
  assert.ok(documents.length >= 19, documents.join(", "));
  // TypeDoc numbers pages of one name.
  assert.deepEqual(
    documents.filter((name) => /-\d+\.html$/.test(name)),
    [],
  );
});

test("every guide and every page of reference is a document of the site", () => {
  const { projectDocuments } = JSON.parse(readFileSync(join(root, "tools/docs/typedoc.json"), "utf8"));
  const pages = readdirSync(join(root, "docs"), { recursive: true }).filter((file) => file.endsWith(".md"));
  assert.deepEqual(
    pages.filter((file) => !projectDocuments.includes(`../../docs/${file.replaceAll("\\", "/")}`)),
    [],
  );
});

test("on a phone no page is wider than the screen", { skip: withoutBrowser }, async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  const tab = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const wide = [];
  const documents = readdirSync(join(site, "documents")).map((name) => join("documents", name));
  for (const page of ["index.html", ...documents]) {
    await tab.goto(pathToFileURL(join(site, page)).href);
    const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wide.push(`${page}: ${over} px`);
  }
  assert.deepEqual(wide, []);
});

test("the search of a folder without a server finds guides and functions", {
  skip: withoutBrowser,
}, async (t) => {
  const browser = await openBrowser();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  const problems = [];
  tab.on("pageerror", (error) => problems.push(String(error)));
  tab.on("request", (request) => {
    if (!request.url().startsWith("file:") && !request.url().startsWith("data:"))
      problems.push(request.url());
  });
  for (const [text, found] of [
    ["backfillserv", /BackfillService/],
    ["expandRange", /expandRange/],
    ["importRuns", /importRuns/],
    ["from airflow", /Airflow/i],
  ]) {
    await tab.goto(pathToFileURL(join(site, "index.html")).href);
    await tab.locator("#tsd-search-trigger").click();
    const field = tab.locator("#tsd-search-input");
    await field.waitFor();
    await field.fill(text);
    await tab.locator("#tsd-search-results li").filter({ hasText: found }).first().waitFor();
  }
  assert.deepEqual(problems, []);
});
