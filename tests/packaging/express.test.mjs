// The Express routes of examples/service/README.md, in front of the service of examples/service/service.mjs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";
import { aroundTests } from "../browser/around.mjs";
import { blocksOf } from "../readme/blocks.mjs";
import { workshop } from "./workshop.mjs";

let shop;
aroundTests(
  async () => {
    shop = await workshop();
  },
  () => shop?.remove(),
);

test("Express: previews, enqueues, finds, cancels, and refuses with the error's code", {
  timeout: 60_000,
}, async (t) => {
  const read = (name) => readFileSync(join(root, "examples/service", name), "utf8");
  const [routes] = blocksOf(read("README.md")).filter(({ language }) => language === "js");
  // The service without its own server.
  const [service] = read("service.mjs").split("const server = createServer(");
  const listening = routes.text.replace(
    "app.listen(3000);",
    'const server = app.listen(0, "127.0.0.1", () => console.log(server.address().port));',
  );
  assert.notEqual(listening, routes.text);
  const main = `import express from "express";\n${service}\n${listening}\n`;
  const folder = shop.write("express", { "main.mjs": main });
  const child = spawn(process.execPath, ["main.mjs"], {
    cwd: folder,
    env: { ...process.env, STORE: join(folder, "service.sqlite") },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const { value: port } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: response.status, ...(await response.json()) };
  };
  const week = { dagId: "sales", startDate: "2026-01-01", endDate: "2026-01-07" };
  const preview = await ask("POST", "/preview", week);
  assert.deepEqual([preview.status, preview.counts.create], [200, 7]);
  const { status, backfillId } = await ask("POST", "/backfills", week);
  assert.equal(status, 202);
  const found = await ask("GET", `/backfills/${backfillId}`);
  assert.deepEqual([found.status, found.dagId], [200, "sales"]);
  assert.equal((await ask("DELETE", `/backfills/${backfillId}`)).status, 202);
  const refused = await ask("POST", "/preview", { ...week, dagId: "sale" });
  assert.deepEqual([refused.status, refused.code], [400, "UNKNOWN_DAG"]);
  assert.equal((await ask("GET", "/backfills/none")).status, 404);
});
