// Values of variables, connections and macros at a worker: those of the job's DAG, where the worker has it, before the worker's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { jobRunner } from "dagfill/engine";
import { memoryEngine, memoryJobs } from "./memory_engine.mjs";

const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };
const SECRET = "hunter2";
const values = {
  variables: { bucket: "s3://lake" },
  connections: (name) => (name === "db" ? `postgres://etl:${SECRET}@db.internal:5432/lake` : undefined),
  macros: { double: "twice" },
};
const TEMPLATE = "{{ var.value.bucket }} {{ conn.db.host }} {{ conn.db.password }} {{ double }} {{ ds }}";
const RENDERED = `s3://lake db.internal ${SECRET} twice 2024-01-01`;

/** Runs a DAG at a worker; gives the texts that its callbacks saw, and all that the coordinator handed over. */
async function atWorker(dag, worker, service = {}) {
  const seen = [];
  const jobs = memoryJobs(worker(seen));
  const given = [];
  const engine = memoryEngine(jobs);
  const { submit } = engine;
  engine.submit = (batch) => {
    given.push(JSON.stringify(batch));
    return submit.call(engine, batch);
  };
  const result = await new BackfillService({ dags: [dag], engine, ...service }).backfill(range);
  return { seen, result, given: given.join() };
}

const dagOf = (more, tasks) => ({ dagId: "sales", schedule: "@daily", ...more, ...(tasks && { tasks }) });

test("a command, a function and a run at a worker that has the DAG read the DAG's values, which no job carries", async () => {
  const forms = {
    command: () => ({
      dag: dagOf(values, [{ taskId: "a", command: TEMPLATE }]),
      work: (seen) => ({ executeTask: ({ command }) => void seen.push(command) }),
    }),
    function: (seen) => ({
      dag: dagOf(values, [{ taskId: "a", run: (task) => void seen.push(task.render(TEMPLATE)) }]),
      work: () => ({}),
    }),
    run: () => ({
      dag: dagOf(values),
      work: (seen) => ({ executeRun: (run) => void seen.push(run.render(TEMPLATE)) }),
    }),
  };
  for (const [form, made] of Object.entries(forms)) {
    const own = [];
    const { dag, work } = made(own);
    const { seen, result, given } = await atWorker(dag, (seen) => ({ dags: [dag], ...work(seen) }));
    assert.equal(result.state, "success", form);
    assert.deepEqual([...own, ...seen], [RENDERED], form);
    for (const value of [SECRET, "s3://lake", "twice"])
      assert.ok(!given.includes(value), `${form}: ${value}`);
  }
});

test("the DAG's values go before the worker's own, and those of another DAG are not read", async () => {
  const template = "{{ var.value.bucket }} {{ var.value.zone }}";
  const dag = dagOf({ variables: { bucket: "the DAG's" } }, [{ taskId: "a", command: template }]);
  const other = { ...dag, dagId: "other", variables: { bucket: "another", zone: "another" } };
  const work = (seen) => ({
    dags: [other, dag],
    variables: { bucket: "the worker's", zone: "the worker's" },
    executeTask: ({ command }) => void seen.push(command),
  });
  assert.deepEqual((await atWorker(dag, work)).seen, ["the DAG's the worker's"]);
  const without = (seen) => ({ ...work(seen), dags: [other] });
  assert.deepEqual((await atWorker(dag, without)).seen, ["the worker's the worker's"]);
});

test("a lookup of the worker's DAG that fails is named by its place, and says no value", async () => {
  const dag = dagOf(values, [{ taskId: "a", command: "{{ conn.db.host }}" }]);
  const broken = { ...dag, connections: () => ({ password: SECRET, port: 1n }) };
  const { result } = await atWorker(dag, () => ({ dags: [broken], executeTask: () => {} }));
  const { error } = result.results[0];
  assert.match(error.message, /dags\[0\]\.connections\("db"\)/);
  assert.ok(!JSON.stringify(result).includes(SECRET), error.message);
});

test("values in a job are not read: its DAG has none", async () => {
  const dag = dagOf({}, [{ taskId: "a", command: "{{ var.value.bucket }}" }]);
  const jobs = [];
  const engine = memoryEngine(memoryJobs({ executeTask: () => {} }));
  const { submit } = engine;
  engine.submit = (batch) => {
    jobs.push(...batch);
    return submit.call(engine, batch);
  };
  await new BackfillService({ dags: [dag], engine }).backfill(range);
  const [job] = JSON.parse(JSON.stringify(jobs));
  job.data.dag = JSON.stringify({ ...JSON.parse(job.data.dag), variables: { bucket: "from the job" } });
  const seen = [];
  const run = jobRunner({ executeTask: ({ command }) => void seen.push(command) });
  assert.equal((await run(job)).state, "success");
  assert.deepEqual(seen, ["{{ var.value.bucket }}"]);
});

test("what nothing resolves ends at a worker as the service says, unless the worker says otherwise", async () => {
  const dag = dagOf({}, [{ taskId: "a", run: (task) => task.render("{{ nobody_knows }}") }]);
  const read = async (worker, service) => {
    const { result } = await atWorker(dag, () => ({ dags: [dag], ...worker }), service);
    return result.state;
  };
  assert.equal(await read({}, {}), "success");
  assert.equal(await read({}, { onUnknown: "error" }), "failed");
  assert.equal(await read({ onUnknown: "keep" }, { onUnknown: "error" }), "success");
  assert.equal(await read({ onUnknown: "error" }, {}), "failed");
});
