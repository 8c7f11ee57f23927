// Eight processes open one new file at once and race for one lease, round after round.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { ownFolder } from "./stores.mjs";

const racer = fileURLToPath(new URL("lease_racer.mjs", import.meta.url));
const PROCESSES = 8;
const ROUNDS = 50;

test("of eight processes exactly one gets the lease, every round, with an epoch of its own", async (t) => {
  const { folder, remove } = ownFolder();
  t.after(remove);
  const path = join(folder, "runs.sqlite");
  const racers = Array.from({ length: PROCESSES }, (_, n) => fork(racer, [path, `process ${n}`]));
  t.after(() => {
    for (const child of racers) child.kill();
  });
  const answers = () => Promise.all(racers.map(async (child) => (await once(child, "message"))[0]));
  const tell = (word) => {
    const all = answers();
    for (const child of racers) child.send(word);
    return all;
  };
  await answers();
  const holders = new Set();
  let last = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const epochs = (await tell("acquire")).map(({ epoch }) => epoch);
    const held = epochs.filter((epoch) => epoch !== null);
    assert.equal(held.length, 1, `round ${round}: ${epochs}`);
    assert.ok(held[0] > last);
    last = held[0];
    holders.add(epochs.indexOf(held[0]));
    await tell("release");
  }
  for (const child of racers) child.send("close");
  t.diagnostic(`${ROUNDS} rounds, ${holders.size} of ${PROCESSES} processes were holders`);
});
