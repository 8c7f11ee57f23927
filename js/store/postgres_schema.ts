// The tables in PostgreSQL. Texts are compared byte by byte (COLLATE "C"), as every store compares ids.
import { DagfillError } from "../error.js";
import { wrong } from "../options.js";
import type { PgClient } from "./postgres_connection.js";

const SCHEMA_VERSION = 1;

/** The schema's name as an identifier of SQL. */
export function quoted(schema: string): string {
  if (typeof schema !== "string" || schema === "" || schema.includes("\0")) {
    throw wrong("schema", "the name of a schema", schema);
  }
  return `"${schema.replaceAll('"', '""')}"`;
}

const TEXT = 'text COLLATE "C"';

// Every run and task is updated about once after it was inserted. Half of each page is left for that, so that the new version of a row stays
// on its page and no index is touched (HOT).
const tables = (schema: string) => `
  CREATE SCHEMA IF NOT EXISTS ${schema};
  CREATE TABLE ${schema}.runs (
    "dagId" ${TEXT} NOT NULL, "runId" ${TEXT} NOT NULL, "executionMs" bigint NOT NULL, "startMs" bigint NOT NULL,
    "endMs" bigint NOT NULL, "runType" text NOT NULL, state text NOT NULL, conf text NOT NULL, "backfillId" ${TEXT}, owner text,
    attempt bigint NOT NULL, "startedMs" bigint, "finishedMs" bigint, error text, output text, key text, chunk text,
    failures bigint,
    PRIMARY KEY ("dagId", "runId"), UNIQUE ("dagId", "executionMs")
  ) WITH (fillfactor = 50);
  CREATE TABLE ${schema}.tasks (
    "dagId" ${TEXT} NOT NULL, "runId" ${TEXT} NOT NULL, "taskId" ${TEXT} NOT NULL, state text NOT NULL, attempt bigint NOT NULL,
    "startedMs" bigint, "finishedMs" bigint, error text, failures bigint,
    PRIMARY KEY ("dagId", "runId", "taskId")
  ) WITH (fillfactor = 50);
  CREATE TABLE ${schema}.xcom (
    "dagId" ${TEXT} NOT NULL, "runId" ${TEXT} NOT NULL, "taskId" ${TEXT} NOT NULL, key ${TEXT} NOT NULL, value text NOT NULL,
    PRIMARY KEY ("dagId", "runId", "taskId", key)
  );
  CREATE TABLE ${schema}.backfills (
    id ${TEXT} PRIMARY KEY, place bigserial NOT NULL, "dagId" ${TEXT} NOT NULL, finished boolean NOT NULL, snapshot text NOT NULL
  );
  CREATE INDEX ON ${schema}.backfills ("dagId", place);
  CREATE TABLE ${schema}.requests (seq bigserial PRIMARY KEY, id ${TEXT} NOT NULL, request text NOT NULL);
  CREATE INDEX ON ${schema}.requests (id, seq);
  CREATE TABLE ${schema}.leases (
    name ${TEXT} PRIMARY KEY, owner text, epoch bigint NOT NULL, "expiresAt" double precision NOT NULL, presence bigint
  ) WITH (fillfactor = 50);
  CREATE TABLE ${schema}.writers (id uuid PRIMARY KEY, batch bigint NOT NULL) WITH (fillfactor = 50);
  CREATE TABLE ${schema}.meta (version integer NOT NULL);
  INSERT INTO ${schema}.meta VALUES (${SCHEMA_VERSION});`;

/** Makes the tables, or those of an older version today's, in one transaction. Of many that do it at once one does it and the others wait. */
export async function migrate(client: PgClient, schema: string): Promise<{ from: number; to: number }> {
  const name = quoted(schema);
  await client.query("BEGIN");
  try {
    // CREATE ... IF NOT EXISTS of two sessions may fail in one of them.
    await client.query("SELECT pg_advisory_xact_lock(hashtext($1)::bigint)", [`dagfill ${schema}`]);
    const from = await versionOf(client, name);
    if (from === 0) await client.query(tables(name));
    await client.query("COMMIT");
    return { from, to: SCHEMA_VERSION };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw error;
  }
}

/** STORE_FAILED when the tables are not there, and nobody may make them here. */
export async function insistOnTables(client: PgClient, schema: string): Promise<void> {
  if ((await versionOf(client, quoted(schema))) !== 0) return;
  throw new DagfillError("STORE_FAILED", `the PostgreSQL schema ${schema} has no tables of dagfill`, {
    hint: "run migratePostgresStore once, with a role that may create them",
  });
}

/** The version of the tables; 0 when there are none. Throws when a later version has made them. */
async function versionOf(client: PgClient, name: string): Promise<number> {
  const { rows } = await client.query("SELECT to_regclass($1) IS NOT NULL AS found", [`${name}.meta`]);
  if (rows[0]?.found !== true) return 0;
  const meta = await client.query(`SELECT version FROM ${name}.meta`);
  const [row] = meta.rows;
  if (row === undefined) {
    throw new DagfillError(
      "STORE_FAILED",
      `the PostgreSQL schema ${name} has no version: its table meta is empty`,
      {
        hint: `INSERT INTO ${name}.meta VALUES (${SCHEMA_VERSION}) writes it again, if this version of dagfill has made the tables`,
      },
    );
  }
  const version = Number(row.version);
  if (version >= 1 && version <= SCHEMA_VERSION) return version;
  throw new DagfillError(
    "STORE_FAILED",
    `the PostgreSQL schema ${name} has version ${version}; this version of dagfill knows ${SCHEMA_VERSION} and older`,
    { hint: "upgrade dagfill", details: { found: version, known: SCHEMA_VERSION } },
  );
}
