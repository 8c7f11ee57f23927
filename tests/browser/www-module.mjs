// Modules of the page in Node, with the built package: no node_modules of the page is needed.
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../../scripts/process.mjs";

/** What `source` exports, a module's text whose imports are relative to www/src. */
export async function pageModule(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(root, "www/src"), loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    alias: { dagfill: join(root, "dist/index.js") },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
}
