// The module that the pages of store.test.mjs load: the contract suite and the writers, over the IndexedDB store of the package.

import { storeContract } from "/dist/store/contract.js";
import { openIndexedDbStore } from "/dist/store/indexeddb.js";
import { assert } from "/tests/browser/page_assert.mjs";
import { found, writeBatches } from "/tests/js/store/batches.mjs";

/** The cases of the contract by name. */
export const cases = new Map();

let databases = 0;
storeContract(
  "indexeddb",
  async (clock) => {
    databases += 1;
    const name = `contract ${databases} ${performance.timeOrigin}`;
    const open = () => openIndexedDbStore(name, { now: () => clock.now });
    return { store: await open(), twin: open, done: () => void indexedDB.deleteDatabase(name) };
  },
  { test: (name, body) => cases.set(name, body), assert },
);

/** Whole batches and halves in the database, in a form that a page can hand to its test. */
export async function batchesIn(name) {
  const store = await openIndexedDbStore(name);
  const { whole, half } = await found(store);
  await store.close();
  return { whole: [...whole], half };
}

/** Writes numbered batches, and calls the page's `acknowledged` for each, until `last` is written or a write fails. Answers
 *  the failure's code and message, or null. */
export async function writeInto(name, first, last = Number.POSITIVE_INFINITY) {
  const store = await openIndexedDbStore(name);
  try {
    const until = (number) => number > last;
    await writeBatches(store, first, { acknowledged: (number) => globalThis.acknowledged(number), until });
    return null;
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message, hint: error.hint };
  } finally {
    await store.close();
  }
}

/** The outcome of the promise: null, or the error as data. */
export async function failure(promise) {
  try {
    await promise;
    return null;
  } catch (error) {
    return { name: error.name, code: error.code, message: error.message, hint: error.hint };
  }
}
