// `--store` and `--engine`: a URL of another kind is refused, and never counts as a file or is waited for.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];

function scene() {
  const { folder } = workplace();
  writeFileSync(join(folder, "dag.json"), JSON.stringify({ dagId: "a", schedule: "@daily" }));
  return folder;
}

const meant = /hint did you mean postgres:\/\/\?/;
for (const [store, hint] of [
  ["postgress://u:secret@h/d", meant],
  ["pg://u:secret@h/d", meant],
  ["postgres:/u:secret@h/d", meant],
  ["postgres:secret", meant],
  ["mysql://u:secret@h/d", /hint runs are kept in a file, or in PostgreSQL/],
  ["redis://:secret@h", /hint runs are kept in a file, or in PostgreSQL/],
  ["sqlite:///secret", /hint a file is named by its path/],
  ["file:secret", /hint a file is named by its path/],
])
  for (const verb of ["preview", "enqueue"])
    test(`${verb} refuses --store ${store}, without printing more than the scheme`, limit, async () => {
      const folder = scene();
      const { code, out, err } = await run([verb, "dag.json", ...day, "--store", store], { cwd: folder });
      assert.equal(code, 2, out + err);
      assert.match(err, /INVALID_OPTION expected --store PATH, .*, got a URL that begins with/);
      assert.match(err, hint);
      assert.doesNotMatch(out + err, /secret/);
      assert.deepEqual(readdirSync(folder), ["dag.json"]);
    });

test("--store :memory is told what it misspells", limit, async () => {
  const { code, err } = await run(["preview", "dag.json", ...day, "--store", ":memory"], { cwd: scene() });
  assert.equal(code, 2);
  assert.match(err, /INVALID_OPTION .*got ":memory"\n(.*\n)?hint did you mean :memory:\?/);
});

test("a name with a colon that is no URL stays a file", {
  ...limit,
  skip: process.platform === "win32",
}, async () => {
  for (const store of ["runs:2.sqlite", "./pg:/runs.sqlite"]) {
    const { code, err } = await run(["preview", "dag.json", ...day, "--store", store], { cwd: scene() });
    assert.equal(code, 0, err);
    assert.match(err, /it counts as empty/);
  }
});

test("--store postgres://...?schema= needs a name", limit, async () => {
  const args = ["preview", "dag.json", ...day, "--store", "postgres://u:secret@h/d?schema="];
  const { code, out, err } = await run(args, { cwd: scene() });
  assert.equal(code, 2);
  assert.match(err, /INVALID_OPTION pool: expected a name in \?schema=NAME, got none/);
  assert.doesNotMatch(out + err, /secret/);
});

for (const [engine, got, hint] of [
  ["redis://:secret@h?queu=x", /got the parameter "queu"/, /hint did you mean queue\?/],
  ["redis://:secret@h?queue=", /got no name/, /./],
  ["redis://:secret@h/mine", /got "\/mine"/, /hint \?queue=NAME names a queue/],
  ["reddis://:secret@h", /got a URL that begins with "reddis:"/, /hint did you mean redis:\/\/\?/],
  ["redis://:secret@h:99999", /has port 99999/, /./],
  ["localhost", /got no URL/, /hint an engine of another kind/],
])
  for (const verb of ["serve", "worker", "run"])
    test(`${verb} refuses --engine ${engine} without its password`, limit, async () => {
      const range = verb === "run" ? [...day, "--yes"] : [];
      const { code, out, err } = await run([verb, "dag.json", ...range, "--engine", engine], {
        cwd: scene(),
      });
      assert.equal(code, 2, out + err);
      assert.match(err, /INVALID_OPTION expected --engine redis:/);
      assert.match(err, got);
      assert.match(err, hint);
      assert.doesNotMatch(out + err, /secret/);
    });
