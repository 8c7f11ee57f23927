// Whole backfills over the engine: throttled, attached to, and through calls whose answers are lost.
// @ts-nocheck: a suite of tests.
import { BackfillService, MemoryStore } from "../../face.js";
import { defineEngine } from "../define_engine.js";
import { DAG, dag, range } from "./scene.js";

/** The engine's calls as an object of its own, some of them others. It is closed at the end of the test. */
export const withCalls = (engine, later, calls, times) => {
  const own = {
    name: engine.name,
    kinds: engine.kinds,
    keepsResultsFor: engine.keepsResultsFor,
    pollEvery: 50,
    submit: (jobs) => engine.submit(jobs),
    status: (keys) => engine.status(keys),
    cancel: (keys, reason) => engine.cancel(keys, reason),
    watch: engine.watch && ((ended) => engine.watch(ended)),
    close: async () => {},
    ...calls,
  };
  const made = defineEngine(own, times);
  later(() => made.close());
  return made;
};

export function backfillsContract({ it }) {
  backfills(it, {});
  const silent = (what, body, needs = []) => it(`${what}, when watch is silent`, body, [...needs, "watch"]);
  backfills(silent, { watch: undefined });
}

/** `calls`: instead of the engine's own. */
function backfills(it, calls) {
  it("a backfill runs each date once, never more at once than it may", async (engine, {
    assert,
    hasResult,
    startedTimes,
    later,
    days,
  }) => {
    let [open, peak] = [new Set(), 0];
    const counted = withCalls(engine, later, {
      submit: async (jobs) => {
        for (const { key } of jobs) open.add(key);
        peak = Math.max(peak, open.size);
        await engine.submit(jobs);
      },
      ...calls,
    });
    const keys = [];
    const store = new MemoryStore();
    const service = new BackfillService({ dags: [dag], store, engine: counted });
    const result = await service.backfill(
      { ...range(days), maxParallelRuns: 3, conf: { act: "succeed", value: 1, ms: 20 } },
      {
        onEvent: (event) => {
          if (event.type !== "run-succeeded") return;
          const [key] = open;
          keys.push(key);
          open.delete(key);
        },
      },
    );
    hasResult(result, "success", days);
    assert.ok(peak <= 3, `expected at most 3 jobs at once, got ${peak}`);
    for (const key of keys) await startedTimes(key, 1);
  });

  it("a submit whose answer is lost starts nothing twice", async (engine, {
    assert,
    hasResult,
    startedTimes,
    later,
    days,
  }) => {
    const keys = new Set();
    let lost = 0;
    const flaky = withCalls(engine, later, {
      ...calls,
      submit: async (jobs) => {
        for (const { key } of jobs) keys.add(key);
        await engine.submit(jobs);
        lost += 1;
        if (lost % 2 === 1) throw new Error("the connection was reset");
      },
    });
    const service = new BackfillService({ dags: [dag], engine: flaky });
    const result = await service.backfill({
      ...range(Math.min(days, 5)),
      conf: { act: "succeed", value: 1 },
    });
    hasResult(result, "success", Math.min(days, 5));
    assert.equal(keys.size, Math.min(days, 5), "keys that were submitted");
    for (const key of keys) await startedTimes(key, 1);
  });

  it("the next coordinator attaches to what the last one left", async (engine, {
    assert,
    hasResult,
    startedTimes,
    later,
    days,
  }) => {
    const store = new MemoryStore();
    const keys = new Set();
    const noted = () =>
      withCalls(engine, later, {
        ...calls,
        submit: async (jobs) => {
          for (const { key } of jobs) keys.add(key);
          await engine.submit(jobs);
        },
      });
    let broken = false;
    const breaking = new Proxy(store, {
      get: (target, name) => {
        const member = target[name];
        if (name !== "apply") return typeof member === "function" ? member.bind(target) : member;
        return (...changes) => {
          if (broken) throw new Error("the coordinator has died");
          return target.apply(...changes);
        };
      },
    });
    const first = new BackfillService({ dags: [dag], store: breaking, engine: noted() });
    const count = Math.min(days, 6);
    const options = { ...range(count), maxParallelRuns: 2, conf: { act: "succeed", value: 1, ms: 400 } };
    const backfill = await first.start(options, {
      onEvent: ({ type }) => {
        if (type === "run-succeeded") broken = true;
      },
    });
    const error = await backfill.result.then(
      () => undefined,
      (thrown) => thrown,
    );
    assert.equal(error?.code, "STORE_FAILED", "the error of the coordinator that died");
    const attached = [];
    const second = new BackfillService({ dags: [dag], store, engine: noted() });
    const resumed = await second.resume(backfill.backfillId, {
      onEvent: ({ type, run }) => {
        if (type === "run-attached") attached.push(run.runId);
      },
    });
    const result = await resumed.result;
    hasResult(result, "success", count);
    assert.ok(attached.length > 0, "expected runs in flight that are attached to, got none");
    assert.equal(keys.size, count, "keys that both coordinators submitted");
    for (const key of keys) await startedTimes(key, 1);
  });

  it(
    "a backfill of tasks runs them at the engine",
    async (engine, { assert, hasResult, later }) => {
      const tasks = [
        { taskId: "a", params: { day: "{{ ds }}" } },
        { taskId: "b", dependsOn: ["a"], params: { before: "{{ xcom.a.return_value }}" } },
      ];
      const store = new MemoryStore();
      const service = new BackfillService({
        dags: [{ ...dag, tasks }],
        store,
        engine: withCalls(engine, later, calls),
      });
      const result = await service.backfill({ ...range(2), conf: { act: "succeed", value: "rows" } });
      hasResult(result, "success", 2);
      const xcom = await store.getXcom(DAG, result.results[0].runId);
      assert.deepEqual([xcom.a.return_value, xcom.b.return_value], ["rows", "rows"], "XCom of the two tasks");
    },
    ["tasks"],
  );

  it("a canceled backfill cancels its jobs", async (engine, {
    hasResult,
    eventually,
    log,
    later,
    without,
  }) => {
    const service = new BackfillService({ dags: [dag], engine: withCalls(engine, later, calls) });
    const backfill = await service.start({
      ...range(3),
      maxParallelRuns: 2,
      conf: { act: "succeed", ms: 60_000 },
    });
    if (without?.signal === undefined) await eventually(() => log.all.size > 0, "the work of a job begins");
    const result = await backfill.cancel({ running: "abort" });
    hasResult(result, "canceled", 3);
  });
}
