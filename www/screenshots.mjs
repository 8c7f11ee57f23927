// Pictures of every state of the built page, and of every component, for people to look at: `npm run screenshots` in this folder, into
// ./screenshots; names after it take only those. Each comes light, dark and 390 px wide. The states are those that axe is run on.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../scripts/process.mjs";
import { openBrowser } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/server.mjs";
import { buildPage, planned, policy, www } from "../tests/browser/www-page.mjs";
import { addressOf, phone, states } from "../tests/browser/www-states.mjs";

const folder = join(www, "screenshots");
mkdirSync(folder, { recursive: true });
await buildPage();
const browser = await openBrowser();
const page = await serve({ folder: join(www, "dist"), headers: { "content-security-policy": policy } });
const parts = mkdtempSync(join(tmpdir(), "dagfill-components-"));
const components = await serve({ folder: parts, pages: { "/": await componentsPage() } });
const desktop = { viewport: { width: 1380, height: 900 } };
const looks = { light: desktop, dark: { ...desktop, colorScheme: "dark" }, phone };

/** What is not a state that axe is run on: a page before its scripts, one that cannot run, one in the colours of the system. */
const others = {
  "before any script": { options: { javaScriptEnabled: false }, isPlanned: false, bring: async () => {} },
  "no WebAssembly": {
    isPlanned: false,
    bring: async (tab) => {
      await tab.route("**/engine-*.js", (route) => route.fulfill({ status: 404 }));
      await tab.reload();
      await tab.getByTestId("refused").waitFor();
    },
  },
  "forced colours": { ...states.failed, options: { forcedColors: "active" } },
};

/** The components of the package in a page of somebody else, in the states that matter to them. */
const ofComponents = {
  "components, plan": { bring: (tab) => tab.getByText("90 runs will start").waitFor() },
  "components, running": {
    bring: async (tab) => {
      await tab.getByRole("button", { name: "Run 90 dates" }).click();
      await tab.waitForFunction(() => globalThis.backfill.progress?.completed >= 30);
      await tab.getByRole("button", { name: "Pause", exact: true }).click();
      await tab.getByRole("row", { name: "2026-01-05" }).click();
    },
  },
  "components, finished": {
    bring: async (tab) => {
      await tab.getByRole("button", { name: "Run 90 dates" }).click();
      await tab.getByText(/90 of 90 done/).waitFor();
      await tab.getByRole("row", { name: "2026-01-05" }).click();
    },
  },
};

async function componentsPage() {
  const modules = join(www, "node_modules");
  await build({
    entryPoints: [join(root, "tests/packaging/apps/react.jsx")],
    outfile: join(parts, "app.js"),
    bundle: true,
    format: "esm",
    jsx: "automatic",
    nodePaths: [modules],
    alias: { react: join(modules, "react"), "react-dom": join(modules, "react-dom") },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    '<meta name="color-scheme" content="light dark"><title>Components</title>' +
    '<link rel="stylesheet" href="./app.css"><div id="root"></div><script type="module" src="./app.js"></script>'
  );
}

/** A run of a component's page takes a moment, and every ninth date fails. */
function execute() {
  globalThis.execute = ({ executionDate }) =>
    new Promise((resolve, reject) => {
      const fails = Number(executionDate.slice(8, 10)) % 9 === 4;
      setTimeout(() => (fails ? reject(new Error("no rows")) : resolve()), 60);
    });
}

const asked = process.argv.slice(2);
async function shoot(name, origin, state, address) {
  if (asked.length > 0 && !asked.includes(name)) return;
  for (const [look, options] of Object.entries(looks)) {
    if (look === "phone" ? state.isDesktop : state.isPhone) continue;
    const context = await browser.newContext({ ...options, ...state.options });
    try {
      const tab = await context.newPage();
      await tab.addInitScript(execute);
      tab.on("pageerror", (error) => console.error(`${name}: ${error}`));
      await tab.goto(`${origin}/${address}`);
      if (state.isPlanned !== false) await planned(tab);
      await state.bring(tab);
      // Colours and the graph come to rest.
      await tab.waitForTimeout(600);
      const file = `${name.replaceAll(/[ ,]+/g, "-")}-${look}.png`;
      // A dialog lies over what is in sight alone.
      const fullPage = (await tab.locator("dialog[open]").count()) === 0;
      await tab.screenshot({ path: join(folder, file), fullPage });
      console.log(`www/screenshots/${file}`);
    } catch (error) {
      console.error(`${name}, ${look}: ${error.message.split("\n").slice(0, 4).join(" ")}`);
      process.exitCode = 1;
    } finally {
      await context.close();
    }
  }
}

for (const [name, state] of Object.entries({ ...states, ...others }))
  await shoot(name, page.origin, state, addressOf(state));
for (const [name, state] of Object.entries(ofComponents))
  await shoot(name, components.origin, { ...state, isPlanned: false }, "");
await browser.close();
await page.close();
await components.close();
rmSync(parts, { recursive: true });
