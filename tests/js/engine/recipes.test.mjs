// The recipes of docs/engines.md, each as it stands there, over a stub of the system that answers in its shapes: what is known starts once,
// ends are told, a failure is the run's, and a cancel ends what runs.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BackfillService } from "dagfill";
import { defineEngine } from "dagfill/engine";
import { blocksOf } from "../../readme/blocks.mjs";

const blocks = blocksOf(readFileSync(new URL("../../../docs/engines.md", import.meta.url), "utf8"));

/** The engine that a block defines under a name, with what the text around it says that there is. */
function recipe(name, given) {
  const block = blocks.find(({ text }) => text.includes(`const ${name} = defineEngine(`));
  assert.ok(block, `docs/engines.md has a recipe ${name}`);
  const text = `${block.text.replace(/^import .*$/gm, "")}\nreturn ${name};`;
  // Polled as often as a test wants: the recipe's own pollEvery is the system's.
  const made = new Function("defineEngine", ...Object.keys(given), text)(
    defineEngine,
    ...Object.values(given),
  );
  return Object.assign(made, { pollEvery: 5 });
}

const refused = (fields) => Object.assign(new Error("refused"), fields);

/** The work that a system has started, by key: `begin(key, conf)` once, then it runs until `end` says how it ended. */
function system() {
  const work = new Map();
  return {
    work,
    begin(key, conf) {
      work.set(key, { key, conf, state: "running", started: new Date() });
      if (conf.hold === true) return;
      setTimeout(() => this.end(key, conf.fail === true ? "failed" : "success"), 10);
    },
    end(key, state) {
      const entry = work.get(key);
      if (entry?.state === "running") entry.state = state;
    },
  };
}

function kubernetes({ work, begin, end }) {
  const paths = "/apis/batch/v1/namespaces/data/jobs";
  const api = async (method, url, body) => {
    const { pathname, searchParams } = new URL(url, "http://k8s");
    if (method === "POST") {
      const key = body.metadata.name.replace("dagfill-", "");
      assert.match(body.metadata.name, /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
      if (work.has(key)) throw refused({ status: 409 });
      const [{ env }] = body.spec.template.spec.containers;
      return begin(key, confOfDate(env[0].value));
    }
    if (method === "GET") {
      assert.deepEqual([pathname, searchParams.get("labelSelector")], [paths, "app=dagfill"]);
      const items = [...work.values()].map(({ key, state, started }) => ({
        metadata: { name: `dagfill-${key}` },
        status: {
          startTime: started.toISOString(),
          ...{ running: { active: 1 }, success: { succeeded: 1 }, failed: { failed: 1 } }[state],
        },
      }));
      // Pages of one, so that the next one is asked for.
      const at = Number(searchParams.get("continue") || 0);
      const metadata = at + 1 < items.length ? { continue: String(at + 1) } : {};
      return { items: items.slice(at, at + 1), metadata };
    }
    const key = pathname.replace(`${paths}/dagfill-`, "");
    if (!work.has(key)) throw refused({ status: 404 });
    end(key, "canceled");
    work.delete(key);
  };
  return { api };
}

const arn = "arn:aws:states:eu-west-1:123456789012:execution:sales:";
const SFN = { running: "RUNNING", success: "SUCCEEDED", failed: "FAILED", canceled: "ABORTED" };
function stepFunctions({ work, begin, end }) {
  const send = async (name, input) => {
    if (name === "StartExecution") {
      if (work.has(input.name)) throw refused({ name: "ExecutionAlreadyExists" });
      return begin(input.name, JSON.parse(input.input).conf);
    }
    assert.ok(input.executionArn.startsWith(arn), input.executionArn);
    const key = input.executionArn.slice(arn.length);
    if (!work.has(key)) throw refused({ name: "ExecutionDoesNotExist" });
    if (name === "StopExecution") return end(key, "canceled");
    const { state, started } = work.get(key);
    const ended = state === "success" ? { output: '{"rows":3}' } : {};
    const why = state === "failed" ? { error: "States.TaskFailed", cause: "no file" } : {};
    return { status: SFN[state], startDate: started, ...ended, ...why };
  };
  return { send };
}

const TEMPORAL = { running: "RUNNING", success: "COMPLETED", failed: "FAILED", canceled: "CANCELLED" };
function temporal({ work, begin, end }) {
  const known = (key) => {
    if (!work.has(key)) throw refused({ name: "WorkflowNotFoundError" });
    return work.get(key);
  };
  const workflow = {
    async start(_, { workflowId, args: [job] }) {
      if (work.has(workflowId)) throw refused({ name: "WorkflowExecutionAlreadyStartedError" });
      begin(workflowId, job.data.conf);
    },
    getHandle: (key) => ({
      describe: async () => ({ status: { name: TEMPORAL[known(key).state] }, startTime: known(key).started }),
      result: async () => ({ state: "success", output: { rows: 3 } }),
      cancel: async () => {
        known(key);
        end(key, "canceled");
      },
    }),
  };
  return { client: { workflow } };
}

const ACTIONS = { success: "success", failed: "failure", canceled: "cancelled" };
function actions({ work, begin, end }) {
  const api = async (method, url, body) => {
    const { pathname, searchParams } = new URL(url, "http://github");
    if (pathname.endsWith("/dispatches")) {
      assert.equal(body.ref, "main");
      return begin(body.inputs.key, JSON.parse(body.inputs.conf));
    }
    const entries = [...work.values()].reverse();
    if (method === "GET") {
      assert.equal(searchParams.get("event"), "workflow_dispatch");
      const runs = entries.map(({ key, state, started }) => ({
        id: key,
        display_title: `dagfill ${key}`,
        status: state === "running" ? "in_progress" : "completed",
        conclusion: ACTIONS[state] ?? null,
        run_started_at: started.toISOString(),
        html_url: `https://github.com/o/n/actions/runs/${key}`,
      }));
      const page = Number(searchParams.get("page")) - 1;
      return { workflow_runs: runs.slice(page * 100, (page + 1) * 100) };
    }
    const [, key] = /^\/actions\/runs\/(.+)\/cancel$/.exec(pathname);
    if (work.get(key).state !== "running") throw refused({ status: 409 });
    end(key, "canceled");
  };
  return { api };
}

/** A container gets its date, and no conf. */
const confOfDate = (date) => ({ fail: date.startsWith("2024-01-02"), hold: date.startsWith("2024-02") });

const dags = [{ dagId: "sales", schedule: "@daily" }];
for (const [name, stub, outputs] of [
  ["kubernetes", kubernetes, false],
  ["stepFunctions", stepFunctions, true],
  ["temporal", temporal, true],
  ["actions", actions, false],
])
  test(`the recipe ${name} runs, fails and cancels as an engine does, and starts what is known once`, async () => {
    const there = system();
    const bound = { work: there.work, begin: there.begin.bind(there), end: there.end.bind(there) };
    const begun = [];
    const begin = (key, conf) => {
      assert.equal(there.work.has(key), false, "it is started once");
      begun.push(key);
      bound.begin(key, conf);
    };
    const engine = recipe(name, stub({ ...bound, begin }));
    // The answer of the first call is lost: the same jobs are submitted again.
    const submit = engine.submit.bind(engine);
    let lost = false;
    engine.submit = async (jobs) => {
      await submit(jobs);
      if (lost) return;
      lost = true;
      throw new Error("the connection was reset");
    };
    const service = new BackfillService({ dags, engine });
    const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-01" };
    const good = await service.backfill(range);
    assert.equal(good.state, "success", JSON.stringify(good.results[0].error));
    if (outputs) assert.deepEqual(good.results[0].output, { rows: 3 });
    assert.equal(begun.length, 1);
    const bad = { ...range, startDate: "2024-01-02", endDate: "2024-01-02", conf: { fail: true } };
    const failed = await service.backfill(bad);
    assert.deepEqual([failed.state, failed.failed], ["failed", 1]);
    const held = { ...range, startDate: "2024-02-01", endDate: "2024-02-03", conf: { hold: true } };
    const backfill = await service.start({ ...held, maxParallelRuns: 2 });
    while (begun.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
    const result = await backfill.cancel({ running: "abort" });
    assert.deepEqual([result.state, result.canceled, begun.length], ["canceled", 3, 4]);
    const unknown = crypto.randomUUID();
    await engine.cancel([unknown], "nothing to cancel");
    assert.equal((await engine.status([unknown])).size, 0);
    await engine.close();
  });
