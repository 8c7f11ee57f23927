// The built page in a browser of its own, served from a path below the root under a strict policy. Every tab watches
// for what no test may cause: console errors, failed requests, requests to anywhere else.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { install } from "../../scripts/install.mjs";
import { root, run } from "../../scripts/process.mjs";
import { aroundTests } from "./around.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

export const www = join(root, "www");

/** The policy that the page asks of its host. */
export const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'none'";

/** Makes www/dist when it is missing or older than what it is made of. Files of tests run side by side: one builds. */
export async function buildPage() {
  const lock = join(root, ".cache", "www.lock");
  mkdirSync(join(root, ".cache"), { recursive: true });
  for (let waited = 0; !take(lock); waited++) {
    if (waited > 1200) throw new Error(`${lock} is held by a dead process: remove it`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    await install(www);
    const made = statSync(join(www, "dist", "index.html"), { throwIfNoEntry: false });
    const sources = [
      "www/src",
      "www/public",
      "www/index.html",
      "www/package.json",
      "www/vite.config.ts",
      "dist",
    ];
    if (made && made.mtimeMs >= Math.max(...sources.map((source) => changed(join(root, source))))) return;
    await run("npm", ["run", "--silent", "build", "--", "--logLevel", "warn"], { cwd: www, quiet: true });
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function take(lock) {
  const held = statSync(lock, { throwIfNoEntry: false });
  // A build takes seconds: an old lock was left by a process that was killed.
  if (held && Date.now() - held.mtimeMs > 120_000) rmSync(lock, { recursive: true, force: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** When the newest file of a folder was written. */
function changed(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isDirectory()) return stat?.mtimeMs ?? 0;
  return Math.max(0, ...readdirSync(path).map((name) => changed(join(path, name))));
}

/** A browser, with further `args`, and a server for the tests of one file. `headers` replaces the strict policy. */
export function usePage({ args = [], headers = { "content-security-policy": policy } } = {}) {
  const held = {};
  aroundTests(
    async () => {
      if (withoutBrowser) return;
      await buildPage();
      held.browser = await openBrowser({ args });
      held.server = await serve({ folder: www, headers });
      held.url = `${held.server.origin}/dist/`;
    },
    async () => {
      await held.browser?.close();
      await held.server?.close();
    },
  );

  /** A context that is closed with its test, after which its tabs must have had no trouble. */
  held.context = async (t, options = {}) => {
    const context = await held.browser.newContext({
      viewport: { width: 1380, height: 900 },
      // A file that one test has loaded must not answer another one; the browser says so on the console.
      serviceWorkers: "block",
      ...options,
    });
    const problems = [];
    const expected = ["Service Worker registration blocked"];
    await context.route("**", (route) => {
      const url = route.request().url();
      if (url.startsWith(held.server.origin) || url.startsWith("blob:") || url.startsWith("data:"))
        return route.continue();
      problems.push(`request to ${url}`);
      return route.abort();
    });
    context.on("page", (page) => {
      page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
      });
      page.on("pageerror", (error) => problems.push(`error: ${error.stack ?? error}`));
      page.on("requestfailed", (request) => {
        const reason = request.failure()?.errorText;
        // A reload or the end of the test came before the browser had loaded everything.
        if (reason !== "net::ERR_ABORTED") problems.push(`failed: ${request.url()} ${reason}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
      });
    });
    t.after(async () => {
      await context.close();
      assert.deepEqual(
        problems.filter((problem) => !expected.some((part) => problem.includes(part))),
        [],
      );
    });
    /** A trouble that this test causes on purpose. */
    context.expect = (part) => expected.push(part);
    return context;
  };

  /** A tab with the page and a plan in its address; waits until that plan is on the screen. `prepare` is called in the page before its
   *  scripts, `trouble` is what that puts on the console. */
  held.open = async (t, hash = "", { planned: isPlanned, prepare, trouble, ...options } = {}) => {
    const context = await held.context(t, options);
    if (trouble) context.expect(trouble);
    if (prepare) await context.addInitScript(prepare);
    const page = await context.newPage();
    await page.goto(held.url + hash);
    if (isPlanned !== false) await planned(page);
    return page;
  };
  return held;
}

/** Resolves when the plan on the screen is that of the form. */
export async function planned(page) {
  await page.getByTestId("timing").waitFor();
  // The components come after the first paint, and may come after the first plan.
  await page.locator(".dagfill-calendar canvas").first().waitFor({ state: "attached" });
  await page.waitForFunction(() => !document.querySelector(".stale"));
}

/** Resolves when the graph is in the middle of its canvas: it is fitted again when the commands of the date make its cards higher. */
export async function graphFitted(page) {
  await page.locator(".task-card .rendered").first().waitFor();
  await page.waitForFunction(() => {
    const canvas = document.querySelector(".react-flow").getBoundingClientRect();
    const nodes = [...document.querySelectorAll(".react-flow__node")].map((node) =>
      node.getBoundingClientRect(),
    );
    const above = Math.min(...nodes.map(({ top }) => top)) - canvas.top;
    const below = canvas.bottom - Math.max(...nodes.map(({ bottom }) => bottom));
    return Math.abs(above - below) < 2;
  });
}

/** A hash of the page from its fields. */
export const hash = (fields) => `#${new URLSearchParams({ v: "1", ...fields })}`;

/** The text in which the page tells its plan; the copy for screen readers comes half a second later. */
export const verdict = (page) => page.locator(".verdict p:not(.hidden)");

/** The button that starts the plan. */
export const runButton = (page) => page.getByRole("button", { name: /^Run [\d,]+ runs?$/ });

/** The number of runs that will start, as the button says it. */
export async function starting(page) {
  const text = await runButton(page).textContent();
  return Number(text.replace(/\D/g, ""));
}

export { withoutBrowser };
