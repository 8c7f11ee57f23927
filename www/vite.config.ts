import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin, type Rolldown } from "vite";

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

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const core = join(dist, "slim.js");
const sources = fileURLToPath(new URL("./src", import.meta.url));

/** The address of the core: the same for the page and for its worker, so that a browser fetches it once. The page's sources
 *  are in the hash, because the bundler names the core's exports by their use. */
function coreName(): string {
  const hash = createHash("sha256").update(readFileSync(core));
  for (const entry of readdirSync(sources, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) hash.update(readFileSync(join(entry.parentPath, entry.name)));
  return `core-${hash.digest("hex").slice(0, 8)}.js`;
}

const ofThePackage = (source: string, importer: string | undefined) =>
  source === "dagfill" || (importer?.startsWith(dist) === true && /^\.\.?\/index\.js$/.test(source));

/** The core without the module's text, which page and worker fetch as a file: a browser compiles it while it arrives. */
const slimCore: Plugin = {
  name: "slim-core",
  enforce: "pre",
  resolveId: (source, importer) => (ofThePackage(source, importer) ? core : null),
  transform: (code, id) =>
    id.split("?")[0]?.endsWith("/react/worker.js")
      ? { code: `import ${JSON.stringify(join(sources, "engine/workerCore.ts"))};\n${code}`, map: null }
      : null,
};

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
    source === "dagfill/slim" || ofThePackage(source, importer)
      ? { id: `./${coreName()}`, external: true }
      : null,
};

/** The stylesheet is all that the first paint waits for, and stands first. Behind the script only the core is named: it is loaded while the
 *  document is painted, and the page's own chunk, which would be parsed beside the painting, is asked for when that is done. */
const earlyCore: Plugin = {
  name: "early-core",
  apply: "build",
  transformIndexHtml: {
    order: "post",
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((chunk) => chunk.type === "chunk");
      const named = chunks.find(({ facadeModuleId: id }) => id === core);
      if (named === undefined) throw new Error("no chunk of the page is the core");
      const preload = [named.fileName, ...named.imports].map((name) => ({
        tag: "link",
        attrs: { rel: "modulepreload", fetchpriority: "low", crossorigin: true, href: `./${name}` },
        injectTo: "head" as const,
      }));
      const sheet = /<link rel="stylesheet"[^>]*>\s*/.exec(html)?.[0] ?? "";
      const ordered = html.replace(sheet, "").replace('<script type="module"', `${sheet}$&`);
      return { html: ordered, tags: preload };
    },
  },
};

/** Whether a static import leads from a file of the page to a module. */
function isImportedBy(file: string, id: string, chunks: Rolldown.ChunkingContext): boolean {
  const seen = new Set([join(sources, file)]);
  for (const at of seen) for (const next of chunks.getModuleInfo(at)?.importedIds ?? []) seen.add(next);
  return seen.has(id);
}

/** The modules of the first plan are one chunk, without the core and the modules that are loaded before the first paint: many small chunks would
 *  each cost a request. */
const pageChunk: Rolldown.CodeSplittingNameFunction = (id, chunks) =>
  id.split("?")[0] !== core && isImportedBy("main.tsx", id, chunks) && !isImportedBy("early.ts", id, chunks)
    ? "page"
    : null;

export default defineConfig({
  // Relative addresses: the folder works from any path.
  base: "./",
  plugins: [slimCore, react(), contentSecurityPolicy, coreOfThePage, earlyCore],
  // The package is linked from the folder above, where there is no React.
  resolve: { dedupe: ["react"] },
  server: { fs: { allow: [".."] } },
  worker: { format: "es", plugins: () => [coreOfTheWorker, slimCore] },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: { includeDependenciesRecursively: false, groups: [{ name: pageChunk }] },
      },
    },
  },
});
