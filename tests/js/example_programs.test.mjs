// The examples that are programs: dbt-style batches, an HTTP service and a Cloudflare Worker, run as their README says.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "../../scripts/process.mjs";

let folder;
before(() => {
  // As `cp -R node_modules/dagfill/examples .` leaves it: the examples find the package in node_modules.
  folder = mkdtempSync(join(tmpdir(), "dagfill-programs-"));
  for (const name of ["microbatch", "service", "worker"]) {
    cpSync(join(root, "examples", name), join(folder, name), { recursive: true });
  }
  cpSync(join(root, "package.json"), join(folder, "node_modules/dagfill/package.json"));
  symlinkSync(join(root, "dist"), join(folder, "node_modules/dagfill/dist"), "junction");
});
after(() => rmSync(folder, { recursive: true, force: true }));

test("microbatch: exactly the missing batches run, each over its own day", { timeout: 60_000 }, () => {
  const batches = join(folder, "microbatch/out");
  const fill = (...range) => {
    const file = join(folder, "microbatch/fill_gaps.mjs");
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...range], { encoding: "utf8" });
    assert.equal(status, 0, stderr);
    return stdout.trim().split("\n");
  };
  const january = ["2026-01-01", "2026-01-05"];
  assert.deepEqual(fill(...january), ["5 batches are missing", "2026-01-01 to 2026-01-05: 5"]);
  const files = [1, 2, 3, 4, 5].map((day) => `2026-01-0${day}.json`);
  assert.deepEqual(readdirSync(batches).sort(), files);
  assert.deepEqual(JSON.parse(readFileSync(join(batches, "2026-01-05.json"), "utf8")), {
    model: "orders",
    start: "2026-01-05T00:00:00.000Z",
    end: "2026-01-06T00:00:00.000Z",
  });
  for (const file of [files[0], files[2], files[3]]) unlinkSync(join(batches, file));
  assert.deepEqual(fill(...january), [
    "3 batches are missing",
    "2026-01-01 to 2026-01-01: 1",
    "2026-01-03 to 2026-01-04: 2",
  ]);
  assert.deepEqual(readdirSync(batches).sort(), files);
  assert.deepEqual(fill(...january), ["0 batches are missing"]);
});

test("service: enqueues, reports progress, cancels, and refuses with the error's code", {
  timeout: 60_000,
}, async (t) => {
  const env = { ...process.env, PORT: "0", STORE: join(folder, "service.sqlite") };
  const child = spawn(process.execPath, [join(folder, "service/service.mjs")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  t.after(() => child.kill("SIGKILL"));
  const { value: line } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const origin = /http:\S+/.exec(line)[0];
  const ask = async (method, path, body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(origin + path, { method, body: text });
    return { status: response.status, ...(await response.json()) };
  };
  const settled = async (id) => {
    for (;;) {
      const { state, progress } = await ask("GET", `/backfills/${id}`);
      if (["success", "failed", "canceled"].includes(state)) return { state, progress };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const week = { dagId: "sales", startDate: "2026-01-01", endDate: "2026-01-07", maxParallelRuns: 4 };

  const preview = await ask("POST", "/preview", week);
  assert.deepEqual([preview.status, preview.counts.create], [200, 7]);

  const { status, backfillId } = await ask("POST", "/backfills", week);
  assert.equal(status, 202);
  const done = await settled(backfillId);
  assert.deepEqual([done.state, done.progress.completed], ["success", 7]);

  const years = { ...week, startDate: "2016-01-01", endDate: "2025-12-31", maxParallelRuns: 1 };
  const long = await ask("POST", "/backfills", years);
  assert.equal((await ask("DELETE", `/backfills/${long.backfillId}`)).status, 202);
  assert.equal((await settled(long.backfillId)).state, "canceled");

  const refused = async (...request) => {
    const { status, code } = await ask(...request);
    return [status, code];
  };
  assert.deepEqual(await refused("POST", "/backfills", { ...week, dagId: "sale" }), [400, "UNKNOWN_DAG"]);
  assert.deepEqual(await refused("POST", "/preview", { ...week, startDate: "soon" }), [400, "INVALID_DATE"]);
  assert.deepEqual(await refused("POST", "/preview", { ...week, dryrun: true }), [400, "INVALID_OPTION"]);
  assert.deepEqual(await refused("POST", "/preview", "{"), [400, "INVALID_JSON"]);
  assert.deepEqual(await refused("GET", "/backfills/none"), [404, "NOT_FOUND"]);
  assert.deepEqual(await refused("GET", "/elsewhere"), [404, "NOT_FOUND"]);

  child.kill("SIGTERM");
  assert.equal(await ended, process.platform === "win32" ? null : 0);
});

test("worker: previews the DAG that is posted to it, bundled as wrangler does", async () => {
  const outfile = join(folder, "worker/out/worker.mjs");
  await build({
    entryPoints: [join(folder, "worker/worker.mjs")],
    outfile,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker"],
    external: ["*.wasm"],
  });
  // The Workers runtime compiles the module ahead; this Node does it at the import.
  const bundle = readFileSync(outfile, "utf8");
  const imported = /import ([\w$]+) from "\.\/dagfill\.wasm";/.exec(bundle);
  assert.ok(imported, "the bundle imports the module");
  const ahead = `import { readFileSync } from "node:fs";
const ${imported[1]} = new WebAssembly.Module(readFileSync(${JSON.stringify(join(root, "dist/dagfill.wasm"))}));`;
  writeFileSync(
    outfile,
    bundle.replace(imported[0], () => ahead),
  );
  const worker = (await import(pathToFileURL(outfile).href)).default;
  const post = async (body) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const response = await worker.fetch(new Request("http://localhost/", { method: "POST", body: text }));
    return { status: response.status, ...(await response.json()) };
  };
  const dag = { dagId: "sales", schedule: "@daily", timeZone: "Europe/Berlin" };
  const options = { startDate: "2026-03-28", endDate: "2026-03-30" };
  const existing = [{ executionDate: "2026-03-28", state: "success" }];
  const { status, counts, runs } = await post({ dag, options, existing });
  assert.deepEqual([status, counts.create, counts.skip], [200, 2, 1]);
  assert.deepEqual(
    runs.map(({ executionDate, action }) => [executionDate, action]),
    [
      ["2026-03-27T23:00:00Z", "skip"],
      ["2026-03-28T23:00:00Z", "create"],
      ["2026-03-29T22:00:00Z", "create"],
    ],
  );
  const refused = async (body) => {
    const { status, code } = await post(body);
    return [status, code];
  };
  assert.deepEqual(await refused({ dag: { ...dag, schedule: "0 24 * * *" }, options }), [
    400,
    "INVALID_CRON",
  ]);
  const years = { startDate: "1990-01-01", endDate: "2025-12-31" };
  assert.deepEqual(await refused({ dag, options: years }), [400, "RANGE_TOO_LARGE"]);
  assert.deepEqual(await refused({ dag: null, options }), [400, "INVALID_OPTION"]);
  assert.deepEqual(await refused("{"), [400, "INVALID_JSON"]);
  assert.equal((await worker.fetch(new Request("http://localhost/"))).status, 405);
});
