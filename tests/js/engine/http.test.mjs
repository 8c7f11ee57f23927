// The engine over a service of one's own, made of jobRunner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { engineContract } from "dagfill/engine/contract";
import { httpEngine } from "dagfill/engine/http";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";
import { stubServer } from "./stub_server.mjs";

engineContract(
  "http",
  async (work) => {
    const jobs = memoryEngine(memoryJobs({ ...work, slots: 4 }));
    const server = await stubServer([
      [
        "PUT",
        /^\/jobs\/([^/]+)$/,
        async ([key], job) => {
          assert.equal(job.key, key);
          await jobs.submit([job]);
          return [202, undefined];
        },
      ],
      ["POST", /^\/status$/, async (_, { keys }) => [200, Object.fromEntries(await jobs.status(keys))]],
      [
        "DELETE",
        /^\/jobs\/([^/]+)$/,
        async ([key]) => {
          await jobs.cancel([key], "");
          return [202, undefined];
        },
      ],
    ]);
    const engine = () => httpEngine({ url: server.url });
    return { engine: engine(), again: async () => engine(), slots: 4, many: 300, done: server.close };
  },
  { test, assert },
);

test("options are checked", () => {
  for (const options of [{}, { url: "x", kinds: ["flow"] }, { uri: "x" }])
    assert.throws(() => httpEngine(options), { code: "INVALID_OPTION" });
});
