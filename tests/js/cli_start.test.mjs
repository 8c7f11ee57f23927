// What the command loads before it answers. The time that this takes is measured by bench/start.bench.mjs.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "./cli_process.mjs";

const folder = mkdtempSync(join(tmpdir(), "dagfill-start-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const listener = join(folder, "listener.cjs");
const seen = join(folder, "seen.json");
writeFileSync(
  listener,
  `const { writeFileSync } = require("node:fs");
const { Module } = WebAssembly;
let compiled = 0;
WebAssembly.Module = class extends Module { constructor(...given) { super(...given); compiled += 1; } };
const before = new Set(process.moduleLoadList);
process.on("exit", () => {
  const builtins = process.moduleLoadList.filter((name) => !before.has(name));
  const text = globalThis[Symbol.for("dagfill.module")] === undefined;
  writeFileSync(${JSON.stringify(seen)}, JSON.stringify({ builtins, compiled, text }));
});`,
);

/** What a call of the command loaded. */
async function loaded(...args) {
  const env = { NODE_OPTIONS: `--require=${listener}` };
  const { code, err } = await run(args, { env });
  assert.equal(code, 0, err);
  return JSON.parse(readFileSync(seen, "utf8"));
}

const dag = join(folder, "dag.json");
writeFileSync(
  dag,
  JSON.stringify({ dagId: "etl", schedule: "@daily", tasks: [{ taskId: "a", command: "echo {{ ds }}" }] }),
);

const range = ["--start-date", "2025-01-01", "--end-date", "2025-12-31"];
/** Builtins that a preview does without; each takes a tenth of a start of Node, or more. */
const spared = ["crypto", "child_process", "readline/promises", "internal/fs/promises", "sqlite", "http"];

test("a preview loads the core once, from its file, and no builtin that it does not use", async () => {
  const { builtins, compiled, text } = await loaded("preview", dag, ...range);
  assert.deepEqual({ compiled, text }, { compiled: 1, text: false });
  assert.deepEqual(
    spared.filter((name) => builtins.includes(`NativeModule ${name}`)),
    [],
  );
});

test("version and help do without the core", async () => {
  for (const args of [["--version"], ["--help"], ["preview", "--help"]])
    assert.equal((await loaded(...args)).compiled, 0, args.join(" "));
});
