// The engine over Prefect's REST API, against a stub of the calls that it makes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { engineContract } from "dagfill/engine/contract";
import { prefectEngine } from "dagfill/engine/prefect";
import { jobOf } from "../../chaos/engines/job.mjs";
import { overLine, stubServer, workers } from "./stub_server.mjs";

/** `busy`: so many flow runs are refused for now, as Prefect on SQLite refuses writes that meet. */
async function prefectStub({ slots = 4, deployments = null, busy = 0 } = {}) {
  let left = busy;
  const [runs, starts, work] = [[], new Map(), workers(slots)];
  const shown = ({ id, idempotency_key, state_type, message, start_time }) => ({
    id,
    idempotency_key,
    state_type,
    state: { type: state_type, message },
    start_time,
  });
  const server = await stubServer([
    [
      "GET",
      /^\/api\/deployments\/name\/([^/]+)\/([^/]+)$/,
      ([flow, name]) =>
        deployments === null || deployments.includes(`${flow}/${name}`)
          ? [200, { id: `${flow}-${name}`, name }]
          : [404, { detail: "Deployment not found" }],
    ],
    [
      "POST",
      /^\/api\/deployments\/([^/]+)\/create_flow_run$/,
      (_, body) => {
        if (left > 0) {
          left -= 1;
          return [503, { exception_message: "Service Unavailable" }];
        }
        const known = runs.find(({ idempotency_key }) => idempotency_key === body.idempotency_key);
        if (known !== undefined) return [200, shown(known)];
        const run = {
          id: crypto.randomUUID(),
          state: "queued",
          state_type: "SCHEDULED",
          parameters: body.parameters,
        };
        Object.assign(run, { idempotency_key: body.idempotency_key, conf: body.parameters.conf });
        run.begin = () => {
          Object.assign(run, {
            state: "running",
            state_type: "RUNNING",
            start_time: new Date().toISOString(),
          });
          starts.set(run.idempotency_key, (starts.get(run.idempotency_key) ?? 0) + 1);
        };
        run.end = (state, value) =>
          Object.assign(run, {
            state,
            state_type: state === "success" ? "COMPLETED" : "FAILED",
            message: String(value),
          });
        runs.push(run);
        work.add(run);
        return [201, shown(run)];
      },
    ],
    [
      "POST",
      /^\/api\/flow_runs\/filter$/,
      (_, body) => {
        const { any_ } = body.flow_runs.idempotency_key;
        if (body.limit > 200) return [422, { detail: "limit" }];
        return [200, runs.filter(({ idempotency_key }) => any_.includes(idempotency_key)).map(shown)];
      },
    ],
    [
      "POST",
      /^\/api\/flow_runs\/([^/]+)\/set_state$/,
      ([id], body) => {
        const run = runs.find((run) => run.id === id);
        if (run === undefined) return [404, { detail: "Flow run not found" }];
        assert.equal(body.state.type, "CANCELLING");
        if (run.state === "running") run.stop();
        Object.assign(run, { state: "canceled", state_type: "CANCELLED" });
        return [201, { status: "ACCEPT" }];
      },
    ],
  ]);
  return { ...server, runs, starts: (key) => starts.get(key) ?? 0 };
}

const without = {
  output: "a flow's result is not part of Prefect's REST API",
  ids: "the names of deployments are Prefect's",
  templates: "a flow renders its own",
  tasks: "the tasks of a flow are Prefect's",
  timeout: "a flow has its own",
  signal: "Prefect ends its flows itself",
  errors: "a flow run's message is Prefect's",
};
engineContract(
  "prefect",
  async (_, wanted) => {
    const stub = await prefectStub();
    const engine = (url = stub.url) =>
      prefectEngine({ url: `${url}/api`, deployment: (dagId) => `${dagId}/backfill` });
    const { starts, close: done } = stub;
    const opened = { engine: engine(), again: async () => engine(), slots: 4, without, starts, done };
    return wanted === "unanswered" ? overLine(opened, stub, engine) : opened;
  },
  { test, assert },
);

const dag = { dagId: "sales", schedule: "@daily" };
const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };

test("a server that is busy for a moment is asked again, one that stays busy is an outage", async () => {
  for (const [busy, why] of [
    [4, undefined],
    [5, /answered 503/],
  ]) {
    const stub = await prefectStub({ busy });
    const engine = prefectEngine({ url: `${stub.url}/api`, deployment: () => "sales/backfill" });
    const error = await engine.submit([jobOf("sales", 0, {})]).then(
      () => undefined,
      (thrown) => thrown,
    );
    if (why === undefined) assert.deepEqual([error, stub.runs.length], [undefined, 1]);
    else {
      assert.match(error.message, why);
      assert.notEqual(error.code, "ENGINE_FAILED");
    }
    await engine.close();
    stub.close();
  }
});

test("parameters of the flow, a failure's message, and a deployment that is not there", async () => {
  const stub = await prefectStub({ deployments: ["sales/backfill"] });
  const engineOf = (name) => prefectEngine({ url: `${stub.url}/api/`, deployment: () => name });
  const service = new BackfillService({ dags: [dag], engine: engineOf("sales/backfill") });
  const { results } = await service.backfill({ ...range, conf: { act: "fail", value: "no file" } });
  assert.deepEqual(results[0].error, { name: "PrefectRunFailed", message: "no file" });
  const { conf, ...dates } = stub.runs[0].parameters;
  assert.deepEqual(dates, {
    logical_date: "2024-01-01T00:00:00Z",
    data_interval_start: "2024-01-01T00:00:00Z",
    data_interval_end: "2024-01-02T00:00:00Z",
  });
  const wrong = new BackfillService({ dags: [dag], engine: engineOf("sales/none") });
  await assert.rejects(wrong.start(range), { code: "ENGINE_FAILED", message: /no deployment sales\/none/ });
  for (const options of [{}, { url: "x" }, { url: "x", deployments: () => "" }])
    assert.throws(() => prefectEngine(options), { code: "INVALID_OPTION" });
  stub.close();
});
