// The built package in a plain page and in a module worker, with no bundler and no init call.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

const page = '<!doctype html><meta charset="utf-8"><title>dagfill</title>';
const worker = 'import { version } from "/dist/index.js"; postMessage(version());';
// What the README promises: the package asks a page for nothing but the right to compile wasm.
const headers = { "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" };

let browser;
let server;
before(async () => {
  if (withoutBrowser) return;
  browser = await openBrowser();
  server = await serve({ pages: { "/page.html": page, "/worker.js": worker }, headers });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

async function evaluate(job) {
  const tab = await browser.newPage();
  await tab.goto(`${server.origin}/page.html`);
  return tab.evaluate(job);
}

test("a page imports the entry and calls it", { skip: withoutBrowser }, async () => {
  assert.equal(await evaluate(async () => (await import("/dist/index.js")).version()), "0.1.0");
});

test("a module worker imports the entry and calls it", { skip: withoutBrowser }, async () => {
  const answer = await evaluate(
    () =>
      new Promise((resolve, reject) => {
        const started = new Worker("/worker.js", { type: "module" });
        started.onmessage = (event) => resolve(event.data);
        started.onerror = (event) => reject(new Error(event.message));
      }),
  );
  assert.equal(answer, "0.1.0");
});

test("slim takes the response of a fetch, and says so before it", { skip: withoutBrowser }, async () => {
  const answer = await evaluate(async () => {
    const { init, version } = await import("/dist/slim.js");
    let code;
    try {
      version();
    } catch (error) {
      code = error.code;
    }
    await init(fetch("/dist/dagfill.wasm"));
    return [code, version()];
  });
  assert.deepEqual(answer, ["INVALID_OPTION", "0.1.0"]);
});
