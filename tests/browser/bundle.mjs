// Bundles a program over dagfill/react with the React, and the React Flow, of the page's own dependencies (`buildPage` installs them).
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../../scripts/process.mjs";
import { www } from "./www-page.mjs";

/** `entry`: a file of the repository. Styles that it imports come out beside `outfile`. */
export function bundle(entry, outfile) {
  const modules = join(www, "node_modules");
  return build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    format: "esm",
    jsx: "automatic",
    nodePaths: [modules],
    // One React for all: the package's own folder has none.
    alias: { react: join(modules, "react"), "react-dom": join(modules, "react-dom") },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
}
