// The packed package, installed into tiny programs of every kind that people write. Each shows one expanded date.
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { entries } from "../../scripts/entries.mjs";
import { aroundTests } from "../browser/around.mjs";
import { openBrowser, withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { printed, workshop } from "./workshop.mjs";

const expected = "2024-03-09T06:00:00.000Z";
const expression = 'new Date(expandRange("0 6 * * SAT", "2024-03-04", "2024-03-10")[0] ?? 0).toISOString()';
const esm = `import { expandRange } from "dagfill";\nconsole.log(${expression});\n`;
const typed = `import { expandRange } from "dagfill";\nconst date: string = ${expression};\nconsole.log(date);\n`;
const shown = `import { expandRange } from "dagfill";\ndocument.body.textContent = ${expression};\n`;
const page =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script>';

/** The paths of entries behind `dagfill`; those of pages need the types of the DOM. */
const entriesWithoutPage = [
  "",
  ...Object.entries(entries).flatMap(([name, { subpath }]) => (subpath ? [`/${name}`] : [])),
].filter((name) => !["/react", "/element"].includes(name));

let shop;
let browser;
aroundTests(
  async () => {
    shop = await workshop();
    if (!withoutBrowser) browser = await openBrowser();
  },
  async () => {
    await browser?.close();
    shop?.remove();
  },
);

// A page tells its date as its text. The message of a failure is the error that it logs or throws.
async function textOf(url) {
  const tab = await browser.newPage();
  const faults = [];
  const fault = new Promise((resolve) => {
    tab.on("pageerror", (error) => resolve(faults.push(error.message)));
    tab.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  });
  await tab.goto(url);
  const text = tab.waitForFunction(() => document.body.textContent.trim(), null, { timeout: 30_000 });
  const handle = await Promise.race([text, fault]).catch((error) =>
    assert.fail(`${error.message}\n${faults}`),
  );
  assert.deepEqual(faults, []);
  const date = await handle.jsonValue();
  await tab.close();
  return date;
}

async function served(folder, path = "/index.html") {
  const server = await serve({ folder });
  try {
    return await textOf(server.origin + path);
  } finally {
    await server.close();
  }
}

test("Node, ESM", () => {
  const folder = shop.write("node-esm", { "main.mjs": esm });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), expected);
});

test("Node, CommonJS", () => {
  const folder = shop.write("node-cjs", {
    "main.cjs": `const { expandRange } = require("dagfill");\nconsole.log(${expression});\n`,
  });
  assert.equal(printed(process.execPath, ["main.cjs"], folder), expected);
});

test("Node, named imports from the CommonJS files", () => {
  const folder = shop.write("node-named", {
    "main.mjs": `import { expandRange } from "dagfill/dist/index.cjs";
import { shellTasks } from "dagfill/dist/shell.cjs";
import { openSqliteStore } from "dagfill/dist/store/sqlite.cjs";
const { nextDates } = await import("dagfill/dist/slim.cjs");
if ([shellTasks, openSqliteStore, nextDates].some((name) => typeof name !== "function")) throw new Error("not a function");
console.log(${expression});\n`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), expected);
});

test("Node, slim with the module's bytes", () => {
  const folder = shop.write("node-slim", {
    "main.mjs": `import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expandRange, init } from "dagfill/slim";
await init(readFileSync(fileURLToPath(import.meta.resolve("dagfill/dagfill.wasm"))));
console.log(${expression});\n`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), expected);
});

// Cloudflare's workers compile a `.wasm` import ahead of time into a module and forbid it at run time; the hook does
// the first, the missing constructor stands for the second.
test("the condition workerd, with the module compiled ahead", async () => {
  const folder = shop.write("workerd", {
    "hook.mjs": `import { registerHooks } from "node:module";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
registerHooks({ load(url, context, next) {
  if (!url.endsWith(".wasm")) return next(url, context);
  globalThis.ahead = new WebAssembly.Module(readFileSync(fileURLToPath(url)));
  return { format: "module", shortCircuit: true, source: "export default globalThis.ahead;" };
} });\n`,
    "main.mjs": `import { expandRange } from "dagfill";
WebAssembly.Module = class { static [Symbol.hasInstance](value) { return value === globalThis.ahead; } constructor() { throw new Error("forbidden"); } };
console.log(${expression});\n`,
  });
  await esbuild.build({
    entryPoints: [join(folder, "main.mjs")],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker"],
    external: ["*.wasm"],
    logLevel: "silent",
  });
  copyFileSync(join(shop.folder, "node_modules/dagfill/dist/dagfill.wasm"), join(folder, "dagfill.wasm"));
  assert.equal(printed(process.execPath, ["--import", "./hook.mjs", "worker.mjs"], folder), expected);
});

test("the condition workerd in Node, which compiles nothing ahead", () => {
  const folder = shop.write("workerd-node", {
    "main.mjs": esm,
    "main.cjs": `const { expandRange } = require("dagfill");\nconsole.log(${expression});\n`,
  });
  for (const file of ["main.mjs", "main.cjs"])
    assert.equal(printed(process.execPath, ["--conditions=workerd", file], folder), expected);
});

test("Node, an error of one format is an instance of the other's class", () => {
  const folder = shop.write("node-both", {
    "main.mjs": `import { createRequire } from "node:module";
import { DagfillError } from "dagfill";
const other = createRequire(import.meta.url)("dagfill").DagfillError;
const error = new other("ABORTED", "x");
console.log(other !== DagfillError, error instanceof DagfillError, error.name, new Error("x") instanceof DagfillError);\n`,
  });
  assert.equal(printed(process.execPath, ["main.mjs"], folder), "true true DagfillError false");
});

for (const compiler of ["typescript-5", "typescript-7"]) {
  const base = {
    target: "ES2022",
    lib: ["ES2022"],
    types: [],
    strict: true,
    skipLibCheck: false,
    outDir: "out",
  };
  const options = {
    NodeNext: { module: "NodeNext" },
    Bundler: { module: "ESNext", moduleResolution: "Bundler" },
  };
  // Without DOM and without Node's types: the package's own types need neither, so console is declared here.
  const console = "declare const console: { log(text: string): void };\n";
  const typesOnly = entriesWithoutPage
    .map((name, at) => `export type * as entry${at} from "dagfill${name}";\n`)
    .join("");
  for (const [kind, option] of Object.entries(options)) {
    test(`${compiler}, ${kind}`, () => {
      const folder = shop.write(`${compiler}-${kind}`, {
        "tsconfig.json": JSON.stringify({ compilerOptions: { ...base, ...option }, include: ["*.*ts"] }),
        "main.ts": console + typed,
        "entries.ts": typesOnly,
        ...(kind === "NodeNext" ? { "common.cts": console + typed, "entries.cts": typesOnly } : {}),
      });
      printed(process.execPath, [shop.tool(`${compiler}/bin/tsc`), "-p", "."], folder);
      assert.equal(printed(process.execPath, ["out/main.js"], folder), expected);
      if (kind === "NodeNext") assert.equal(printed(process.execPath, ["out/common.cjs"], folder), expected);
    });
  }
}

test("Vite, build", { skip: withoutBrowser }, async () => {
  const folder = shop.write("vite-build", { "index.html": page, "main.js": shown });
  const { build } = await import(pathToFileURL(shop.tool("vite/dist/node/index.js")));
  await build({ root: folder, logLevel: "error" });
  assert.equal(await served(join(folder, "dist")), expected);
});

test("Vite, dev", { skip: withoutBrowser }, async () => {
  const folder = shop.write("vite-dev", { "index.html": page, "main.js": shown });
  const { createServer } = await import(pathToFileURL(shop.tool("vite/dist/node/index.js")));
  const server = await createServer({
    root: folder,
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0 },
  });
  try {
    await server.listen();
    assert.equal(await textOf(server.resolvedUrls.local[0]), expected);
  } finally {
    await server.close();
  }
});

test("webpack", { skip: withoutBrowser }, async () => {
  const html = page.replace("./main.js", "./dist/main.js");
  const folder = shop.write("webpack", { "index.html": html, "main.js": shown });
  const { default: webpack } = await import(pathToFileURL(shop.tool("webpack/lib/index.js")));
  // Without its hints about size: any wasm module is larger than webpack's default limit.
  const options = { context: folder, entry: "./main.js", mode: "production", performance: { hints: false } };
  const compiler = webpack({ ...options, output: { path: join(folder, "dist") } });
  const stats = await new Promise((resolve, reject) => {
    compiler.run((error, result) => (error ? reject(error) : resolve(result)));
  });
  const { errors, warnings } = stats.toJson();
  assert.deepEqual([errors, warnings], [[], []]);
  assert.equal(await served(folder), expected);
});

test("a plain page, with an import map", { skip: withoutBrowser }, async () => {
  const map =
    '<script type="importmap">{"imports":{"dagfill":"/node_modules/dagfill/dist/index.js"}}</script>';
  shop.write("page", { "index.html": map + page, "main.js": shown });
  assert.equal(await served(shop.folder, "/page/index.html"), expected);
});

test("a module worker", { skip: withoutBrowser }, async () => {
  shop.write("worker", {
    "index.html": page,
    "main.js": `const worker = new Worker("./worker.js", { type: "module" });
worker.onmessage = ({ data }) => { document.body.textContent = data; };
worker.onerror = ({ message }) => { document.body.textContent = message; };\n`,
    "worker.js": `import { expandRange } from "/node_modules/dagfill/dist/index.js";\npostMessage(${expression});\n`,
  });
  assert.equal(await served(shop.folder, "/worker/index.html"), expected);
});
