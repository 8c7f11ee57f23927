// The command lines that hints tell the user to type: they can be pasted into a shell, and have no password.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { sourceModule } from "../source_module.mjs";
import { cli, run } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const source = `export * from "./typed_line.js"; export { addressOf, withoutPassword } from "./server_url.js";`;
const { addressOf, passwordNote, quoted, serverFlags, withoutPassword } = await sourceModule(
  source,
  "js/cli",
);

for (const [text, without, address] of [
  ["postgres://u:secret@h:5432/d?schema=s", "postgres://u@h:5432/d?schema=s", "h:5432/d"],
  ["postgresql://u:se%40cret@h/d", "postgresql://u@h/d", "h/d"],
  ["postgres://u:se/c@ret@h/d", "postgres://u@h/d", "h/d"],
  ["postgres://u:se:cr:et@h/d", "postgres://u@h/d", "h/d"],
  ["postgres://h/d?user=u&password=secret&sslmode=require", "postgres://h/d?user=u&sslmode=require", "h/d"],
  ["postgres://h/d?Password=secret", "postgres://h/d", "h/d"],
  ["redis://:secret@h:6379/2", "redis://h:6379/2", "h:6379/2"],
  ["rediss://u:secret@h", "rediss://u@h", "h"],
  ["postgres:///d?host=/run", "postgres:///d?host=/run", "localhost/d"],
  ["postgres://u@h/d", "postgres://u@h/d", "h/d"],
  ["runs of it's.sqlite", "runs of it's.sqlite", "the given address"],
  [":memory:", ":memory:", "the given address"],
])
  test(`${text} without its password`, () => {
    assert.equal(withoutPassword(text), without);
    assert.equal(addressOf(text), address);
    const [store, engine] = text.startsWith("redis") ? [undefined, text] : [text, undefined];
    const flags = serverFlags({ store, engine });
    assert.equal(flags, ` --${engine ? "engine" : "store"} ${quoted(without)}`);
    const variable = engine ? "REDISCLI_AUTH" : "PGPASSWORD";
    assert.equal(
      passwordNote({ store, engine }),
      without === text ? "" : ` (with the password in ${variable})`,
    );
  });

test("both flags, both passwords, and none", () => {
  const both = { store: "postgres://u:s@h/d", engine: "redis://:s@h" };
  assert.equal(serverFlags(both), " --store postgres://u@h/d --engine redis://h");
  assert.equal(passwordNote(both), " (with the passwords in PGPASSWORD and REDISCLI_AUTH)");
  assert.deepEqual([serverFlags({}), passwordNote({})], ["", ""]);
});

test("a shell reads each quoted word as the text that it is", async () => {
  const words = [
    "a b",
    "it's",
    "$HOME",
    "`id`",
    "a;b",
    "a&b",
    "*",
    "~",
    "#",
    '"',
    "\\",
    "a\nb",
    "",
    "!",
    "postgres://h/d?a=1&b=2",
  ];
  const { stdout } = await promisify(execFile)("sh", ["-c", `printf '%s\\0' ${words.map(quoted).join(" ")}`]);
  assert.deepEqual(stdout.split("\0").slice(0, -1), words);
});

function scene(files) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-lines-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("a hinted line can be pasted, whatever the file, the store and the ids are called", limit, async () => {
  const name = "it's a dag.json";
  const dag = { dagId: "sales & co", schedule: "@daily", tasks: [{ taskId: "t", command: "test -e there" }] };
  const cwd = scene({ [name]: JSON.stringify(dag) });
  const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];
  const failed = await run(["run", name, ...day, "--store", "runs of $USER.sqlite", "--yes"], { cwd });
  assert.equal(failed.code, 1, failed.err);
  const [, line] = /^hint to run them again: (dagfill retry .*)$/m.exec(failed.out);
  writeFileSync(join(cwd, "there"), "");
  const { stdout } = await promisify(execFile)(
    "sh",
    ["-c", `dagfill() { "${process.execPath}" "${cli}" "$@"; }\n${line}`],
    { cwd },
  );
  assert.match(stdout, /success {2}1 date: 1 succeeded/);
});

const URL_WITH = "postgres://u:secret@127.0.0.1:1/d";
for (const [what, args] of [
  ["in the place of a file", ["preview", URL_WITH]],
  ["behind the arguments", ["list", URL_WITH]],
  ["as the value of a switch", ["list", `--json=${URL_WITH}`]],
  ["behind a flag without a value", ["list", "--dag-id", `--store=${URL_WITH}`]],
  ["as the id of a DAG", ["runs", URL_WITH, "--store", ":memory:"]],
])
  test(`a URL ${what} is refused without its password`, limit, async () => {
    const { code, out, err } = await run(args, { cwd: scene({}) });
    assert.equal(code, 2, out + err);
    assert.doesNotMatch(out + err, /secret/);
  });

for (const url of [
  "postgres://u:sec/ret@h/d",
  "postgres://u:sec?ret@h/d",
  "postgres://u:12#ret@h/d",
  "postgres://u:12/ret@h/d",
])
  test(`a password that has to be encoded is no host and no port: ${url}`, limit, async () => {
    const { code, out, err } = await run(["list", "--store", url], { cwd: scene({}) });
    assert.equal(code, 2, out + err);
    assert.match(err, /expected an @ behind the user and the password/);
    assert.match(err, /%2F/);
    assert.doesNotMatch(out + err, /sec|ret|12/);
  });
