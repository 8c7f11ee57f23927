// `catchup` foretells what `schedule` does: over the same store both name the same runs.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqliteStore } from "dagfill/store/sqlite";
import { farDaily, jsonLines, run, start, until, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const { schedule, ago } = farDaily();

const record = (days, runType, state, more = {}) => ({
  runId: `${runType}__${ago(days).replace("Z", "+00:00")}`,
  dagId: "due",
  executionDate: ago(days),
  dataInterval: { start: ago(days), end: ago(days - 1) },
  runType,
  state,
  conf: {},
  attempt: 1,
  startedAt: ago(days - 1),
  ...(state === "success" || state === "failed" ? { finishedAt: ago(days - 1) } : {}),
  ...more,
});

/** A DAG that has been due on each of the last four days, and a store with `runs`. */
async function scene(runs, more = {}) {
  const { folder, store } = workplace();
  const file = join(folder, "due.mjs");
  const dag = { dagId: "due", schedule, startDate: ago(4), catchup: true, ...more };
  writeFileSync(
    file,
    `export const dag = ${JSON.stringify(dag)};\nexport const executeRun = async () => {};\n`,
  );
  const opened = await openSqliteStore(store);
  await opened.apply(runs.map((one) => ({ type: "create-run", run: one })));
  await opened.close();
  const verb = async (...args) => {
    const { code, out, err } = await run([...args, file, "--store", store]);
    assert.equal(code, 0, err);
    return out;
  };
  return verb;
}

const abandoned = { owner: "run:gone" };
const scenes = {
  "no runs": [[], {}, [4, 3, 2, 1]],
  "a run by hand on the newest date": [[record(1, "manual", "success")], {}, [4, 3, 2]],
  "only that date is due": [[record(1, "manual", "success")], { catchup: "latest" }, []],
  "the last two, one of them by hand": [[record(2, "manual", "failed")], { catchup: { last: 2 } }, [1]],
  "a backfill of all dates": [[4, 3, 2, 1].map((days) => record(days, "backfill", "success")), {}, []],
  "a backfill behind the last scheduled run": [
    [record(4, "scheduled", "success"), record(2, "backfill", "failed")],
    {},
    [3, 1],
  ],
  "a scheduled run that was left": [[record(3, "scheduled", "running", abandoned)], {}, [3, 2, 1]],
  "a run by hand between two dates": [[record(1.5, "manual", "success")], {}, [4, 3, 2, 1]],
  "each run after the one before": [[record(3, "manual", "failed")], { dependsOnPast: true }, [4]],
  "the one before has failed": [[record(4, "scheduled", "failed")], { dependsOnPast: true }, []],
  "the one before was left": [
    [record(4, "scheduled", "running", abandoned)],
    { dependsOnPast: true },
    [4, 3, 2, 1],
  ],
  "a failed run by hand between two dates": [
    [record(2.5, "manual", "failed")],
    { dependsOnPast: true },
    [4, 3],
  ],
};

for (const [name, [runs, more, expected]] of Object.entries(scenes)) {
  test(`catchup and schedule name the same runs: ${name}`, limit, async () => {
    const verb = await scene(runs, more);
    const { due, restarted } = JSON.parse(await verb("catchup", "--json"));
    const foretold = [...restarted, ...due].map(({ executionDate }) => executionDate);
    assert.deepEqual(foretold, expected.map(ago));
    const events = jsonLines(await verb("schedule", "--once", "--json"));
    const started = events.filter(({ type }) => type === "run-started");
    assert.deepEqual(started.map((event) => event.run.executionDate).sort(), foretold);
    assert.deepEqual(
      events.filter(({ type }) => type === "warning" || type === "error"),
      [],
    );
    // The first look begins one run after another where each waits for the one before.
    const { due: told } = events.find(({ type }) => type === "tick");
    assert.equal(told, more.dependsOnPast ? Math.min(1, foretold.length) : foretold.length);
  });
}

test("catchup says which due dates are left alone, and why", limit, async () => {
  const taken = await scene([record(1, "manual", "success")], { catchup: "latest" });
  const out = await taken("catchup");
  assert.match(out, /^nothing new is due\n/);
  assert.ok(
    out.includes(
      `1 due date has a run already, and schedule starts no other: ${ago(1)} (manual__${ago(1).replace("Z", "+00:00")}, success)\n`,
    ),
    out,
  );
  const waiting = await scene([record(4, "scheduled", "failed")], { dependsOnPast: true });
  assert.match(
    await waiting("catchup"),
    /3 due dates wait \(dependsOnPast\) for the success of .* \(scheduled__.*, failed\)\n/,
  );
  const left = await scene([record(3, "scheduled", "running", abandoned)]);
  assert.match(
    await left("catchup"),
    /1 run was left by a process that died, and schedule starts again: .* \(scheduled__.*, running\)\n/,
  );
});

test("of the dates that the policy leaves out, those with a run are counted", limit, async () => {
  const verb = await scene([record(3, "backfill", "success"), record(2, "manual", "failed")], {
    catchup: false,
  });
  assert.match(await verb("catchup"), /\n3 left out by catchup, from .*; 2 of them have a run\n/);
  const none = await scene([], { catchup: false });
  assert.match(await none("catchup"), /\n3 left out by catchup, from \S+ to \S+\n/);
});

test(
  "schedule knows when the next run is due beside a run of a dead process that takes the only slot",
  limit,
  async () => {
    const { folder, store, gate } = workplace();
    const file = join(folder, "left.mjs");
    writeFileSync(
      file,
      `import { existsSync } from "node:fs";
    const run = async () => { while (!existsSync(${JSON.stringify(gate)})) await new Promise((r) => setTimeout(r, 10)); };
    export const dag = { dagId: "left", schedule: "${schedule}", startDate: "${ago(3)}", catchup: "all", maxActiveRuns: 1, tasks: [{ taskId: "a", run }] };`,
    );
    const args = ["schedule", file, "--once", "--store", store];
    const first = start(args);
    await until(() => first.state.out.includes("started"));
    first.child.kill("SIGKILL");
    await first.ended;
    writeFileSync(gate, "");
    const { code, out, err } = await run([...args, "--json"]);
    assert.equal(code, 0, err);
    const ticks = jsonLines(out).filter(({ type }) => type === "tick");
    for (const { nextRunAt } of ticks) assert.equal(nextRunAt, ago(-1));
    assert.equal(ticks.length > 0, true);
  },
);
