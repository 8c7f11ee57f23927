// The command over PostgreSQL: the schema that its URL names.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { cli, command, fileOf } from "./command.mjs";
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

  test("a hinted line has no password, says which variable gives it, and works with that", async (t) => {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    t.after(() => client.end());
    await client.query("CREATE ROLE guest LOGIN SUPERUSER PASSWORD 'its secret'");
    const { rows } = await client.query("SHOW hba_file");
    const hba = "VALUES ('host all guest 127.0.0.1/32 scram-sha-256'), ('host all all 127.0.0.1/32 trust')";
    await client.query(`COPY (${hba}) TO '${rows[0].hba_file}'`);
    await client.query("SELECT pg_reload_conf()");
    const place = `@127.0.0.1:${new URL(server.url).port}/postgres?schema=guests&application_name=a`;
    const store = `postgres://guest:its%20secret${place}`;
    const dag = { dagId: "sales", schedule: "@daily", tasks: [{ taskId: "t", command: "test -e there" }] };
    const file = fileOf(t, "dag.json", JSON.stringify(dag));
    const child = command(t, ["run", file, ...day, "--store", store, "--yes"], { node: [] });
    assert.equal(await child.exit, 1, child.said);
    assert.doesNotMatch(child.said, /secret/);
    const hint = /^hint to run them again \(with the password in PGPASSWORD\): (dagfill retry .*)$/m;
    const [, line] = hint.exec(child.said) ?? assert.fail(child.said);
    assert.ok(line.endsWith(` --store 'postgres://guest${place}'`), line);
    writeFileSync(join(dirname(file), "there"), "");
    const paste = (env) =>
      promisify(execFile)("sh", ["-c", `dagfill() { "${process.execPath}" "${cli}" "$@"; }\n${line}`], {
        cwd: join(import.meta.dirname, "npm"),
        env: { ...process.env, ...env },
      });
    await assert.rejects(paste({}), { code: 3, stderr: /the server asks for a password/ });
    const { stdout } = await paste({ PGPASSWORD: "its secret" });
    assert.match(stdout, /success {2}1 date: 1 succeeded/);
  });
}
