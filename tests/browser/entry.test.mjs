// The built package in a plain page and in a module worker, with no bundler and no init call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aroundTests } from "./around.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

const page = '<!doctype html><meta charset="utf-8"><title>dagfill</title>';
const worker = 'import { version } from "/dist/index.js"; postMessage(version());';
// The README promises: the package asks a page for nothing but the right to compile wasm.
const headers = { "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" };

let browser;
let server;
aroundTests(
  async () => {
    if (withoutBrowser) return;
    browser = await openBrowser();
    server = await serve({ pages: { "/page.html": page, "/worker.js": worker }, headers });
  },
  async () => {
    await browser?.close();
    await server?.close();
  },
);

async function evaluate(job, { origin } = server) {
  const tab = await browser.newPage();
  await tab.goto(`${origin}/page.html`);
  return tab.evaluate(job);
}

test("a page imports the entry and calls it", { skip: withoutBrowser }, async () => {
  assert.equal(await evaluate(async () => (await import("/dist/index.js")).version()), "0.1.0");
});

test("a classic script has the package as a global", { skip: withoutBrowser }, async () => {
  const answer = await evaluate(async () => {
    const before = new Set(Object.getOwnPropertyNames(globalThis));
    for (const again of [1, 2]) {
      const script = document.createElement("script");
      script.src = "/dist/index.iife.js";
      await new Promise((resolve, reject) => {
        Object.assign(script, { onload: resolve, onerror: () => reject(new Error(`load ${again}`)) });
        document.head.append(script);
      });
    }
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.has(name));
    return [added, globalThis.dagfill.version(), globalThis.dagfill.nextDates("@daily", "2024-01-01")[0]];
  });
  assert.deepEqual(answer, [["dagfill"], "0.1.0", "2024-01-02T00:00:00Z"]);
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
  assert.deepEqual(answer, ["WASM_UNAVAILABLE", "0.1.0"]);
});

test("a page whose policy forbids wasm is told what to allow", { skip: withoutBrowser }, async (t) => {
  const strict = await serve({
    pages: { "/page.html": page },
    headers: { "content-security-policy": "script-src 'self'" },
  });
  t.after(() => strict.close());
  const job = async () => {
    const { nextDates } = await import("/dist/index.js");
    const slim = await import("/dist/slim.js");
    const errors = [];
    for (const start of [() => nextDates("@daily", 0), () => slim.init(fetch("/dist/dagfill.wasm"))]) {
      await Promise.resolve()
        .then(start)
        .catch(({ name, code, message, hint }) => errors.push({ name, code, message, hint }));
    }
    return errors;
  };
  const refused = {
    name: "DagfillError",
    code: "WASM_UNAVAILABLE",
    message: "the page's Content Security Policy does not allow WebAssembly",
    hint: "add 'wasm-unsafe-eval' to the script-src of the policy",
  };
  assert.deepEqual(await evaluate(job, strict), [refused, refused]);
});

test("an error of a worker is one again in the page", { skip: withoutBrowser }, async (t) => {
  const script = `import { nextDates } from "/dist/index.js";
    try { nextDates("0 24 * * *", 0); } catch (error) { postMessage(error.toJSON()); }`;
  const other = await serve({ pages: { "/page.html": page, "/worker.js": script }, headers });
  t.after(() => other.close());
  const answer = await evaluate(async () => {
    const { DagfillError, errorFrom } = await import("/dist/index.js");
    const data = await new Promise((resolve) => {
      new Worker("/worker.js", { type: "module" }).onmessage = (event) => resolve(event.data);
    });
    const error = errorFrom(data);
    return [error instanceof DagfillError, error.code, error.field, error.start, error.message];
  }, other);
  assert.deepEqual(answer, [true, "INVALID_CRON", "schedule", 2, "hour 24: expected 0 to 23"]);
});
