// The engine contract on an engine of this process.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineContract } from "dagfill/engine/contract";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const open = async (work) => {
  const shared = memoryJobs({ ...work, slots: 4 });
  return { engine: memoryEngine(shared), again: async () => memoryEngine(shared), slots: 4 };
};
engineContract("memory", open, { test, assert });
