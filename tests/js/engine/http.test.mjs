// The engine over a service of one's own, made of jobRunner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { airflowEngine } from "dagfill/engine/airflow";
import { engineContract } from "dagfill/engine/contract";
import { httpEngine } from "dagfill/engine/http";
import { prefectEngine } from "dagfill/engine/prefect";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";
import { overLine, stubServer } from "./stub_server.mjs";

engineContract(
  "http",
  async (work, wanted) => {
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
    const engine = (url = server.url) => httpEngine({ url });
    const opened = { engine: engine(), again: async () => engine(), slots: 4, done: server.close };
    return wanted === "unanswered" ? overLine(opened, server, engine) : opened;
  },
  { test, assert },
);

test("options are checked", () => {
  for (const options of [{}, { url: "x", kinds: ["flow"] }, { uri: "x" }])
    assert.throws(() => httpEngine(options), { code: "INVALID_OPTION" });
});

const engines = {
  httpEngine: (url) => httpEngine({ url }),
  airflowEngine: (url) => airflowEngine({ url, token: () => "token" }),
  prefectEngine: (url) => prefectEngine({ url, deployment: () => "flow/deployment" }),
};
for (const [name, made] of Object.entries(engines))
  for (const [url, hint] of [
    ["nonsense", "did you mean https://nonsense?"],
    ["airflow.internal:8080/api", "did you mean https://airflow.internal:8080/api?"],
    ["htp://airflow.internal", "did you mean http://airflow.internal?"],
    ["ftp://u:secret@airflow.internal", /^did you mean https?:\/\/airflow\.internal\?$/],
    ["https://", undefined],
    ["two words", undefined],
  ])
    test(`${name} refuses the URL ${url}, which it would wait for`, () => {
      assert.throws(
        () => made(url),
        (error) => {
          assert.equal(error.code, "INVALID_OPTION");
          assert.equal(error.field, "url");
          assert.match(error.message, /^url: expected a URL that begins with http:\/\/ or https:\/\/, got "/);
          if (hint instanceof RegExp) assert.match(error.hint, hint);
          else assert.equal(error.hint, hint);
          assert.doesNotMatch(`${error.message} ${error.hint}`, /secret/);
          return true;
        },
      );
    });
