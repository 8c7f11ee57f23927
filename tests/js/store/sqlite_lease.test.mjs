// Eight processes open one new file at once, and race for one lease, round after round.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openSqliteStore, ownFolder } from "./stores.mjs";

const holder = fileURLToPath(new URL("lease_holder.mjs", import.meta.url));
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

test("of eight processes exactly one takes over from one that died, every round", async () => {
  const path = join(folder, "orphan.sqlite");
  await tell("open", path);
  await tell("acquire");
  const file = new DatabaseSync(path);
  const own = file.prepare("SELECT process FROM leases").get().process;
  const mark = own
    .split("/")
    .with(-2, String(2 ** 22 + 1))
    .join("/");
  const orphan = file.prepare("UPDATE leases SET owner = 'dead', epoch = epoch + 1, process = ?");
  for (let round = 0; round < 100; round += 1) {
    orphan.run(mark);
    const held = (await tell("acquire")).filter((epoch) => epoch !== null);
    assert.equal(held.length, 1, `round ${round}: ${held}`);
  }
  file.close();
  await tell("release");
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

test("a lease of ten minutes is free as soon as its process is killed, not while it is only stopped", async (t) => {
  const path = join(folder, "killed.sqlite");
  const store = await openSqliteStore(path);
  t.after(() => store.close());
  const child = fork(holder, [path]);
  t.after(() => child.kill("SIGKILL"));
  const [epoch] = await once(child, "message");
  child.kill("SIGSTOP");
  assert.equal(await store.acquireLease("dag:race", "next", 60_000), null);
  assert.equal((await store.readLease("dag:race")).owner, `process ${child.pid}`);
  // The fence is the epoch's, not the process's: until somebody takes the lease its holder's batches are good.
  child.kill("SIGKILL");
  await once(child, "exit");
  assert.equal(await store.readLease("dag:race"), null);
  await store.apply([], { lease: "dag:race", epoch });
  const lease = await store.acquireLease("dag:race", "next", 60_000);
  assert.ok(lease.epoch > epoch);
  assert.equal((await store.readLease("dag:race")).owner, "next");
});

test("only where it was made does the mark of a process say that it has ended", async (t) => {
  const path = join(folder, "marks.sqlite");
  const store = await openSqliteStore(path);
  const file = new DatabaseSync(path);
  t.after(() => {
    file.close();
    return store.close();
  });
  const held = async (mark) => {
    file.prepare("UPDATE leases SET process = ?").run(mark);
    return (await store.readLease("l")) !== null;
  };
  await store.acquireLease("l", "one", 600_000);
  const own = file.prepare("SELECT process FROM leases").get().process;
  const parts = own.split("/");
  const changed = (at, part) => parts.with(at, part).join("/");
  assert.equal(parts.at(-2), String(process.pid));
  assert.equal(await held(own), true);
  // A number that no process has.
  assert.equal(await held(changed(-2, String(2 ** 22 + 1))), false);
  assert.equal(await held(`elsewhere${changed(-2, String(2 ** 22 + 1))}`), true);
  assert.equal(await held(null), true);
  assert.equal(await held("nonsense"), true);
  // On Linux a process that has the number of an earlier one is another.
  if (process.platform === "linux") assert.equal(await held(changed(-1, "1")), false);
});
