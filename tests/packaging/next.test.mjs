// The packed dagfill/react in an app of Next's app router, built and served as in production.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { aroundTests } from "../browser/around.mjs";
import { openBrowser, withoutBrowser } from "../browser/chromium.mjs";
import { openTab, startHeld } from "./components_page.mjs";
import { printed, workshop } from "./workshop.mjs";

const app = readFileSync(new URL("./apps/next.jsx", import.meta.url), "utf8");
const layout = `import "dagfill/react/styles.css";
export const metadata = { title: "Sales", icons: "data:," };
export default ({ children }) => <html lang="en"><body>{children}</body></html>;\n`;
const page = `import Plan from "./plan";\nexport default () => <Plan />;\n`;
const skip = withoutBrowser;

let shop;
let browser;
let server;
let url;
aroundTests(
  async () => {
    if (skip) return;
    shop = await workshop(fileURLToPath(new URL("./next", import.meta.url)));
    const folder = shop.write("next", {
      "package.json": '{ "type": "module" }\n',
      "next.config.mjs": `export default { turbopack: { root: ${JSON.stringify(shop.tools)} } };\n`,
      "app/layout.jsx": layout,
      "app/page.jsx": page,
      "app/plan.jsx": app,
    });
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NODE_ENV: "production" };
    const cli = shop.tool("next/dist/bin/next");
    printed(process.execPath, [cli, "build"], folder, env);
    // Port 0: the system gives a free one, which the server prints.
    const args = [cli, "start", "--port", "0", "--hostname", "127.0.0.1"];
    server = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
    // It is read to the end: a server whose output nobody takes ends at its next line.
    url = await new Promise((resolve, reject) => {
      let said = "";
      server.stdout.on("data", (text) => {
        said += text;
        const found = /http:\/\/127\.0\.0\.1:[1-9]\d*/.exec(said)?.[0];
        if (found !== undefined) resolve(found);
      });
      server.stdout.on("end", () => reject(new Error(`the server has ended: ${said}`)));
    });
    browser = await openBrowser();
  },
  async () => {
    await browser?.close();
    if (server?.exitCode === null && server.kill("SIGKILL")) await once(server, "exit");
    shop?.remove();
  },
);

const headline = (tab, text) => tab.locator(".dagfill-headline", { hasText: text }).waitFor();
const button = (tab, name) => tab.getByRole("button", { name, exact: true });

test("the app and its page have less than 60 lines", () => {
  assert.ok((app + layout + page).trimEnd().split("\n").length < 60);
});

test("the server renders the components before any script has run", { skip }, async () => {
  const html = await (await fetch(url)).text();
  for (const name of ["summary", "calendar", "runs", "date", "grid"])
    assert.ok(html.includes(`dagfill dagfill-${name}`), name);
});

test("previews in the worker, runs, cancels, and resumes after a reload", { skip }, async (t) => {
  const tab = await openTab(t, browser, url);
  await headline(tab, "90 runs will start");
  assert.equal(await tab.evaluate(() => globalThis.backfill.thread), "worker");
  await tab.getByRole("row", { name: "2026-01-03" }).click();
  await tab.getByText("extract --date 2026-01-03").waitFor();
  await startHeld(tab, button(tab, "Run 90 dates"), 4);
  await tab.reload();
  const left = tab.locator(".dagfill-banner", { hasText: "0 of 90 done" });
  await startHeld(tab, left.getByRole("button", { name: "Resume" }), 4);
  await button(tab, "Cancel…").click();
  await button(tab, "Stop now, cancel 4 running").click();
  await headline(tab, "0 of 90 done");
  await tab.evaluate(() => {
    globalThis.pace = 1;
  });
  await button(tab, "Retry what did not succeed").click();
  await headline(tab, "90 of 90 done");
});
