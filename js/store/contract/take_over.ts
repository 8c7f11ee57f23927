// A take-over while a batch of the last owner is being written.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { create, DAG } from "./scene.js";

const CHANGES = 5_000;

export function takeOverContract({ it }) {
  it("a take-over waits for the batch before it", async (store, { assert, taken, clock, twin }) => {
    if (twin === undefined) return;
    const other = await twin();
    let before = 0;
    try {
      for (const [round, delay] of [0, 10, 40, 120].entries()) {
        const lease = await taken(store.acquireLease("l", "one", 1_000));
        const fence = { lease: "l", epoch: lease.epoch };
        const changes = Array.from({ length: CHANGES }, (_, n) => {
          const at = new Date(Date.UTC(2000 + round, 0, 1) + n * 60_000).toISOString();
          return create(1, { runId: `${round} ${n}`, executionDate: at });
        });
        const written = store.apply(changes, fence).then(
          () => "written",
          (error) => error.code,
        );
        await new Promise((resolve) => setTimeout(resolve, delay));
        clock.now += 5_000;
        // The new owner decides by what it reads now: nothing of the old owner may come after that.
        const next = await taken(other.acquireLease("l", "two", 1_000), "the lease before it has expired");
        const seen = (await other.listRuns({ dagId: DAG })).length;
        const answer = await written;
        const found = (await other.listRuns({ dagId: DAG })).length;
        assert.equal(
          found,
          seen,
          `round ${round}: ${answer}, ${found - seen} changes came behind the take-over`,
        );
        assert.equal(
          answer,
          found === before ? "STALE_OWNER" : "written",
          "the answer of the batch before it",
        );
        if (found !== before) assert.equal(found, before + CHANGES, "runs, of which a batch is there whole");
        before = found;
        await next.release();
      }
    } finally {
      await other.close();
    }
  });
}
