// TypeScript to dist/: one file an entry and format.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { catalogText } from "./catalog_text.mjs";
import { endings, entries, formatsOf } from "./entries.mjs";
import { encode } from "./inline.mjs";
import { oneImport } from "./one_import.mjs";
import { Failure, root } from "./process.mjs";
import { withShortLines } from "./short_lines.mjs";

const shared = { target: "es2022", sourcemap: "linked", legalComments: "none", logLevel: "warning" };

/** Bundles every entry. */
export async function bundle() {
  const esbuild = await import("esbuild");
  const dist = join(root, "dist");
  for (const file of ["store", "engine", "react", "index.js"])
    rmSync(join(dist, file), { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  copyFileSync(join(root, ".cache", "glue", "dagfill_bg.wasm"), join(dist, "dagfill.wasm"));
  const packages = new Set();
  for (const [name, entry] of Object.entries(entries)) {
    if (!existsSync(join(root, entry.source))) continue;
    let names = [];
    for (const format of formatsOf(entry)) {
      const outfile = join(dist, `${name}.${endings[format]}`);
      // Two passes: the helpers that esbuild puts before a CommonJS bundle escape its line limit in the first.
      const bundled = join(root, ".cache", "bundle", `${name}.${endings[format]}`);
      const options = {
        ...shared,
        metafile: true,
        entryPoints: [join(root, entry.source)],
        outfile: bundled,
        format,
        bundle: true,
        globalName: format === "iife" ? "dagfill" : undefined,
        inject: entry.core ? [join(root, "js", "text_codec.ts")] : [],
        platform: "neutral",
        mainFields: ["module", "main"],
        jsx: "automatic",
        // A CommonJS file does not know its own address: what looks for files beside it does without.
        define: format === "cjs" ? { "import.meta.url": "undefined" } : {},
        external: ["node:*", "bullmq", "./dagfill.wasm"],
        plugins: [
          ...(name.startsWith("cli") ? [builtinsOnDemand] : []),
          inlined,
          catalogText(esbuild),
          oneWay,
          styleText(esbuild),
          react(name),
          doors(name, entry, format),
        ],
      };
      if (entry.client) options.plugins.unshift(await oneImport(esbuild, options));
      const { metafile } = await esbuild.build(options);
      for (const file of Object.keys(metafile.inputs)) if (packageOf(file)) packages.add(packageOf(file));
      if (format === "esm") names = Object.values(metafile.outputs).flatMap((output) => output.exports);
      const minified = async (more) => {
        const { outputFiles } = await esbuild.build({
          ...shared,
          sourcemap: "external",
          entryPoints: [bundled],
          outfile,
          format: format === "esm" ? format : undefined,
          minify: true,
          write: false,
          ...more,
        });
        return outputFiles.map(({ text }) => text);
      };
      const [[map, code], [, broken]] = await Promise.all([minified({}), minified({ lineLimit: 1 })]);
      const short = await withShortLines(esbuild, code, broken, map);
      const head = banner(name, entry, format);
      mkdirSync(dirname(outfile), { recursive: true });
      const parts = [head, short.text.trimEnd(), footer(names, format)].filter((part) => part !== "");
      writeFileSync(outfile, `${parts.join("\n")}\n//# sourceMappingURL=${basename(outfile)}.map\n`);
      const mappings = ";".repeat(head === "" ? 0 : head.split("\n").length) + short.map.mappings;
      writeFileSync(`${outfile}.map`, JSON.stringify({ ...short.map, mappings }));
      if (entry.bin) chmodSync(outfile, 0o755);
    }
  }
  writeFileSync(join(dist, "react", "styles.css"), await minifiedStyles(esbuild));
  writeFileSync(join(dist, "THIRD_PARTY_LICENSES"), licenses([...packages].sort()));
}

async function minifiedStyles(esbuild) {
  const text = readFileSync(join(root, "js/react/styles.css"), "utf8");
  // A line ends behind the word that goes beyond the limit. Inside of an element no other break may stand in the text.
  const { code } = await esbuild.transform(text, { loader: "css", minify: true, lineLimit: 150 });
  return code;
}

// An element carries its style sheet inside itself.
const styleText = (esbuild) => ({
  name: "style-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async () => ({
      contents: await minifiedStyles(esbuild),
      loader: "text",
    }));
  },
});

// React is the page's; an element, which is for pages without it, carries Preact in its place.
const react = (name) => ({
  name: "react",
  setup(build) {
    build.onResolve({ filter: /^react(\/jsx-runtime)?$/ }, ({ path, resolveDir }) =>
      name === "element"
        ? build.resolve(path === "react" ? "preact/compat" : "preact/jsx-runtime", {
            kind: "import-statement",
            resolveDir,
          })
        : { path, external: true },
    );
  },
});

/** The package that a bundled file comes from; undefined for our own. */
function packageOf(file) {
  const [, path] = file.split("node_modules/");
  if (path === undefined) return undefined;
  return path
    .split("/")
    .slice(0, path.startsWith("@") ? 2 : 1)
    .join("/");
}

/** The licenses of what is bundled, which ask to travel with it. */
function licenses(packages) {
  const texts = packages.map((name) => {
    const { version } = JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8"));
    return `${name} ${version}\n\n${readFileSync(join(root, "node_modules", name, "LICENSE"), "utf8").trim()}\n`;
  });
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

// The module's text is no part of what esbuild prints: it would copy the text into the source map.
const moduleText = "__dagfillModuleText";

function banner(name, { bin, client }, format) {
  if (bin) return "#!/usr/bin/env node";
  if (client) return '"use client";';
  if (name !== "index") return "";
  const bytes = readFileSync(join(root, ".cache", "glue", "dagfill_bg.wasm"));
  // The text begins a line of its own: what stands before it would make its first line too long.
  const text = `const ${moduleText} =\n\`${encode(bytes)}\`;`;
  // A directive counts only as the first statement of a file. In a classic script a name outside a function is everybody's.
  return { esm: text, cjs: `"use strict";${text}`, iife: `(()=>{"use strict";${text}` }[format];
}

// Node fills an ES import of a builtin with all its exports, and those of node:fs load streams, promises and readline, which takes as
// long as half a start of Node. What is required of a builtin is loaded alone.
const builtinsOnDemand = {
  name: "builtins on demand",
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) =>
      path === "node:module" ? { path, external: true } : { path, namespace: "builtin" },
    );
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => {
      const names = Object.keys(createRequire(import.meta.url)(path));
      const exports = names.map((name) => `export const ${name} = /* @__PURE__ */ member("${name}");`);
      return {
        contents: `import { createRequire } from "node:module";
const builtin = /* @__PURE__ */ createRequire(import.meta.url)("${path}");
const member = (name) => builtin[name];
${exports.join("\n")}`,
        loader: "js",
      };
    });
  },
};

// Names of the exports for Node, which reads them without running the file: the minifier's own text for CommonJS hides them.
function footer(names, format) {
  if (format === "iife") return "globalThis.dagfill=dagfill})();";
  return format === "cjs" ? `0&&(module.exports={\n${names.join(",\n")}});` : "";
}

const inlined = {
  name: "inlined",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, () => ({ contents: `export default ${moduleText}` }));
  },
};

// The registry that frees the objects of a class, written once instead of once a class.
const registries =
  /\(typeof FinalizationRegistry === 'undefined'\)\s+\? .*\s+: new FinalizationRegistry\(.*\s+if \(instance === __wbg_instance_id\) wasm\.(\w+)\(ptr, 1\);\s+\}\)/g;
const registryOf = `
function registryOf(free) {
  if (typeof FinalizationRegistry === "undefined") return { register() {}, unregister() {} };
  return new FinalizationRegistry(({ ptr, instance }) => {
    if (instance === __wbg_instance_id) free(ptr);
  });
}
`;

// The check that an object is of the instance of the module in use, written once instead of once for each object of each method.
const freshness =
  /if \((\S+)\.__wbg_inst !== undefined && \S+\.__wbg_inst !== __wbg_instance_id\) \{\s+throw new Error\('[^']*'\);\s+\}/g;
const freshnessOf = `
function mustBeFresh({ __wbg_inst }) {
  if (__wbg_inst !== undefined && __wbg_inst !== __wbg_instance_id)
    throw new Error("Invalid stale object from previous Wasm instance");
}
`;

// Texts go to the module through its own allocator, which is named once instead of once for each text of each call.
const passing =
  /function passStringToWasm0\(arg, malloc, realloc\) \{\s+if \(realloc === undefined\) \{[^}]*\}/;
const passingOf =
  "function passStringToWasm0(arg) { const { __wbindgen_malloc: malloc, __wbindgen_realloc: realloc } = wasm;";

// Removes unused parts of the glue: its tables of numbers, which no user sees, are frozen and also lead from each number back to its name, and
// its classes can be disposed of by `using`.
const oneWay = {
  name: "one way",
  setup(build) {
    build.onLoad({ filter: /[\\/]glue[\\/]dagfill\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(/, "\d+": "\w+",$/gm, ",")
        .replace(/Object\.freeze\((\{[^}]*\})\)/g, "$1")
        .replace(/^if \(Symbol\.dispose\) .*$/gm, "")
        .replace(registries, "registryOf((ptr) => wasm.$1(ptr, 1))")
        .replace(freshness, "mustBeFresh($1);")
        .replace(passing, passingOf)
        .replaceAll(", wasm.__wbindgen_malloc, wasm.__wbindgen_realloc)", ")")
        .concat(registryOf, freshnessOf),
      loader: "js",
    }));
  },
};

// Only the core entries may hold the core. Another entry that names a source of an entry, or the face that all core
// entries share, imports that entry's file; so there is one instance of the module however many entries are loaded.
function doors(name, entry, format) {
  const files = new Map(Object.entries(entries).map(([other, { source }]) => [join(root, source), other]));
  files.set(join(root, "js/face.ts"), "index");
  // A page with the components has loaded dagfill/planning: what that holds is not in dagfill/react once more.
  if (name === "react")
    for (const part of [
      "comparison",
      "days",
      "day_columns",
      "plan_columns",
      "tokens",
      "zone_clock",
      "../run/task_tokens",
    ])
      files.set(join(root, `js/react/plan/${part}.ts`), "planning");
  return {
    name: "doors",
    setup(build) {
      if (entry.core) return;
      build.onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, importer }) => {
        const source = join(resolveDir, path).replace(/\.js$/, ".ts");
        const other = files.get(source);
        // An element is one file. The worker holds react/planning itself, because it plans at once.
        if (other === "planning" && name === "element") return undefined;
        if (other === "react/planning" && name !== "react") return undefined;
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
