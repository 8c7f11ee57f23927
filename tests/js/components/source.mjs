// Modules of the components in Node, with the built core: React's place is taken by Preact, which is installed for the elements.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../../../scripts/process.mjs";

/** What `source` exports, a module's text whose imports are relative to js/react. */
export async function componentModule(source) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(root, "js/react"), loader: "ts" },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    alias: { react: "preact/compat" },
    plugins: [
      {
        name: "core",
        setup(build) {
          build.onResolve({ filter: /\/face\.js$/ }, () => ({
            path: pathToFileURL(join(root, "dist/index.js")).href,
            external: true,
          }));
        },
      },
    ],
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
}
