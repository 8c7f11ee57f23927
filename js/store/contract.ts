// The contract of a store, as one suite of tests. The stores of this package run it, and a store of your own may. It runs in Node and in a
// page, so that the host hands in its test runner and its assertions.
import type { Assertions } from "../contract/calls.js";
import { batchesContract } from "./contract/batches.js";
import { changesContract } from "./contract/changes.js";
import { columnsContract } from "./contract/columns.js";
import { leasesContract } from "./contract/leases.js";
import { runsContract } from "./contract/runs.js";
import { suiteOf } from "./contract/scene.js";
import { takeOverContract } from "./contract/take_over.js";
import { tasksContract } from "./contract/tasks.js";
import type { RunStore } from "./store.js";

/** A store for one test. */
export interface OpenedStore {
  store: RunStore;
  /** Opens a second store over the same data, as another process would; absent where there is none. The suite closes it. */
  twin?: () => Promise<RunStore>;
  /** Called when the test has ended and the store is closed: removes the data. */
  done?: () => unknown;
}

/** Makes an empty store whose leases read the clock `clock.now`, epoch milliseconds, which the tests move on. */
export type OpenStore = (clock: { now: number }) => Promise<OpenedStore>;

/** The test runner and its assertions; those of `node:test` and `node:assert/strict` are meant. */
export interface ContractHost {
  test: (name: string, body: () => Promise<void>) => unknown;
  assert: Assertions;
}

/** Declares the tests of the store contract; `name` begins their names. A failure says which call it is about, what was expected of it and what
 *  came, as in `store.listRuns({ dagId: "sales", order: "desc" }): at [0]: expected 9, got 1`. The codes that calls have to reject with are
 *  in the descriptions of `RunStore` and `StoreChange`, and in the guide of writing a store.
 *
 *  ```js
 *  const open = async (clock) => ({ store: await openMyStore({ now: () => clock.now }) });
 *  // `test` of node:test, `assert` of node:assert/strict
 *  storeContract("my store", open, { test, assert });
 *  ``` */
export function storeContract(name: string, open: OpenStore, host: ContractHost): void {
  const suite = suiteOf(name, open, host);
  runsContract(suite);
  columnsContract(suite);
  changesContract(suite);
  batchesContract(suite);
  tasksContract(suite);
  leasesContract(suite);
  takeOverContract(suite);
}
