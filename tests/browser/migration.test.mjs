// Databases of dagfill 0.1.0 open in Chromium: everything is there, in today's form, and what was interrupted goes on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundTests } from "./around.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

const options = { skip: withoutBrowser };
const page = '<!doctype html><meta charset="utf-8"><title>migration</title>';

let browser;
let server;
aroundTests(
  async () => {
    if (withoutBrowser) return;
    browser = await openBrowser();
    server = await serve({ pages: { "/page.html": page } });
  },
  async () => {
    await browser?.close();
    await server?.close();
  },
);

async function tab(t) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const opened = await context.newPage();
  await opened.goto(`${server.origin}/page.html`);
  return opened;
}

/** Runs a function of migration_page.mjs in the page; fails with its error. */
async function run(opened, name, ...args) {
  const error = await opened.evaluate(
    async ([name, args]) => {
      const page = await import("/tests/browser/migration_page.mjs");
      try {
        await page[name](...args);
        return null;
      } catch (thrown) {
        return thrown.stack;
      }
    },
    [name, args],
  );
  if (error !== null) assert.fail(error);
}

test("a database of version 1 is listed, resumed and backfilled again", options, async (t) => {
  await run(await tab(t), "migrates");
});

test("what version 1 left interrupted can be discarded", options, async (t) => {
  await run(await tab(t), "discards");
});

test(
  "two records that turn out to be of one date become one, the one that ended later",
  options,
  async (t) => {
    await run(await tab(t), "merges");
  },
);

test("a migration that fails leaves the database as it was, and says so", options, async (t) => {
  await run(await tab(t), "fails");
});
