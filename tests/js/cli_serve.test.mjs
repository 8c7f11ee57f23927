// `dagfill serve`: what it tells of a backfill that another coordinator has taken, and how it ends.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { dagFile, jsonLines, run, start, until, workplace } from "./cli_process.mjs";

test("a backfill whose lease is lost is told, and its runs are counted as running no longer", async () => {
  const { store, env, lines } = workplace();
  const common = [dagFile("gated.mjs"), "--store", store];
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--max-parallel-runs", "2"];
  const enqueued = await run(["enqueue", ...common, ...range, "--json"], { env });
  assert.equal(enqueued.code, 0, enqueued.err);
  const serving = start(["serve", ...common, "--json"], { env });
  const said = () => jsonLines(serving.state.out.slice(0, serving.state.out.lastIndexOf("\n") + 1));
  await until(() => lines().filter((line) => line.startsWith("start")).length === 2);
  const database = new DatabaseSync(store);
  database.exec("PRAGMA busy_timeout = 10000");
  database.exec(
    `UPDATE leases SET owner = 'another', epoch = epoch + 1, expiresAt = ${Date.now() + 3_600_000}, process = NULL`,
  );
  database.close();
  await until(() => said().at(-1)?.type === "health" && said().length > 2);
  const [{ warning }, health] = said().slice(-2);
  assert.equal(warning.code, "let_go");
  assert.equal(warning.dagId, "gated");
  assert.match(warning.message, new RegExp(`^backfill ${warning.backfillId} is let go: .*another owner`));
  assert.deepEqual([health.state, health.running], ["serving", 0]);
  serving.child.kill("SIGTERM");
  const { code, out } = await serving.ended;
  assert.equal(code, 0);
  assert.deepEqual(
    jsonLines(out)
      .filter(({ type }) => type === "health")
      .map(({ state, running, succeeded }) => [state, running, succeeded]),
    [
      ["serving", 0, 0],
      ["serving", 0, 0],
      ["stopped", 0, 0],
    ],
  );
});

const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--max-parallel-runs", "2"];
// The default of --abort-grace is 30 s: one that is not read makes a test too late.
const early = { timeout: 25_000 };
const starts = (place) => place.lines().filter((line) => line.startsWith("start")).length;

async function statesOf({ store, env }) {
  const { out } = await run(["runs", dagFile("gated.mjs"), "--store", store, "--json"], { env });
  return JSON.parse(out).map(({ state, attempt }) => [state, attempt]);
}

for (const [how, grace, signals] of [
  ["one SIGTERM, after --abort-grace", "0.1s", 1],
  ["a second SIGTERM", "1h", 2],
])
  test(
    `serve in its own process ends at ${how}: its runs are left, and the next one continues them`,
    early,
    async () => {
      const place = workplace();
      const { store, env } = place;
      const common = [dagFile("gated.mjs"), "--store", store];
      await run(["enqueue", ...common, ...range], { env });
      const serving = start(["serve", ...common, "--abort-grace", grace], { env });
      await until(() => starts(place) === 2);
      serving.child.kill("SIGTERM");
      if (signals === 2) {
        await until(() => /^stopping:/m.test(serving.state.err));
        serving.child.kill("SIGTERM");
      }
      const { code, err } = await serving.ended;
      assert.equal(code, 130, err);
      assert.match(
        err,
        /^aborting the runs in flight: the next process that serves this store continues them$/m,
      );
      assert.equal(place.lines().filter((line) => line.startsWith("abort")).length, 2);
      assert.deepEqual(await statesOf(place), [
        ["interrupted", 1],
        ["interrupted", 1],
      ]);
      writeFileSync(place.gate, "");
      const next = start(["serve", ...common], { env });
      await until(() => /^\S+ {2}finished .* 2 of 2 succeeded$/m.test(next.state.out));
      next.child.kill("SIGTERM");
      await next.ended;
      assert.deepEqual(await statesOf(place), [
        ["success", 2],
        ["success", 2],
      ]);
    },
  );

test("serve tells of a canary that waits, and which command approves it", early, async () => {
  const place = workplace();
  const { store, env } = place;
  const common = [dagFile("gated.mjs"), "--store", store];
  writeFileSync(place.gate, "");
  const enqueued = await run(["enqueue", ...common, ...range, "--canary", "1", "--backfill-id", "cc1"], {
    env,
  });
  assert.equal(enqueued.code, 0, enqueued.err);
  const serving = start(["serve", ...common], { env });
  await until(() => / awaiting_approval /.test(serving.state.out));
  const line = serving.state.out.split("\n").find((each) => each.includes("awaiting_approval"));
  assert.match(
    line,
    / {2}awaiting_approval {2}\S+ {2}cc1 {2}1 succeeded, 0 failed; to continue: dagfill approve cc1 --store \S+$/,
  );
  serving.child.kill("SIGTERM");
  await serving.ended;
});

test(
  "serve names the canary that waits also where another one of its DAG was left waiting",
  early,
  async () => {
    const place = workplace();
    const { store, env } = place;
    const common = [dagFile("gated.mjs"), "--store", store];
    writeFileSync(place.gate, "");
    for (const [id, day] of Object.entries({ cc1: 1, cc2: 3 })) {
      const dates = ["--start-date", `2024-01-0${day}`, "--end-date", `2024-01-0${day + 1}`];
      const left = start(["run", ...common, ...dates, "--canary", "1", "--backfill-id", id], { env });
      await until(() => /waiting for approval|awaiting_approval|approve/.test(left.state.out));
      left.child.kill("SIGTERM");
      await left.ended;
    }
    const serving = start(["serve", ...common], { env });
    await until(() => / awaiting_approval .*\n/.test(serving.state.out));
    assert.match(
      serving.state.out,
      / {2}awaiting_approval {2}\S+ {2}cc1 {2}1 succeeded, 0 failed; to continue: dagfill approve cc1 --store \S+\n/,
    );
    serving.child.kill("SIGTERM");
    await serving.ended;
  },
);

test("schedule ends at one SIGTERM, after --abort-grace", early, async () => {
  const place = workplace();
  const args = ["schedule", dagFile("gated.mjs"), "--store", place.store, "--abort-grace", "0.1s"];
  const scheduling = start(args, { env: place.env });
  await until(() => starts(place) === 1);
  scheduling.child.kill("SIGTERM");
  const { code, err } = await scheduling.ended;
  assert.equal(code, 130, err);
  assert.deepEqual(await statesOf(place), [["interrupted", 1]]);
});

test("serve without the package bullmq says so, and not first that it serves", async () => {
  const { store, env } = workplace();
  const args = ["serve", dagFile("gated.mjs"), "--store", store, "--engine", "redis://127.0.0.1:1"];
  const { code, out, err } = await run(args, { env });
  assert.equal(code, 2, err);
  assert.match(
    err,
    /ENGINE_FAILED engine bullmq: the package bullmq could not be loaded \(npm install bullmq\)/,
  );
  assert.equal(out, "");
});
