// A server that answers 200 and is not the engine's API: a login page, a forgotten path, another service.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { airflowEngine } from "dagfill/engine/airflow";
import { httpEngine } from "dagfill/engine/http";
import { prefectEngine } from "dagfill/engine/prefect";
import { jobOf } from "../../chaos/engines/job.mjs";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const page = "<!DOCTYPE html><html><body>Sign in</body></html>";
const engines = {
  airflow: (url) => airflowEngine({ url, token: () => "t" }),
  "airflow v1": (url) => airflowEngine({ url, token: () => "t", api: "v1" }),
  prefect: (url) => prefectEngine({ url, deployment: () => "sales/backfill" }),
  http: (url) => httpEngine({ url }),
};
/** The part that JSON of another service lacks, by call. */
const without = {
  airflow: { check: "dag_id", submit: "dag_run_id", status: "a list dag_runs" },
  "airflow v1": { check: "dag_id", submit: "dag_run_id", status: "a list dag_runs" },
  prefect: { check: "id", submit: "id", status: "a list of flow runs" },
  http: { status: "an object of statuses by key" },
};

/** A server that gives one answer to all. */
async function serverOf(text, type, status = 200) {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status, { "content-type": type });
    response.end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

const calls = {
  check: (engine) => engine.check(["sales"]),
  submit: (engine, job) => engine.submit([job]),
  status: (engine, job) => engine.status([job.key]),
};

/** The error of each call of an engine that has it. */
async function errorsOf(make, url) {
  const errors = {};
  for (const [name, call] of Object.entries(calls)) {
    const engine = make(url);
    if (engine[name] === undefined) continue;
    errors[name] = await Promise.resolve(call(engine, jobOf("sales", 0, {}))).then(
      () => undefined,
      (error) => error,
    );
    await engine.close();
  }
  return errors;
}

for (const [name, make] of Object.entries(engines)) {
  test(`${name}: a page instead of JSON is ENGINE_FAILED, and asks whether the URL is right`, async () => {
    const { url, close } = await serverOf(page, "text/html");
    for (const [call, error] of Object.entries(await errorsOf(make, url))) {
      assert.equal(error?.code, "ENGINE_FAILED", call);
      assert.match(
        error.message,
        /: answered HTML, not the API \((GET|POST|PUT) http:\S+\): is the URL http:\S+ right\?$/,
      );
    }
    close();
  });

  test(`${name}: JSON of another service, nothing, and text are ENGINE_FAILED where an answer is read`, async () => {
    for (const [text, type, what] of [
      [name === "http" ? "[]" : '{"ok":true}', "application/json", (member) => `JSON without ${member}`],
      ["null", "application/json", (member) => `JSON without ${member}`],
      ["", "application/json", () => "nothing"],
      ["fine", "text/plain", () => "text that is no JSON"],
    ]) {
      const { url, close } = await serverOf(text, type);
      const errors = await errorsOf(make, url);
      for (const [call, member] of Object.entries(without[name])) {
        assert.equal(errors[call]?.code, "ENGINE_FAILED", `${call}: ${text}`);
        assert.ok(
          errors[call].message.includes(`answered ${what(member)}, not the API`),
          errors[call].message,
        );
      }
      close();
    }
  });
}

test("a page that says 404 is no DAG and no deployment that is missing", async () => {
  const { url, close } = await serverOf(page, "text/html", 404);
  for (const name of ["airflow", "prefect"]) {
    const { check } = await errorsOf(engines[name], url);
    assert.match(check.message, /answered HTML, not the API/);
  }
  close();
});

test("a service that answers a submit or a cancel with plain text, or nothing, is one all the same", async () => {
  for (const text of ["", "accepted"]) {
    const { url, close } = await serverOf(text, "text/plain");
    const engine = httpEngine({ url });
    const job = jobOf("sales", 0, {});
    await engine.submit([job]);
    await engine.cancel([job.key], "");
    await engine.close();
    close();
  }
});

test("a login page until the token is renewed fails no date: the backfill waits, and says why", async () => {
  const jobs = memoryEngine(memoryJobs({ executeRun: () => {} }));
  let pages = 3;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += part;
    pages -= 1;
    if (pages >= 0 || request.headers.authorization !== "renewed")
      return response.writeHead(200, { "content-type": "text/html" }).end(page);
    response.writeHead(200, { "content-type": "application/json" });
    if (request.method === "POST")
      return response.end(JSON.stringify(Object.fromEntries(await jobs.status(JSON.parse(text).keys))));
    await jobs.submit([JSON.parse(text)]);
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const engine = httpEngine({
    url: `http://127.0.0.1:${server.address().port}`,
    headers: () => ({ authorization: pages > 0 ? "expired" : "renewed" }),
  });
  const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-03" };
  const service = new BackfillService({ dags: [{ dagId: "sales", schedule: "@daily" }], engine });
  const warnings = [];
  const onEvent = ({ type, warning }) => type === "warning" && warnings.push(warning);
  const { state, completed } = await service.backfill(range, { onEvent });
  assert.deepEqual([state, completed], ["success", 3]);
  assert.equal(warnings[0]?.code, "engine_refused");
  assert.match(warnings[0].message, /answered HTML, not the API \(PUT http:\S+\)/);
  await engine.close();
  server.closeAllConnections();
  server.close();
});
