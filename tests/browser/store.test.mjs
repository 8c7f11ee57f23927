// The IndexedDB store in Chromium: the contract, tabs that are closed or killed, a full origin, versions, leases.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { chromiumArguments } from "../../scripts/chromium.mjs";
import { aroundTests } from "./around.mjs";
import { openBrowser, withoutBrowser } from "./chromium.mjs";
import { serve } from "./server.mjs";

const options = { skip: withoutBrowser };
const page = '<!doctype html><meta charset="utf-8"><title>store</title>';

let browser;
let server;
aroundTests(
  async () => {
    if (withoutBrowser) return;
    browser = await openBrowser();
    // A sandboxed frame has no origin, so that its modules are another origin's.
    server = await serve({ pages: { "/page.html": page }, headers: { "access-control-allow-origin": "*" } });
  },
  async () => {
    await browser?.close();
    await server?.close();
  },
);

async function tab(context) {
  const opened = await context.newPage();
  await opened.goto(`${server.origin}/page.html`);
  return opened;
}

/** A context of its own: other tests' databases and locks are not there. */
async function ownContext(t) {
  const context = await browser.newContext();
  t.after(() => context.close());
  return context;
}

// ------------------------------------------------------------------ the contract
// happy-dom has null where a page that was not loaded securely has nothing.
for (const [name, locks] of [
  ["with Web Locks", "kept"],
  ["without Web Locks", undefined],
  ["with null for Web Locks", null],
]) {
  test(`the contract, ${name}`, options, async (t) => {
    const context = await ownContext(t);
    if (locks !== "kept") {
      await context.addInitScript((value) => {
        const found = value === "null" ? null : undefined;
        Object.defineProperty(Navigator.prototype, "locks", { value: found });
      }, String(locks));
    }
    const opened = await tab(context);
    const type = await opened.evaluate(() => (navigator.locks ? "kept" : String(navigator.locks)));
    assert.equal(type, String(locks));
    const names = await opened.evaluate(async () => [
      ...(await import("/tests/browser/store_page.mjs")).cases.keys(),
    ]);
    assert.ok(names.length > 20);
    for (const name of names) {
      await t.test(name, async () => {
        const error = await opened.evaluate(async (which) => {
          const { cases } = await import("/tests/browser/store_page.mjs");
          try {
            await cases.get(which)();
            return null;
          } catch (thrown) {
            return thrown.stack;
          }
        }, name);
        if (error !== null) assert.fail(error);
      });
    }
  });
}

// ------------------------------------------------------------------ crashes
const checkBatches = async (context, acknowledged) => {
  const opened = await tab(context);
  const { whole, half } = await opened.evaluate(async () =>
    (await import("/tests/browser/store_page.mjs")).batchesIn("crash"),
  );
  await opened.close();
  assert.deepEqual(half, []);
  const present = new Set(whole);
  assert.deepEqual(
    [...acknowledged].filter((number) => !present.has(number)),
    [],
  );
  return Math.max(-1, ...whole) + 1;
};

/** Starts writing in a tab and resolves when `count` batches have been acknowledged. */
async function writing(context, first, count, acknowledged) {
  const opened = await tab(context);
  let enough = () => {};
  const reached = new Promise((resolve) => {
    enough = resolve;
  });
  let seen = 0;
  await opened.exposeFunction("acknowledged", (number) => {
    acknowledged.add(number);
    seen += 1;
    if (seen === count) enough();
  });
  await opened.evaluate((from) => {
    import("/tests/browser/store_page.mjs").then(({ writeInto }) => writeInto("crash", from));
  }, first);
  await reached;
  return opened;
}

test(
  "a tab that is closed or killed while it writes: nothing acknowledged is lost, no half batch",
  options,
  async (t) => {
    const context = await ownContext(t);
    const acknowledged = new Set();
    let next = 0;
    for (let kill = 0; kill < 4; kill += 1) {
      const opened = await writing(context, next, 5 + Math.floor(Math.random() * 20), acknowledged);
      if (kill % 2 === 0) {
        await opened.close();
      } else {
        const crashed = opened.waitForEvent("crash");
        await opened.goto("chrome://crash").catch(() => {});
        await crashed;
        await opened.close();
      }
      next = await checkBatches(context, acknowledged);
    }
    t.diagnostic(`4 tabs, ${acknowledged.size} batches acknowledged, 0 lost, 0 halves`);
  },
);

test("a browser that is killed while a tab writes: the same after its restart", options, async (t) => {
  const profile = mkdtempSync(join(tmpdir(), "dagfill-profile-"));
  t.after(() => rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  const acknowledged = new Set();
  const launch = () =>
    chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: chromiumArguments,
    });
  let next = 0;
  for (let kill = 0; kill < 2; kill += 1) {
    const context = await launch();
    await writing(context, next, 10 + Math.floor(Math.random() * 20), acknowledged);
    const session = await context.browser().newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    const closed = new Promise((resolve) => context.once("close", resolve));
    process.kill(processInfo.find(({ type }) => type === "browser").id, "SIGKILL");
    await closed;
    const again = await launch();
    next = await checkBatches(again, acknowledged);
    await again.close();
  }
  t.diagnostic(`2 kills, ${acknowledged.size} batches acknowledged, 0 lost, 0 halves`);
});

// ------------------------------------------------------------------ storage
test("every write is strictly durable", options, async (t) => {
  const opened = await tab(await ownContext(t));
  const modes = await opened.evaluate(async () => {
    const { openIndexedDbStore } = await import("/dist/store/indexeddb.js");
    const seen = new Set();
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...args) {
      const begun = transaction.apply(this, args);
      if (begun.mode === "readwrite") seen.add(begun.durability);
      return begun;
    };
    const store = await openIndexedDbStore();
    await store.apply([{ type: "save-backfill", id: "b", dagId: "d", finished: false, snapshot: 1 }]);
    await (await store.acquireLease("l", "one", 1_000)).release();
    return [...seen];
  });
  assert.deepEqual(modes, ["strict"]);
});

test(
  "a full origin: typed error, what was acknowledged is there, goes on when there is space",
  options,
  async (t) => {
    const context = await ownContext(t);
    const opened = await tab(context);
    const acknowledged = new Set();
    await opened.exposeFunction("acknowledged", (number) => void acknowledged.add(number));
    const session = await context.newCDPSession(opened);
    const quota = (quotaSize) =>
      session.send("Storage.overrideQuotaForOrigin", { origin: server.origin, ...quotaSize });
    const write = (first, last) =>
      opened.evaluate(
        async ([from, to]) => (await import("/tests/browser/store_page.mjs")).writeInto("crash", from, to),
        [first, last],
      );
    // The browser asks for the space that is left once in a while, so the bound is there before the first write.
    await quota({ quotaSize: 1_000_000 });
    const error = await write(0, 20_000);
    assert.equal(error.name, "DagfillError");
    assert.equal(error.code, "STORE_FAILED");
    assert.match(error.message, /quota/i);
    assert.match(error.hint, /full/);
    await checkBatches(context, acknowledged);
    await quota({});
    await until(
      () => write(30_000, 30_020),
      (answer) => answer === null,
    );
    await checkBatches(context, acknowledged);
    t.diagnostic(`${acknowledged.size} batches acknowledged, all there`);
  },
);

test("a frame that may not store", options, async (t) => {
  const opened = await tab(await ownContext(t));
  const error = await opened.evaluate(
    (origin) =>
      new Promise((resolve) => {
        addEventListener("message", (event) => resolve(event.data), { once: true });
        const frame = document.createElement("iframe");
        frame.sandbox = "allow-scripts";
        frame.srcdoc = `<script type="module">
          import { openIndexedDbStore } from "${origin}/dist/store/indexeddb.js";
          const error = await openIndexedDbStore().then(() => ({}), (error) => error);
          parent.postMessage({ code: error.code, message: error.message, hint: error.hint }, "*");
        </script>`;
        document.body.append(frame);
      }),
    server.origin,
  );
  assert.equal(error.code, "STORE_FAILED");
  assert.match(error.message, /could not be opened/);
  assert.match(error.hint, /denies storage/);
});

test("a host without IndexedDB", async () => {
  const { openIndexedDbStore } = await import("dagfill/store/indexeddb");
  await assert.rejects(openIndexedDbStore(), { code: "STORE_FAILED", message: /no IndexedDB here/ });
  await assert.rejects(openIndexedDbStore(""), { code: "INVALID_OPTION" });
});

// ------------------------------------------------------------------ versions
test(
  "a newer version of the page takes the database over, and what it has written is refused",
  options,
  async (t) => {
    const opened = await tab(await ownContext(t));
    const [inUse, again] = await opened.evaluate(async () => {
      const { openIndexedDbStore } = await import("/dist/store/indexeddb.js");
      const { failure } = await import("/tests/browser/store_page.mjs");
      const store = await openIndexedDbStore();
      const later = await new Promise((resolve, reject) => {
        const request = indexedDB.open("dagfill", 9);
        request.onsuccess = () => resolve(request.result);
        request.onblocked = () => reject(new Error("the store does not let go"));
      });
      later.close();
      return [await failure(store.apply([])), await failure(openIndexedDbStore())];
    });
    assert.equal(inUse.code, "STORE_FAILED");
    assert.match(inUse.message, /later version/);
    assert.equal(again.code, "STORE_FAILED");
    assert.match(again.hint, /later version/);
  },
);

test("an older version that another tab does not let go of", options, async (t) => {
  const opened = await tab(await ownContext(t));
  const [blocked, afterwards] = await opened.evaluate(async () => {
    const { openIndexedDbStore } = await import("/dist/store/indexeddb.js");
    const { failure } = await import("/tests/browser/store_page.mjs");
    const { makeVersion1 } = await import("/tests/browser/migration_page.mjs");
    await makeVersion1("dagfill");
    const older = await new Promise((resolve) => {
      const request = indexedDB.open("dagfill", 1);
      request.onsuccess = () => resolve(request.result);
    });
    const first = await failure(openIndexedDbStore());
    older.close();
    return [first, await failure(openIndexedDbStore().then((store) => store.close()))];
  });
  assert.equal(blocked.code, "STORE_FAILED");
  assert.match(blocked.message, /another tab/);
  // The connection that came too late was closed: it blocks nobody.
  assert.equal(afterwards?.code ?? null, null);
});

// ------------------------------------------------------------------ leases
const acquire = (opened, owner, ttlMs = 600_000) =>
  opened.evaluate(
    async ([name, ttl]) => {
      const { openIndexedDbStore } = await import("/dist/store/indexeddb.js");
      globalThis.store ??= await openIndexedDbStore();
      globalThis.lease = await store.acquireLease("dag:race", name, ttl);
      return lease?.epoch ?? null;
    },
    [owner, ttlMs],
  );
const release = (opened) => opened.evaluate(() => globalThis.lease?.release());
const holder = (opened) => opened.evaluate(() => globalThis.store.readLease("dag:race"));

/** Asks again until the answer is `right`; the browser needs a moment to notice that a tab is gone. */
async function until(ask, right) {
  for (let turn = 0; turn < 2_000; turn += 1) {
    const answer = await ask();
    if (right(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return assert.fail("the browser never answered what was expected");
}

test("a lease of ten minutes is free as soon as its tab is closed or killed", options, async (t) => {
  const context = await ownContext(t);
  const other = await tab(context);
  for (const way of ["close", "crash", "navigate", "release"]) {
    const first = await tab(context);
    const epoch = await acquire(first, `first, ${way}`);
    assert.notEqual(epoch, null);
    assert.equal(await acquire(other, "other"), null);
    assert.equal((await holder(other)).owner, `first, ${way}`);
    if (way === "close") await first.close();
    if (way === "crash") await first.goto("chrome://crash").catch(() => {});
    if (way === "navigate") await first.goto("about:blank");
    if (way === "release") await release(first);
    const next = await until(
      () => acquire(other, "other"),
      (answer) => answer !== null,
    );
    assert.ok(next > epoch);
    assert.equal((await holder(other)).owner, "other");
    await release(other);
    assert.equal(await holder(other), null);
    await first.close();
  }
});

test("a lease whose tab is gone is nobody's, also before somebody takes it", options, async (t) => {
  const context = await ownContext(t);
  const [first, other] = [await tab(context), await tab(context)];
  await acquire(other, "other");
  await release(other);
  await acquire(first, "first");
  assert.equal((await holder(other)).owner, "first");
  await first.close();
  await until(
    () => holder(other),
    (answer) => answer === null,
  );
});

test(
  "a hidden tab, whose timers come once a minute, gets more time; closed it is gone at once",
  options,
  async (t) => {
    const context = await ownContext(t);
    const [hidden, other] = [await tab(context), await tab(context)];
    await hidden.evaluate(() => Object.defineProperty(document, "visibilityState", { get: () => "hidden" }));
    await acquire(hidden, "hidden", 5_000);
    assert.equal(await acquire(other, "other", 5_000), null);
    const left = async () => (await holder(other)).expiresAt - (await other.evaluate(() => Date.now()));
    assert.ok((await left()) > 60_000);
    assert.equal(await hidden.evaluate(() => lease.renew()), true);
    assert.ok((await left()) > 60_000);
    await hidden.close();
    await until(
      () => holder(other),
      (answer) => answer === null,
    );
  },
);

test(
  "a tab that was away too long: its lease has gone to another, its batches are refused",
  options,
  async (t) => {
    const context = await ownContext(t);
    const [first, other] = [await tab(context), await tab(context)];
    const epoch = await acquire(first, "first", 1);
    const next = await until(
      () => acquire(other, "other"),
      (answer) => answer !== null,
    );
    assert.ok(next > epoch);
    const [renewed, refused] = await first.evaluate(async () => {
      const { failure } = await import("/tests/browser/store_page.mjs");
      return [await lease.renew(), await failure(store.apply([], { lease: "dag:race", epoch: lease.epoch }))];
    });
    assert.equal(renewed, false);
    assert.equal(refused.code, "STALE_OWNER");
  },
);

test("of eight tabs exactly one gets the lease, every round", options, async (t) => {
  const context = await ownContext(t);
  const tabs = [];
  for (let n = 0; n < 8; n += 1) tabs.push(await tab(context));
  let last = 0;
  for (let round = 0; round < 20; round += 1) {
    const epochs = await Promise.all(tabs.map((opened, n) => acquire(opened, `tab ${n}`)));
    const held = epochs.filter((epoch) => epoch !== null);
    assert.equal(held.length, 1, `round ${round}: ${epochs}`);
    assert.ok(held[0] > last);
    last = held[0];
    await Promise.all(tabs.map(release));
  }
});
