// The simulated executor: a run by its tasks takes as long, and fails as often, as one without.
import assert from "node:assert/strict";
import { test } from "node:test";
import { pageModule } from "./www-module.mjs";

const { simulator } = await pageModule('export { simulator } from "./engine/simulate"');

const dag = {
  dagId: "simulated",
  schedule: "@daily",
  tasks: [
    { taskId: "extract" },
    { taskId: "load", dependsOn: ["extract"] },
    { taskId: "check", dependsOn: ["load"] },
    { taskId: "report", dependsOn: ["load"] },
    { taskId: "sweep", dependsOn: ["extract"] },
  ],
};

/** When a run ends, and whether it succeeds, with each task begun once all before it have succeeded. */
async function byTasks(attempt, run) {
  const ends = new Map();
  for (const { taskId, dependsOn = [] } of dag.tasks) {
    const before = dependsOn.map((id) => ends.get(id));
    if (before.some((end) => !end?.success)) continue;
    const { took, success } = await attempt({ ...run, taskId });
    ends.set(taskId, { success, at: Math.max(0, ...before.map(({ at }) => at)) + took });
  }
  const all = [...ends.values()];
  return { took: Math.max(...all.map(({ at }) => at)), success: all.every(({ success }) => success) };
}

test("a run by its tasks takes as long and ends the same way as the run as a whole", async (t) => {
  let asked = 0;
  t.mock.method(globalThis, "setTimeout", (work, milliseconds) => {
    asked = milliseconds;
    work();
  });
  const { executeRun, executeTask } = simulator({ seconds: 2, failureRate: 0.3, seed: 3 }, 1, dag);
  const attempt = (execute) => (context) => {
    const settled = execute(context).then(
      () => true,
      () => false,
    );
    const took = asked;
    return settled.then((success) => ({ took, success }));
  };
  let failed = 0;
  for (let day = 0; day < 1000; day++) {
    const executionDate = new Date(day * 86_400_000).toISOString();
    const run = { executionDate, attempt: 1, signal: new AbortController().signal };
    const whole = await attempt(executeRun)(run);
    const parts = await byTasks(attempt(executeTask), run);
    assert.equal(parts.success, whole.success, executionDate);
    assert.ok(Math.abs(parts.took - whole.took) < 1e-6, `${executionDate}: ${parts.took}, ${whole.took}`);
    assert.ok(whole.took >= 1000 && whole.took < 3000);
    if (!whole.success) failed++;
  }
  assert.ok(failed > 250 && failed < 350, `${failed} of 1000 failed where 30 % were asked for`);
});
