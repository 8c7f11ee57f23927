// Eight processes open one new file at once, and race for one lease, round after round.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ownFolder } from "./stores.mjs";

const racer = fileURLToPath(new URL("lease_racer.mjs", import.meta.url));
const PROCESSES = 8;

const { folder, remove } = ownFolder();
const racers = Array.from({ length: PROCESSES }, (_, n) => fork(racer, [`process ${n}`]));
const answers = () => Promise.all(racers.map(async (child) => (await once(child, "message"))[0]));

/** Hands every process the job at once and gives their answers; one that failed fails the test. */
async function tell(job, value) {
  const all = answers();
  for (const child of racers) child.send([job, value]);
  const given = await all;
  assert.deepEqual(
    given.filter(({ error }) => error !== undefined),
    [],
  );
  return given.map(({ answer }) => answer);
}

before(answers);
after(() => {
  for (const child of racers) child.kill();
  remove();
});

test("eight processes that open one new file at once all get it", async () => {
  for (let round = 0; round < 60; round += 1) await tell("open", join(folder, `new ${round}.sqlite`));
});

test("of eight processes exactly one gets the lease, every round, with an epoch of its own", async (t) => {
  await tell("open", join(folder, "runs.sqlite"));
  const holders = new Set();
  let last = 0;
  for (let round = 0; round < 50; round += 1) {
    const epochs = await tell("acquire");
    const held = epochs.filter((epoch) => epoch !== null);
    assert.equal(held.length, 1, `round ${round}: ${epochs}`);
    assert.ok(held[0] > last);
    last = held[0];
    holders.add(epochs.indexOf(held[0]));
    await tell("release");
  }
  t.diagnostic(`50 rounds, ${holders.size} of ${PROCESSES} processes were holders`);
});
