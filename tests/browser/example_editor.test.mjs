// The example of a DAG editor, bundled with the React and the React Flow of the page's own dependencies, in Chromium.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";
import { bundle } from "./bundle.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";
import { buildPage } from "./www-page.mjs";

test("the nodes of the editor take the colours of the chosen run", { skip: withoutBrowser }, async (t) => {
  await buildPage(); // installs React and React Flow
  const folder = mkdtempSync(join(tmpdir(), "dagfill-editor-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await bundle("examples/editor/editor.jsx", join(folder, "editor.js"));
  const html = readFileSync(join(root, "examples/editor/index.html"), "utf8");
  const page = html
    .replace("./editor.jsx", "./editor.js")
    .replace("</head>", '<link rel="stylesheet" href="./editor.css"></head>');
  const site = await serve({ folder, pages: { "/": page } });
  t.after(site.close);
  const browser = await openBrowser();
  t.after(() => browser.close());
  const tab = await browser.newPage();
  const errors = [];
  tab.on("pageerror", (error) => errors.push(error.message));
  await tab.goto(site.origin);
  await tab.getByRole("button", { name: "Run 7 dates", exact: true }).click();
  await tab.locator(".dagfill-headline", { hasText: "7 of 7 done" }).waitFor();
  const coloured = (id, colour) =>
    tab.waitForFunction(
      ([id, colour]) =>
        getComputedStyle(document.querySelector(`.react-flow__node[data-id="${id}"]`)).backgroundColor ===
        colour,
      [id, colour],
    );
  const [green, red] = ["rgb(134, 239, 172)", "rgb(252, 165, 165)"];
  await tab.getByRole("row", { name: "2026-01-03" }).click();
  await coloured("transform", green);
  await coloured("load", red);
  await tab.getByRole("row", { name: "2026-01-04" }).click();
  await coloured("load", green);
  assert.deepEqual(errors, []);
});
