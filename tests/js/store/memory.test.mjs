import assert from "node:assert/strict";
import { test } from "node:test";
import { storeContract } from "./contract.mjs";
import { MemoryStore } from "./stores.mjs";

const host = { test, assert };

test("memory says that nothing survives", () => assert.equal(new MemoryStore().durable, false));

storeContract("memory", async (clock) => ({ store: new MemoryStore({ now: () => clock.now }) }), host);
