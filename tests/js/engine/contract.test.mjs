// The engine contract on an engine of this process.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineContract } from "dagfill/engine/contract";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const open = async (work) => {
  const shared = memoryJobs({ ...work, slots: 4 });
  const without = { away: "it has no server", unanswered: "it has no server" };
  const again = async () => memoryEngine(shared);
  return { engine: memoryEngine(shared), again, kill: shared.kill, slots: 4, without };
};
engineContract("memory", open, { test, assert });
