// The engine contract over a real Prefect server, and a backfill whose runs are flows of Prefect's own runner.
import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { BackfillService } from "dagfill";
import { engineContract } from "dagfill/engine/contract";
import { prefectEngine } from "dagfill/engine/prefect";
import { startPrefect } from "./prefect_server.mjs";
import { prefectWorker } from "./prefect_worker.mjs";
import { notTested } from "./services.mjs";

const prefect = await startPrefect();
if (prefect.missing !== undefined)
  notTested("engine prefect on a Prefect server", prefect.missing, { optional: true });
else {
  const { url } = prefect;
  after(() => prefect.stop());

  const without = {
    output: "a flow's result is not part of Prefect's REST API",
    errors: "Prefect tells the message of an error, and no name",
    ids: "the names of deployments are Prefect's",
    templates: "a flow renders its own",
    tasks: "the tasks of a flow are Prefect's",
    timeout: "a flow has its own",
    kill: "Prefect gives the flow run of a dead worker to no other one",
  };
  const SLOTS = 2;
  let deployments = 0;
  engineContract(
    "prefect on a server",
    async ({ executeRun }) => {
      deployments += 1;
      const name = `backfill-${deployments}`;
      const worker = await prefectWorker({ url, flow: "contract", name, slots: SLOTS, executeRun });
      const engine = () => prefectEngine({ url, deployment: (dagId) => `${dagId}/${name}` });
      return {
        engine: engine(),
        again: async () => engine(),
        slots: SLOTS,
        many: 10,
        days: 4,
        ...(prefect.away === undefined ? {} : { away: prefect.away }),
        without,
        done: worker.stop,
      };
    },
    { test, assert },
  );

  test("flows of Prefect's own runner get the dates and conf of their runs, and a failure is the run's", async (t) => {
    if (prefect.python === undefined) return t.skip("the server is not this test's own");
    const runner = prefect.python(join(import.meta.dirname, "prefect_flow.py"));
    const engine = prefectEngine({ url, deployment: () => "sales/backfill" });
    t.after(() => engine.close());
    const service = new BackfillService({ dags: [{ dagId: "sales", schedule: "@daily" }], engine });
    const range = {
      dagId: "sales",
      startDate: "2024-01-01",
      endDate: "2024-01-02",
      conf: { fail: "2024-01-02" },
    };
    const result = await untilServed(runner, () => service.backfill(range));
    const told = result.results.map(({ state, error }) => [state, error?.message]);
    assert.deepEqual(told[0], ["success", undefined]);
    assert.equal(told[1][0], "failed");
    assert.match(told[1][1], /no file for 2024-01-02T00:00:00Z/);
  });
}

/** The runner makes its deployment when it has started. */
async function untilServed(runner, work) {
  const gone = once(runner, "exit").then(() => assert.fail(`the runner has ended: ${runner.said}`));
  gone.catch(() => {});
  for (;;) {
    try {
      return await Promise.race([work(), gone]);
    } catch (error) {
      if (!/there is no deployment/.test(error.message)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
