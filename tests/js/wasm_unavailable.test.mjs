// Whatever keeps the wasm module from starting is an error with a code and what to do.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../../scripts/process.mjs";
import { workplace } from "./cli_process.mjs";

const dist = (file) => join(root, "dist", file);
const module = readFileSync(dist("dagfill.wasm"));

let server;
let origin;
const answers = {
  "/missing.wasm": [404, "text/plain", "no such file"],
  "/page.wasm": [200, "text/html", "<!doctype html><title>every path is this page</title>"],
  "/other.wasm": [200, "application/wasm", "these bytes are no wasm"],
  "/plain.wasm": [200, "application/octet-stream", module],
};
before(async () => {
  server = createServer((request, response) => {
    const [status, type, body] = answers[request.url];
    response.writeHead(status, { "content-type": type }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

// A copy of the entry for each test: what has started once stays started.
let copies = 0;
const slim = () => import(`${pathToFileURL(dist("slim.js")).href}?copy=${++copies}`);

const refused = {
  "a file that is not there": [() => `${origin}/missing.wasm`, /got HTTP status 404/, /serve the file/],
  "a page": [() => fetch(`${origin}/page.wasm`), /got text\/html/, /serve the file/],
  "other bytes": [() => new URL(`${origin}/other.wasm`), /got other bytes/, /serve the file/],
  "a file URL, which Node does not fetch": [
    () => pathToFileURL(dist("dagfill.wasm")),
    /could not fetch/,
    /bytes/,
  ],
  "a promise that rejects": [
    () => Promise.reject(new Error("offline")),
    /could not fetch it: offline/,
    /serve/,
  ],
  nothing: [() => undefined, /got undefined/, /condition/],
  "what another bundler's import gives": [
    () => ({ default: "/assets/dagfill.wasm" }),
    /got an object/,
    /workerd/,
  ],
};
for (const [name, [source, message, hint]] of Object.entries(refused)) {
  test(`slim refuses ${name}`, async () => {
    const { init, DagfillError } = await slim();
    await assert.rejects(
      async () => init(source()),
      (error) => {
        assert.ok(error instanceof DagfillError);
        assert.equal(error.code, "WASM_UNAVAILABLE");
        assert.match(error.message, message);
        assert.match(error.hint, hint);
        return true;
      },
    );
  });
}

test("after a refusal slim takes the module, whatever its media type, without a word on the console", async (t) => {
  const warn = t.mock.method(console, "warn", () => {});
  const { init, version } = await slim();
  assert.throws(() => version(), { code: "WASM_UNAVAILABLE", hint: /await init/ });
  await assert.rejects(init(`${origin}/missing.wasm`), { code: "WASM_UNAVAILABLE" });
  await init(`${origin}/plain.wasm`);
  assert.equal(version(), "0.1.0");
  assert.equal(warn.mock.callCount(), 0);
});

test("after another program's module slim takes its own", async () => {
  // The eight bytes that every module begins with are an empty one.
  const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
  const { init, version } = await slim();
  for (const other of [bytes, new WebAssembly.Module(bytes)])
    await assert.rejects(init(other), { code: "WASM_UNAVAILABLE", message: /another program/ });
  await init(module);
  assert.equal(version(), "0.1.0");
});

test("slim takes bytes and a compiled module", async () => {
  for (const source of [module, module.buffer.slice(module.byteOffset, module.byteOffset + module.length)]) {
    const { init, version } = await slim();
    await init(source);
    assert.equal(version(), "0.1.0");
  }
  const { init, version } = await slim();
  await init(WebAssembly.compile(module));
  assert.equal(version(), "0.1.0");
});

test("a host without WebAssembly is named", () => {
  const program = `
    import { nextDates } from ${JSON.stringify(pathToFileURL(dist("index.js")).href)};
    try { nextDates("@daily", 0); } catch ({ name, code, message }) { console.log(name, code, message); }`;
  const { stdout } = spawnSync(process.execPath, ["--jitless", "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  assert.equal(
    stdout.trim(),
    "DagfillError WASM_UNAVAILABLE expected WebAssembly, which this host does not have",
  );
});

test("a bundler that took the entry for Cloudflare is told which condition to take", async () => {
  const outfile = join(workplace().folder, "bundle.mjs");
  await build({
    entryPoints: [dist("workerd.js")],
    outfile,
    bundle: true,
    format: "esm",
    loader: { ".wasm": "file" },
    logLevel: "silent",
  });
  const { nextDates } = await import(pathToFileURL(outfile).href);
  assert.throws(() => nextDates("@daily", 0), { code: "WASM_UNAVAILABLE", hint: /"import" or "require"/ });
});

test("the components ask for unfinished backfills without the module: a page that only plans in its worker never opens it", async () => {
  const { BackfillService, MemoryStore } = await slim();
  const store = new MemoryStore();
  assert.deepEqual(await BackfillService.listOf(store, { dagId: "sales", unfinished: true }), []);
  await assert.rejects(BackfillService.listOf(store, { dag: "sales" }), { code: "INVALID_OPTION" });
  assert.throws(() => new BackfillService({ dags: [{ dagId: "sales", schedule: "@daily" }], store }), {
    code: "WASM_UNAVAILABLE",
  });
});
