// The command over a cluster: enqueue, serve and worker, with PostgreSQL and Redis.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { command, fileOf, saying } from "./command.mjs";
import { notTested, servicePackages, startPostgres, startRedis } from "./services.mjs";

await servicePackages();
const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
after(() => Promise.all([postgres?.stop(), redis?.stop()]));

if (postgres === null || redis === null)
  notTested(
    "the commands enqueue, serve and worker",
    `no ${postgres === null ? "postgres" : "redis-server"}`,
  );
else {
  test("a worker ends after SIGTERM and --abort-grace; another one takes its job", {
    timeout: 25_000,
  }, async (t) => {
    const file = fileOf(
      t,
      "slow.mjs",
      `export const dag = { dagId: "slow", schedule: "@daily" };
       export const executeRun = ({ signal }) =>
         process.env.SLOW ? new Promise((_, reject) => signal.addEventListener("abort", reject)) : "done";`,
    );
    const engine = ["--engine", `${redis.url}?queue=slow`];
    const stores = ["--store", `${postgres.url}?schema=slow`];
    const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-01"];
    const slow = command(t, ["worker", file, ...engine, "--abort-grace", "0.1s"], { env: { SLOW: "1" } });
    const running = command(t, ["run", file, ...stores, ...engine, ...range, "--json"]);
    await saying(slow, / {2}started {2}slow/);
    slow.kill("SIGTERM");
    assert.equal(await slow.exit, 130, slow.said);
    const next = command(t, ["worker", file, ...engine]);
    await saying(running, /"type":"result"|"state":"success"/);
    assert.match(running.said, /"attempts":1/);
    await saying(next, / {2}ended {2}slow/);
    assert.equal(await running.exit, 0, running.said);
  });

  test("a worker's file gives its commands the variables, connections and macros of its DAG", async (t) => {
    const text = JSON.stringify({
      dagId: "lookups",
      schedule: "@daily",
      variables: { bucket: "s3://lake" },
      connections: { db: "postgres://etl:hunter2@db.internal/lake" },
      macros: { twice: "x2" },
      tasks: [
        { taskId: "a", command: "echo {{ var.value.bucket }} {{ conn.db.host }} {{ twice }} {{ ds }}" },
      ],
    });
    // JSON is YAML; in a module the same DAG may have functions.
    for (const [name, content] of [
      ["lookups.yaml", text],
      ["lookups.mjs", `export const dag = ${text};`],
    ]) {
      const file = fileOf(t, name, content);
      const engine = ["--engine", `${redis.url}?queue=${name}`];
      const worker = command(t, ["worker", file, ...engine]);
      const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02"];
      const running = command(t, ["run", file, "--store", ":memory:", ...engine, ...range]);
      assert.equal(await running.exit, 0, running.said);
      for (const day of ["01", "02"])
        assert.match(worker.said, new RegExp(`s3://lake db\\.internal x2 2024-01-${day}`));
      assert.doesNotMatch(running.said + worker.said, /hunter2/);
    }
  });

  test("what one process enqueues, another serves and a third works at; SIGTERM ends both in order", async (t) => {
    const file = fileOf(
      t,
      "sales.mjs",
      `export const dag = { dagId: "sales", schedule: "@daily", tasks: [
        { taskId: "load", run: (task) => {
          if (task.executionDate.startsWith("2024-01-04")) throw new TypeError("no data");
          return task.render("{{ ds }}");
        } },
        { taskId: "tell", dependsOn: ["load"], command: "echo 'loaded {{ xcom.load.return_value }}'" },
      ] };`,
    );
    const asJson = (verb, ...args) => command(t, [verb, file, ...args, "--json"]);
    const [store, engine] = [
      ["--store", postgres.url],
      ["--engine", redis.url],
    ];
    const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03"];
    const enqueued = asJson("enqueue", ...store, ...range);
    assert.equal(await enqueued.exit, 0, enqueued.said);
    const worker = asJson("worker", ...engine, "--concurrency", "2");
    const coordinator = asJson("serve", ...store, ...engine);
    await saying(coordinator, /"type":"finished"/);
    assert.match(coordinator.said, /"state":"success"/);
    for (const day of ["01", "02", "03"]) assert.match(worker.said, new RegExp(`loaded 2024-01-${day}`));
    const started = worker.said.split("\n").filter((line) => line.includes('"type":"started"'));
    const told = started.map((line) => {
      const { dagId, executionDate, taskId, attempt, key } = JSON.parse(line);
      assert.match(key, /^[0-9a-f-]{36}$/);
      return `${dagId} ${executionDate} ${taskId} ${attempt}`;
    });
    assert.deepEqual(
      told.sort(),
      ["01", "02", "03"].flatMap((day) =>
        ["load", "tell"].map((task) => `sales 2024-01-${day}T00:00:00Z ${task} 1`),
      ),
    );
    // The stack of a function that fails is kept where it ran.
    const broken = asJson("enqueue", ...store, "--start-date", "2024-01-04", "--end-date", "2024-01-04");
    assert.equal(await broken.exit, 0, broken.said);
    await saying(worker, /"type":"log",[^\n]*"source":"stderr","text":"TypeError: no data"/);
    await saying(worker, /"text":" *at [^\n]*sales\.mjs:\d+/);
    const stopped = async (child) => {
      child.kill("SIGTERM");
      assert.equal(await child.exit, 0, child.said);
    };
    await stopped(worker);
    // As text, on the clock of the DAG's zone.
    const readable = command(t, ["worker", file, ...engine]);
    await saying(readable, / {2}ready {2}pid \d+\n/);
    const more = asJson("enqueue", ...store, "--start-date", "2024-01-05", "--end-date", "2024-01-05");
    assert.equal(await more.exit, 0, more.said);
    await saying(
      readable,
      /Z {2}started {2}sales {2}2024-01-05T00:00:00Z {2}load {2}attempt 1 {2}[0-9a-f-]{36}\n/,
    );
    for (const child of [coordinator, readable]) await stopped(child);
  });
}
