// The store contract against stores that are wrong in one small way each: every failure names the method, what was expected and what came, and one of
// them the fault itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DagfillError, MemoryStore } from "dagfill";
import { storeContract } from "./contract.mjs";

/** The messages of the tests that fail, by name. */
async function failuresOf(Store) {
  const failures = new Map();
  const running = [];
  const collect = (name, body) =>
    running.push(
      body().catch((error) => {
        failures.set(name.replace("wrong: ", ""), error.message.split("\n")[0]);
      }),
    );
  storeContract("wrong", async (clock) => ({ store: new Store({ now: () => clock.now }) }), {
    test: collect,
    assert,
  });
  await Promise.all(running);
  return failures;
}

/** A store whose batches are refused with another error than they should be. */
const refusing = (change) =>
  class extends MemoryStore {
    async apply(...args) {
      try {
        await super.apply(...args);
      } catch (error) {
        throw change(error);
      }
    }
  };

class Unordered extends MemoryStore {
  async listRuns(query) {
    return super.listRuns({ ...query, order: "asc" });
  }
}

const wrong = {
  "STALE_OWNER without details": [
    refusing((error) => (error.code === "STALE_OWNER" ? new DagfillError("STALE_OWNER", "lost") : error)),
    /^store\.apply\(\[.*type: "update-run".*ifState: \["queued", "failed"\].*\]\): expected it to reject with a DagfillError of code STALE_OWNER whose details\.index is 1, got DagfillError \(code STALE_OWNER\): lost \(without details\)$/,
  ],
  "an error of another class": [
    refusing((error) => (error.code === "RUN_EXISTS" ? new Error("duplicate key") : error)),
    /^store\.apply\(\[.*type: "create-run".*\]\): expected it to reject with a DagfillError of code RUN_EXISTS whose details\.index is 0, got Error: duplicate key/,
  ],
  "another code": [
    refusing((error) =>
      error.code === "INVALID_DATE"
        ? new DagfillError("INVALID_OPTION", "no date", { details: error.details })
        : error,
    ),
    /expected .* code INVALID_DATE whose details\.index is 1, got DagfillError \(code INVALID_OPTION, .*\): no date$/,
  ],
  "the place of a change counted from 1": [
    refusing((error) =>
      error.details?.index === undefined
        ? error
        : new DagfillError(error.code, error.message, { details: { index: error.details.index + 1 } }),
    ),
    /expected .* code RUN_EXISTS whose details\.index is 0, got DagfillError \(code RUN_EXISTS, details \{ index: 1 \}\)/,
  ],
  "an unknown run that is updated in silence": [
    class extends MemoryStore {
      async apply(...args) {
        await super.apply(...args).catch((error) => {
          if (error.code !== "STORE_FAILED" || !/to update/.test(error.message)) throw error;
        });
      }
    },
    /^store\.apply\(\[.*\]\): expected .* code STORE_FAILED whose details\.index is 1, got fulfilled with undefined$/,
  ],
  "a batch in part": [
    class extends MemoryStore {
      async apply(changes, fence) {
        if (!Array.isArray(changes)) return super.apply(changes, fence);
        for (const [index, change] of changes.entries())
          await super.apply([change], fence).catch((error) => {
            throw new DagfillError(error.code, error.message, { details: { ...error.details, index } });
          });
      }
    },
    /^store\.apply\(\) of a batch that was refused has changed the store: at runs: expected 2 items: .*, got 4 items: /,
  ],
  "a fence that is not looked at": [
    class extends MemoryStore {
      async apply(changes) {
        await super.apply(changes);
      }
    },
    /^store\.apply\(\[.*\], \{ lease: "l", epoch: 1 \}\): expected .* code STALE_OWNER, got DagfillError \(code RUN_EXISTS, .*$/,
  ],
  "an order that is not looked at": [
    Unordered,
    /^store\.listRuns\(\{ dagId: "sales", order: "desc" \}\): at \[0\]: expected 9, got 1$/,
  ],
  "an upper bound that is left out": [
    class extends MemoryStore {
      async listRuns(query) {
        return super.listRuns(typeof query.to === "number" ? { ...query, to: query.to - 1 } : query);
      }
    },
    /^store\.listRuns\(\{ dagId: "sales", from: \d+, to: \d+ \}\): expected 4 items: \[3, 4, 5, 7\], got 3 items: \[3, 4, 5\]$/,
  ],
  "a record without what is null": [
    class extends MemoryStore {
      async listRuns(query) {
        const runs = await super.listRuns(query);
        for (const run of runs) if (run.output === null) delete run.output;
        return runs;
      }
    },
    /^store\.listRuns\(\{ dagId: "sales" \}\): at \[\d\]\.output: expected null, got no such member$/,
  ],
  "a record of another shape": [
    class extends MemoryStore {
      async listRuns(query) {
        return (await super.listRuns(query)).map((run) => ({ ...run, attempt: String(run.attempt) }));
      }
    },
    /^store\.listRuns\(\{ dagId: "sales" \}\): \[0\]\.attempt: expected an integer >= 0, got "1"$/,
  ],
  "objects that stay the store's": [
    class extends MemoryStore {
      #kept;
      async loadBackfill(id) {
        if (id !== "b") return super.loadBackfill(id);
        this.#kept ??= await super.loadBackfill(id);
        return this.#kept;
      }
    },
    /^store\.loadBackfill\("b"\): the snapshot, after objects have been changed: at list: expected 1 item: \[1\], got 2 items: \[1, 3\]$/,
  ],
  "undefined for a lease that somebody else has": [
    class extends MemoryStore {
      async acquireLease(...args) {
        return (await super.acquireLease(...args)) ?? undefined;
      }
    },
    /^store\.acquireLease\("dag:sales", "two", 1000\): expected a lease, or null, got undefined$/,
  ],
  "a lease that is given to nobody twice": [
    class extends MemoryStore {
      #taken = new Set();
      async acquireLease(name, ...args) {
        if (this.#taken.has(name)) return null;
        this.#taken.add(name);
        return super.acquireLease(name, ...args);
      }
    },
    /^store\.acquireLease\("dag:sales", "two", 1000\): expected a lease, since nobody else holds it; got null$/,
  ],
  "an epoch that stays": [
    class extends MemoryStore {
      async acquireLease(...args) {
        const lease = await super.acquireLease(...args);
        return lease && { ...lease, epoch: 1 };
      }
    },
    /^store\.acquireLease\("dag:sales", "two", 1000\): expected an epoch above 1, got 1$/,
  ],
  "a renewal that is always granted": [
    class extends MemoryStore {
      async acquireLease(...args) {
        const lease = await super.acquireLease(...args);
        return lease && { ...lease, renew: async () => true };
      }
    },
    /^store\.acquireLease\("l", "one", 1000\)\.renew\(\): expected false, got true$/,
  ],
  "calls after close": [
    class extends MemoryStore {
      async close() {}
    },
    /^store\.apply\(\[.*\]\): expected .* code STORE_FAILED, got fulfilled with undefined$/,
  ],
  "an error that is thrown at once": [
    class extends MemoryStore {
      listRuns(query) {
        if (query.dagId === undefined) throw new DagfillError("INVALID_OPTION", "no DAG");
        return super.listRuns(query);
      }
    },
    /^store\.listRuns\(\{\}\): expected a promise, got an error thrown at once: DagfillError \(code INVALID_OPTION\): no DAG$/,
  ],
  "no promise": [
    class extends MemoryStore {
      loadBackfill() {
        return null;
      }
    },
    /^store\.loadBackfill\("\w+"\): expected a promise, got null$/,
  ],
  "a read that rejects": [
    class extends MemoryStore {
      async getXcom() {
        throw new TypeError("no such table: xcom");
      }
    },
    /^store\.getXcom\("sales", ".*"\): expected it to fulfil, got TypeError: no such table: xcom$/,
  ],
  "a request that is forgotten": [
    class extends MemoryStore {
      async listRequests() {
        return [];
      }
    },
    /^store\.listRequests\("b"\): expected 3 items: \["pause", "unpause", "abort"\], got 0 items: \[\]$/,
  ],
};

for (const [fault, [Store, message]] of Object.entries(wrong))
  test(`a store with ${fault} is told what it does wrong`, async () => {
    const failures = await failuresOf(Store);
    const messages = [...failures.values()];
    assert.ok(
      messages.some((text) => message.test(text)),
      `none of these is ${message}:\n${messages.join("\n") || "(no test failed)"}`,
    );
    for (const [name, text] of failures) {
      assert.match(text, /^(after )?(\(second store\)|store)\.\w+\(/, name);
      assert.match(text, /expected .*got |has changed the store/s, name);
      assert.doesNotMatch(text, /Cannot read propert/, name);
    }
  });

test("a store that is right fails no test", async () => {
  assert.deepEqual([...(await failuresOf(MemoryStore))], []);
});
