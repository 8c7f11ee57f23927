import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { storeContract } from "./contract.mjs";
import { openSqliteStore, ownFolder } from "./stores.mjs";

storeContract(
  "sqlite",
  async (clock) => {
    const { folder, remove } = ownFolder();
    const open = () => openSqliteStore(join(folder, "runs.sqlite"), { now: () => clock.now });
    return { store: await open(), twin: open, done: remove };
  },
  { test, assert },
);
