// dagfill init: the DAG that it writes previews and runs as it is.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "./cli_process.mjs";

const folder = mkdtempSync(join(tmpdir(), "dagfill-init-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];

for (const name of ["dag.yaml", "dag.json"]) {
  test(`${name} previews without a warning, and runs`, async () => {
    const file = join(folder, "sub", name);
    const written = await run(["init", file]);
    assert.equal(written.code, 0, written.err);
    assert.match(written.out, /dagfill preview .* --start-date/);
    const preview = await run(["preview", file, ...range]);
    assert.equal(preview.code, 0, preview.err);
    assert.doesNotMatch(preview.out + preview.err, /warning/);
    const { code, out, err } = await run(["run", file, ...range]);
    assert.equal(code, 0, err);
    assert.match(out + err, /loading 3 rows into orders/);
  });
}

test("the file names the schema of the installed package", async () => {
  const inner = join(folder, "project", "dags");
  const schema = join(folder, "project", "node_modules", "dagfill", "schema");
  for (const made of [inner, schema]) mkdirSync(made, { recursive: true });
  writeFileSync(join(schema, "dag.schema.json"), "{}");
  await run(["init", join(inner, "dag.yml")]);
  const [first] = readFileSync(join(inner, "dag.yml"), "utf8").split("\n");
  assert.equal(first, "# yaml-language-server: $schema=../node_modules/dagfill/schema/dag.schema.json");
});

test("a file that exists is left alone, and another kind is refused", async () => {
  const file = join(folder, "mine.yaml");
  writeFileSync(file, "mine");
  const { code, err } = await run(["init", file]);
  assert.equal(code, 2);
  assert.match(err, /exists/);
  assert.equal(readFileSync(file, "utf8"), "mine");
  assert.equal((await run(["init", join(folder, "dag.py")])).code, 2);
});
