// Programs outside a browser: Node, what is compiled for it, Bun, Deno, and Cloudflare's runtime.
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bytes, expected, expression, printed, program, timed } from "./measure.mjs";

const esm = `import { expandRange } from "dagfill";\nimport { shellTasks } from "dagfill/shell";
if (typeof shellTasks !== "function") throw new Error("no shellTasks");\nconsole.log(${expression});\n`;
const cjs = `const { expandRange } = require("dagfill");\nconst { shellTasks } = require("dagfill/shell");
if (typeof shellTasks !== "function") throw new Error("no shellTasks");\nconsole.log(${expression});\n`;
const files = {
  "package.json": '{ "type": "module", "dependencies": { "dagfill": "*" } }\n',
  "main.mjs": esm,
  "empty.mjs": 'console.log("");\n',
};

export const runtimes = [
  {
    name: "Node, ESM",
    async run({ shop, dist }) {
      const folder = shop.write("node-esm", files);
      const cold = await program(process.execPath, ["main.mjs"], ["empty.mjs"], folder);
      return { cold, ...bytes([join(dist, "index.js")]), version: process.version };
    },
  },
  {
    name: "Node, CommonJS",
    async run({ shop, dist }) {
      const folder = shop.write("node-cjs", { "main.cjs": cjs, "empty.cjs": 'console.log("");\n' });
      const cold = await program(process.execPath, ["main.cjs"], ["empty.cjs"], folder);
      return { cold, ...bytes([join(dist, "index.cjs")]), version: process.version };
    },
  },
  {
    name: "TypeScript, NodeNext",
    package: "typescript",
    async run({ shop, dist }) {
      const compilerOptions = {
        module: "NodeNext",
        target: "ES2022",
        strict: true,
        types: [],
        outDir: "out",
      };
      const folder = shop.write("typescript", {
        "package.json": '{ "type": "module" }\n',
        "tsconfig.json": JSON.stringify({ compilerOptions, files: ["main.ts"] }),
        "main.ts": `declare const console: { log(text: string): void };\n${esm}`,
        "empty.mjs": 'console.log("");\n',
      });
      printed(process.execPath, [shop.tool("typescript/bin/tsc"), "-p", "."], folder);
      const cold = await program(process.execPath, ["out/main.js"], ["empty.mjs"], folder);
      return { cold, ...bytes([join(dist, "index.js")]) };
    },
  },
  {
    name: "Bun",
    package: "bun",
    async run({ shop, dist }) {
      const folder = shop.write("bun", files);
      const cold = await program(shop.tool(".bin/bun"), ["main.mjs"], ["empty.mjs"], folder);
      return { cold, ...bytes([join(dist, "index.js")]) };
    },
  },
  {
    name: "Deno",
    package: "deno",
    async run({ shop, dist }) {
      const folder = shop.write("deno", files);
      const flags = [
        "run",
        "--quiet",
        "--no-lock",
        "--node-modules-dir=manual",
        "--allow-read",
        "--allow-env",
      ];
      const cold = await program(
        shop.tool(".bin/deno"),
        [...flags, "main.mjs"],
        [...flags, "empty.mjs"],
        folder,
      );
      return { cold, ...bytes([join(dist, "index.js")]) };
    },
  },
  {
    name: "Cloudflare (miniflare)",
    package: "miniflare",
    async run({ shop, dist }) {
      const { build } = await import(pathToFileURL(shop.tool("esbuild/lib/main.js")));
      const { Miniflare } = await import(pathToFileURL(shop.tool("miniflare/dist/src/index.js")));
      const folder = shop.write("miniflare", {
        "main.js": `import { expandRange } from "dagfill";
export default { fetch: () => new Response(${expression}) };\n`,
      });
      // What wrangler does: bundled with the condition "workerd", wasm left to the runtime, which compiles it ahead.
      await build({
        entryPoints: [join(folder, "main.js")],
        outfile: join(folder, "out/worker.js"),
        bundle: true,
        minify: true,
        format: "esm",
        conditions: ["workerd", "worker"],
        external: ["*.wasm"],
      });
      copyFileSync(join(dist, "dagfill.wasm"), join(folder, "out/dagfill.wasm"));
      const module = (type, path, contents) => ({ type, path, contents });
      const modules = [
        module("ESModule", "worker.js", readFileSync(join(folder, "out/worker.js"), "utf8")),
        module("CompiledWasm", "dagfill.wasm", readFileSync(join(folder, "out/dagfill.wasm"))),
      ];
      const empty = [
        module("ESModule", "worker.js", `export default { fetch: () => new Response("${expected}") };`),
      ];
      const first = async (parts) => {
        const worker = new Miniflare({ modules: parts, modulesRoot: "/", compatibilityDate: "2026-01-01" });
        try {
          const text = await (await worker.dispatchFetch("http://localhost/")).text();
          if (text !== expected) throw new Error(`answered ${text}`);
        } finally {
          await worker.dispose();
        }
      };
      const cold = (await timed(() => first(modules), 3)) - (await timed(() => first(empty), 3));
      return { cold, ...bytes([join(folder, "out")]) };
    },
  },
];
