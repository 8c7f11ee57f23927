// A bare machine that is interrupted ends what runs in it, and leaves nothing behind.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";

const spaces = spawnSync("unshare", ["--user", "--map-root-user", "--mount", "--pid", "--fork", "true"]);
const needs = process.platform !== "linux" ? "Linux" : spaces.status !== 0 ? "namespaces" : undefined;
const reason = needs === undefined ? false : `NOT TESTED: npm run bare (it needs ${needs})`;

for (const signal of ["SIGINT", "SIGTERM"]) {
  test(`${signal} to npm run bare ends the command inside`, { skip: reason }, async () => {
    const place = mkdtempSync(join(tmpdir(), "dagfill-bare-test-"));
    const command = "echo inside; exec sleep 86399";
    const child = spawn(process.execPath, [join(root, "scripts/bare.mjs"), command, "echo never"], {
      env: { ...process.env, DAGFILL_BARE_ROOT: place },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!/^inside$/m.test(output) && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill(signal);
    assert.equal(await ended, 130, output);
    assert.match(output, /sleep 86399 .* INTERRUPTED/);
    assert.doesNotMatch(output, /^never$/m);
    // The folder is removed, which it could not be while something ran in it and held its mounts.
    assert.deepEqual(readdirSync(place), []);
    rmSync(place, { recursive: true });
    assert.ok(!existsSync(place));
  });
}
