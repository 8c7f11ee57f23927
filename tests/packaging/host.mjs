// A page of somebody else that consumes the packed package, in Chromium.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { aroundTests } from "../browser/around.mjs";
import { openBrowser, withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { workshop } from "./workshop.mjs";

/** A workshop, a browser and a server for the tests of one file. `site` makes what is served from the workshop; where there is no browser it
 *  is not called. */
export function useHost(site) {
  const held = {};
  aroundTests(
    async () => {
      held.shop = await workshop();
      if (withoutBrowser) return;
      held.browser = await openBrowser();
      held.server = await serve(await site(held.shop));
    },
    async () => {
      await held.browser?.close();
      await held.server?.close();
      held.shop?.remove();
    },
  );
  return held;
}

/** Builds the page in `root` with the Vite of a workshop; the folder of what comes out. */
export async function viteBuild(shop, root) {
  const { build } = await import(pathToFileURL(shop.tool("vite/dist/node/index.js")));
  await build({ root, logLevel: "error", build: { minify: false } });
  return join(root, "dist");
}
