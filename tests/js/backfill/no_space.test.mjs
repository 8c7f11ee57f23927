// The disk is full, the quota is used up: nothing more starts, what runs ends, and with space the backfill goes on.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { MemoryStore } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { failsOnApply } from "../store/faulty.mjs";
import { broken, day, days, gate, listen, service, settle } from "./scene.mjs";

const unhandled = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));
test.afterEach(() => assert.deepEqual([unhandled.splice(0), broken.splice(0)], [[], []]));

// What Node and browsers throw, as they throw it.
const noSpace = {
  "a full disk": () =>
    Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", errno: -28 }),
  "a used-up quota": () => new DOMException("The quota has been exceeded.", "QuotaExceededError"),
};

const succeeded = async (store) =>
  (await store.listRuns({ dagId: "etl", states: ["success"] })).map((run) => run.executionDate);

for (const [name, make] of Object.entries(noSpace)) {
  test(`${name} after k batches: STORE_FAILED, and a resume starts nothing again that had succeeded`, async () => {
    for (let k = 2; k <= 6; k += 1) {
      const memory = new MemoryStore();
      const error = make();
      const full = failsOnApply(memory, k, { times: Number.POSITIVE_INFINITY, error });
      const { apply } = full;
      let fullSince = Number.POSITIVE_INFINITY;
      full.apply = async (...batch) => {
        try {
          return await apply(...batch);
        } catch (failed) {
          fullSince = Math.min(fullSince, starts.length);
          throw failed;
        }
      };
      const starts = [];
      let [running, ended] = [0, 0];
      const executeRun = async ({ executionDate, attempt }) => {
        starts.push(`${executionDate} ${attempt}`);
        running += 1;
        await settle(2 + 3 * (starts.length % 3));
        running -= 1;
        ended += 1;
        return executionDate;
      };
      const heard = listen();
      const options = days(9, { maxParallelRuns: 3, backfillId: "b" });
      const backfill = await service({ store: full, executeRun }).start(options, heard.hooks);
      await assert.rejects(backfill.result, (failed) => {
        assert.equal(failed.code, "STORE_FAILED", `k ${k}`);
        assert.equal(failed.cause, error);
        assert.ok(failed.message.includes(error.message), failed.message);
        return true;
      });
      // Nothing started once the store had said no, and everything that ran has come to its end.
      assert.deepEqual([starts.length, running, ended], [fullSince, 0, fullSince], `k ${k}`);
      const kept = await succeeded(memory);
      const told = heard.of("run-succeeded").map((event) => event.run.executionDate);
      assert.deepEqual(told.toSorted(), kept.toSorted(), `k ${k}`);
      assert.equal(heard.of("finished").length, 0);
      // Its lease is free, and the list says how it stands.
      const again = service({ store: memory, executeRun });
      const [listed] = await again.list();
      assert.deepEqual([listed.state, listed.progress.completed], ["interrupted", kept.length], `k ${k}`);

      const before = starts.length;
      const result = await (await again.resume("b")).result;
      assert.deepEqual([result.state, result.completed], ["success", 9], `k ${k}`);
      assert.deepEqual(
        result.results.map(({ output }) => output),
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map(day),
      );
      for (const start of starts.slice(before))
        assert.ok(!kept.includes(start.split(" ")[0]), `${start}, k ${k}`);
      assert.equal(new Set(starts).size, starts.length, `k ${k}: an attempt is started twice`);
      assert.equal(starts.length, 9 + before - kept.length, `k ${k}`);
    }
  });

  test(`${name}, and space again before the last run has ended: its end is stored, nothing more is started`, async () => {
    const memory = new MemoryStore();
    // Fails twice: the batch, and its second try at once.
    const store = failsOnApply(memory, 2, { times: 2, error: make() });
    const work = gate();
    const backfill = await service({ store, executeRun: work.executeRun }).start(
      days(6, { maxParallelRuns: 2, backfillId: "b" }),
    );
    await work.until(2);
    work.end(1);
    await settle();
    assert.deepEqual(await succeeded(memory), []);
    work.end(2);
    await assert.rejects(backfill.result, { code: "STORE_FAILED" });
    assert.deepEqual(await succeeded(memory), [day(1), day(2)]);
    assert.equal(work.started.length, 2);
  });
}

test("a SQLite file that may grow no more: as much as fits is there, and the rest runs in a file with room", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-full-"));
  try {
    const path = join(folder, "runs.sqlite");
    const starts = [];
    let running = 0;
    const executeRun = async ({ executionDate, attempt }) => {
      starts.push(`${executionDate} ${attempt}`);
      running += 1;
      await settle(1);
      running -= 1;
      return "x".repeat(10_000);
    };
    const small = await openSqliteStore(path, { maxBytes: 200_000 });
    const heard = listen();
    const options = days(31, { maxParallelRuns: 3, backfillId: "b" });
    const backfill = await service({ store: small, executeRun }).start(options, heard.hooks);
    await assert.rejects(backfill.result, (failed) => {
      assert.equal(failed.code, "STORE_FAILED");
      assert.match(failed.message, /full/);
      assert.match(failed.hint, /space/);
      return true;
    });
    assert.equal(running, 0);
    const told = heard.of("run-succeeded").map((event) => event.run.executionDate);
    assert.ok(told.length > 3 && told.length < 25, `${told.length} runs before the end`);
    await small.close();

    const store = await openSqliteStore(path);
    const kept = await succeeded(store);
    for (const date of told) assert.ok(kept.includes(date), date);
    const before = starts.length;
    const again = service({ store, executeRun });
    assert.equal((await again.list())[0].state, "interrupted");
    const result = await (await again.resume("b")).result;
    assert.deepEqual([result.state, result.completed], ["success", 31]);
    for (const start of starts.slice(before)) assert.ok(!kept.includes(start.split(" ")[0]), start);
    assert.equal(new Set(starts).size, starts.length);
    assert.equal((await succeeded(store)).length, 31);
    await store.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
