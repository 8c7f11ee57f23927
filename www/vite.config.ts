import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self' blob:; " +
  "base-uri 'none'; form-action 'none'";

/** The built page carries its policy with it, so that any static host serves it strictly. The dev server cannot:
 *  it injects styles and a refresh script. */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: policy },
      injectTo: "head-prepend",
    },
  ],
};

const core = fileURLToPath(new URL("../dist/index.js", import.meta.url));

const sources = fileURLToPath(new URL("./src", import.meta.url));

/** The address of the core: the same for the page and for its worker, so that a browser fetches it once. The page's sources
 *  are in the hash, because the bundler names the core's exports by their use. */
function coreName(): string {
  const hash = createHash("sha256").update(readFileSync(core));
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  return `core-${hash.digest("hex").slice(0, 8)}.js`;
}

const coreOfThePage: Plugin = {
  name: "core-of-the-page",
  apply: "build",
  buildStart() {
    this.emitFile({
      type: "chunk",
      id: core,
      fileName: `assets/${coreName()}`,
      preserveSignature: "strict",
    });
  },
};

/** Vite bundles a worker by itself, with a copy of all that it imports: here the core stays an import. */
const coreOfTheWorker: Plugin = {
  name: "core-of-the-worker",
  apply: "build",
  enforce: "pre",
  resolveId: (source, importer) =>
    importer?.endsWith("/react/worker.js") && source === "../index.js"
      ? { id: `./${coreName()}`, external: true }
      : null,
};

export default defineConfig({
  // Relative addresses: the folder works from any path.
  base: "./",
  plugins: [react(), contentSecurityPolicy, coreOfThePage],
  // The package is linked from the folder above, where there is no React.
  resolve: { dedupe: ["react"] },
  server: { fs: { allow: [".."] } },
  worker: { format: "es", plugins: () => [coreOfTheWorker] },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
