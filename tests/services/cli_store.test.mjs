// The command over PostgreSQL: the schema that its URL names.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { command, fileOf } from "./command.mjs";
import { loadPg, notTested, startPostgres } from "./services.mjs";

const server = await startPostgres();
after(() => server?.stop());

/** Runs a verb over a DAG file to its end, from where pg is found. */
async function run(t, verb, ...args) {
  const file = fileOf(t, "dag.json", JSON.stringify({ dagId: "sales", schedule: "@daily" }));
  const child = command(t, [verb, file, ...args], { node: [] });
  const code = await child.exit;
  return { code, said: child.said };
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
