// The command over PostgreSQL: the schema that its URL names.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadPg, notTested, startPostgres } from "./services.mjs";

const server = await startPostgres();
after(() => server?.stop());

/** Runs a verb over a DAG file to its end, from where pg is found. */
async function run(t, verb, ...args) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-cli-store-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "dag.json");
  writeFileSync(file, JSON.stringify({ dagId: "sales", schedule: "@daily" }));
  const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
  const child = spawn(process.execPath, [cli, verb, file, ...args], {
    cwd: join(import.meta.dirname, "npm"),
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  const [code] = await once(child, "close");
  return { code, said };
}

if (server === null) notTested("the command over PostgreSQL", "no postgres (apt-get install postgresql)");
else {
  const pg = await loadPg();
  const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];

  test("?schema= of --store names the schema; the other parameters are those of pg", async (t) => {
    const url = `${server.url}?application_name=mine&schema=of%20mine&sslmode=disable`;
    const enqueued = await run(t, "enqueue", ...day, "--store", url);
    assert.equal(enqueued.code, 0, enqueued.said);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    t.after(() => client.end());
    const { rows } = await client.query("SELECT schemaname FROM pg_tables WHERE tablename = 'backfills'");
    assert.deepEqual(rows, [{ schemaname: "of mine" }]);
    const { rows: found } = await client.query('SELECT id FROM "of mine".backfills');
    assert.equal(found.length, 1);
  });

  test("tables whose version is gone are told, with what writes it again", async (t) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    t.after(() => client.end());
    const store = `${server.url}?schema=gone`;
    assert.equal((await run(t, "enqueue", ...day, "--store", store)).code, 0);
    await client.query("DELETE FROM gone.meta");
    const { code, said } = await run(t, "enqueue", ...day, "--store", store);
    assert.equal(code, 3, said);
    assert.match(said, /STORE_FAILED the PostgreSQL schema "gone" has no version: its table meta is empty/);
    await client.query(/hint (INSERT INTO .* VALUES \(\d\)) writes it again/.exec(said)[1]);
    const listed = await run(t, "preview", ...day, "--store", store);
    assert.equal(listed.code, 0, listed.said);
  });
}
