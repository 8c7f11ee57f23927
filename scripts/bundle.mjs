// TypeScript to dist/: one file an entry and format.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { entries } from "./entries.mjs";
import { encode } from "./inline.mjs";
import { Failure, root } from "./process.mjs";

const shared = { target: "es2022", sourcemap: "linked", legalComments: "none", logLevel: "warning" };

/** Bundles every entry. */
export async function bundle() {
  const esbuild = await import("esbuild");
  const dist = join(root, "dist");
  for (const file of ["store", "index.js"]) rmSync(join(dist, file), { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  copyFileSync(join(root, ".cache", "glue", "dagfill_bg.wasm"), join(dist, "dagfill.wasm"));
  for (const [name, entry] of Object.entries(entries)) {
    if (!existsSync(join(root, entry.source))) continue;
    for (const format of entry.cjs ? ["esm", "cjs"] : ["esm"]) {
      const outfile = join(dist, `${name}.${format === "cjs" ? "cjs" : "js"}`);
      // Two passes: the helpers that esbuild puts before a CommonJS bundle escape its line limit in the first.
      const bundled = join(root, ".cache", "bundle", `${name}.${format === "cjs" ? "cjs" : "js"}`);
      await esbuild.build({
        ...shared,
        entryPoints: [join(root, entry.source)],
        outfile: bundled,
        format,
        bundle: true,
        platform: "neutral",
        mainFields: ["module", "main"],
        external: ["node:*", "./dagfill.wasm"],
        plugins: [inlined, doors(name, entry, format)],
      });
      await esbuild.build({
        ...shared,
        entryPoints: [bundled],
        outfile,
        format,
        minify: true,
        // esbuild breaks where it can, which makes its lines up to twice as long.
        lineLimit: 100,
        banner: { js: banner(name, entry, format) },
      });
      if (entry.bin) chmodSync(outfile, 0o755);
    }
  }
}

// The module's text is no part of what esbuild prints: it would break each of its lines again, and copy the text into the
// source map.
const moduleText = "__dagfillModuleText";

function banner(name, { bin }, format) {
  if (bin) return "#!/usr/bin/env node";
  if (name !== "index") return "";
  const bytes = readFileSync(join(root, ".cache", "glue", "dagfill_bg.wasm"));
  const text = `const ${moduleText} = \`${encode(bytes)}\`;`;
  // A directive counts only as the first statement of a file.
  return format === "cjs" ? `"use strict";${text}` : text;
}

const inlined = {
  name: "inlined",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, () => ({ contents: `export default ${moduleText}` }));
  },
};

// Only the core entries may hold the core. Another entry that names a source of an entry, or the face that all core
// entries share, imports that entry's file; so there is one instance of the module however many entries are loaded.
function doors(name, entry, format) {
  const files = new Map(Object.entries(entries).map(([other, { source }]) => [join(root, source), other]));
  files.set(join(root, "js/face.ts"), "index");
  return {
    name: "doors",
    setup(build) {
      if (entry.core) return;
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, importer }) => {
        const source = join(resolveDir, path).replace(/\.js$/, ".ts");
        const other = files.get(source);
        if (other !== undefined && other !== name) {
          const file = relative(dirname(name), other).replace(/^(?!\.)/, "./");
          return { path: `${file}.${format === "cjs" ? "cjs" : "js"}`, external: true };
        }
        if (source === join(root, "js/raw.ts")) {
          throw new Failure(
            `${relative(root, importer)} would put a second core into dist/${name}.js: import it from face.js`,
          );
        }
        return undefined;
      });
    },
  };
}
