// A process that writes is killed at a random moment, again and again on the same file.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { found } from "./batches.mjs";
import { openSqliteStore, ownFolder } from "./stores.mjs";

const writer = fileURLToPath(new URL("crash_writer.mjs", import.meta.url));
const KILLS = 12;

test("SIGKILL while writing: nothing acknowledged is lost, no batch is there by half", async (t) => {
  const { folder, remove } = ownFolder();
  t.after(remove);
  const path = join(folder, "runs.sqlite");
  const acknowledged = new Set();
  let next = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    await killedAfter(path, next, kill % 2 ? 16 : 1, 5 + Math.floor(Math.random() * 120), (n) =>
      acknowledged.add(n),
    );
    const store = await openSqliteStore(path);
    const { whole, half } = await found(store);
    await store.close();
    assert.deepEqual(half, []);
    assert.deepEqual(
      [...acknowledged].filter((number) => !whole.has(number)),
      [],
    );
    next = Math.max(-1, ...whole) + 1;
  }
  t.diagnostic(`${KILLS} kills, ${acknowledged.size} batches acknowledged, 0 lost, 0 halves`);
});

/** Runs the writer until it has printed `count` numbers, kills it, and reports every number that came out of it. */
async function killedAfter(path, first, inFlight, count, acknowledge) {
  const child = spawn(process.execPath, [writer, path, first, inFlight], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk) => {
    text += chunk;
    seen += chunk.split("\n").length - 1;
    if (seen >= count) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  assert.equal(signal, "SIGKILL");
  // A number that was cut off by the kill was not printed whole.
  for (const line of text.slice(0, text.lastIndexOf("\n")).split("\n")) acknowledge(Number(line));
}
