// Modules of the sources in Node, one at a time, beside the built package.
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../scripts/process.mjs";

/** What `source` exports, a module's text whose imports are relative to `folder` of the repository. `options` are esbuild's. */
export async function sourceModule(source, folder, options) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(root, folder), loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    ...options,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
}
