// What `dagfill serve` tells of a backfill that another coordinator has taken.
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { dagFile, jsonLines, run, start, until, workplace } from "./cli_process.mjs";

test("a backfill whose lease is lost is told, and its runs are counted as running no longer", async () => {
  const { store, env, lines } = workplace();
  const common = [dagFile("gated.mjs"), "--store", store];
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--max-parallel-runs", "2"];
  const enqueued = await run(["enqueue", ...common, ...range, "--json"], { env });
  assert.equal(enqueued.code, 0, enqueued.err);
  const serving = start(["serve", ...common, "--json"], { env });
  const said = () => jsonLines(serving.state.out.slice(0, serving.state.out.lastIndexOf("\n") + 1));
  await until(() => lines().filter((line) => line.startsWith("start")).length === 2);
  const database = new DatabaseSync(store);
  database.exec("PRAGMA busy_timeout = 10000");
  database.exec(
    `UPDATE leases SET owner = 'another', epoch = epoch + 1, expiresAt = ${Date.now() + 3_600_000}, process = NULL`,
  );
  database.close();
  await until(() => said().at(-1)?.type === "health" && said().length > 2);
  const [{ warning }, health] = said().slice(-2);
  assert.equal(warning.code, "let_go");
  assert.equal(warning.dagId, "gated");
  assert.match(warning.message, new RegExp(`^backfill ${warning.backfillId} is let go: .*another owner`));
  assert.deepEqual([health.state, health.running], ["serving", 0]);
  serving.child.kill("SIGTERM");
  const { code, out } = await serving.ended;
  assert.equal(code, 0);
  assert.deepEqual(
    jsonLines(out)
      .filter(({ type }) => type === "health")
      .map(({ state, running, succeeded }) => [state, running, succeeded]),
    [
      ["serving", 0, 0],
      ["serving", 0, 0],
      ["stopped", 0, 0],
    ],
  );
});
