// Batches: all or nothing, answered one by one, and copies of what was handed over.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { aRun, backfill, create, DAG, day, idOf, ms, task, update, xcom } from "./scene.js";

export function batchesContract({ it }) {
  it("all or nothing: a refused batch leaves nothing, whatever came before the refused change", async (store, {
    assert,
    refused,
    everything,
    unchanged,
    dates,
  }) => {
    await store.apply([
      create(1),
      create(2),
      task(1, "t"),
      xcom(1, "t", "k", 1),
      xcom(1, "t", "l", 1),
      backfill("b"),
    ]);
    await store.apply([task(2, "t"), xcom(2, "t", "k", 1)]);
    const before = await everything(store);
    const good = [
      create(3),
      update(1, { state: "success", conf: { changed: true } }),
      update(3, { state: "failed", failures: 2 }),
      task(1, "t", { state: "failed", attempt: 2, failures: 1 }),
      task(1, "u"),
      task(3, "u"),
      xcom(1, "t", "k", 2),
      xcom(1, "u", "k", 2),
      xcom(3, "t", "k", 2),
      { type: "clear-run", dagId: DAG, runId: idOf(2) },
      { type: "clear-run", dagId: DAG, runId: idOf(1) },
      xcom(1, "t", "k", 3),
      create(0),
      backfill("b", { finished: true, snapshot: "changed" }),
      backfill("c"),
    ];
    await refused(store.apply([...good, create(2)]), "RUN_EXISTS", good.length);
    await unchanged(store, before);
    await refused(store.apply([...good, update(9, { state: "success" })]), "STORE_FAILED", good.length);
    await unchanged(store, before);
    await refused(
      store.apply([...good, update(1, {}, { ifState: ["running"] })]),
      "STALE_OWNER",
      good.length,
    );
    await unchanged(store, before);
    await refused(store.apply([...good, { type: "delete-run" }]), "INVALID_OPTION", good.length);
    await unchanged(store, before);
    await store.apply(good);
    assert.deepEqual(await dates(store), [31, 1, 2, 3]);
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), { t: { k: 3 } });
    assert.deepEqual(await store.getXcom(DAG, idOf(2)), {});
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG, from: ms(3) })).map((run) => run.state),
      ["failed"],
    );
  });

  it("batches of one turn: each is answered for itself, in the order of the calls", async (store, {
    assert,
    dates,
  }) => {
    const answers = await Promise.allSettled([
      store.apply([create(1), create(2)]),
      store.apply([create(3), create(2)]),
      store.apply([update(1, { state: "running" }, { ifState: ["queued"] })]),
      store.apply([update(1, { state: "running" }, { ifState: ["queued"] })]),
      store.apply([create(4)]),
      store.apply([]),
    ]);
    assert.deepEqual(
      answers.map((answer) => answer.reason?.code ?? "ok"),
      ["ok", "RUN_EXISTS", "ok", "STALE_OWNER", "ok", "ok"],
      "answers of six batches of one turn, by their codes",
    );
    assert.deepEqual(await dates(store), [1, 2, 4]);
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG })).map((run) => run.state),
      ["running", "queued", "queued"],
    );
  });

  it("what is stored is nobody's: neither the writer's nor a reader's objects reach it", async (store, {
    assert,
  }) => {
    const run = aRun(1, { conf: { list: [1] }, output: { n: 1 }, error: { name: "E", message: "m" } });
    const expected = structuredClone(run);
    const batch = [
      { type: "create-run", run },
      xcom(1, "t", "k", { list: [1] }),
      backfill("b", { snapshot: { list: [1] } }),
    ];
    const written = store.apply(batch);
    run.conf.list.push(2);
    run.state = "failed";
    run.dataInterval.end = "never";
    run.error.message = "changed";
    batch[1].value.list.push(2);
    batch.push({ type: "nonsense" });
    await written;
    for (let reading = 0; reading < 2; reading += 1) {
      const [read] = await store.listRuns({ dagId: DAG });
      assert.deepEqual(
        read,
        expected,
        "the record, after objects that were written or read have been changed",
      );
      read.conf.list.push(3);
      read.dataInterval.end = "never";
      read.error.message = "changed";
      read.output.n = 2;
      const values = await store.getXcom(DAG, idOf(1));
      assert.deepEqual(values, { t: { k: { list: [1] } } }, "XCom, after objects have been changed");
      values.t.k.list.push(3);
      values.t.extra = 1;
      const snapshot = await store.loadBackfill("b");
      assert.deepEqual(snapshot, { list: [1] }, "the snapshot, after objects have been changed");
      snapshot.list.push(3);
    }
  });

  it("__proto__ and constructor are keys like any other", async (store, { assert }) => {
    const value = JSON.parse(
      '{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}, "toString": 3}',
    );
    await store.apply([
      create(1, { conf: value, output: value }),
      create(2, { dagId: "__proto__", runId: "__proto__" }),
      xcom(1, "__proto__", "__proto__", value),
      xcom(1, "constructor", "hasOwnProperty", value),
      backfill("__proto__", { snapshot: value }),
    ]);
    const text = JSON.stringify(value);
    const [run] = await store.listRuns({ dagId: DAG });
    assert.equal(JSON.stringify(run.conf), text);
    assert.equal(JSON.stringify(run.output), text);
    assert.equal((await store.listRuns({ dagId: "__proto__" }))[0].runId, "__proto__");
    const values = await store.getXcom(DAG, idOf(1));
    assert.deepEqual(Object.keys(values).sort(), ["__proto__", "constructor"]);
    const own = Object.getOwnPropertyDescriptor(values, "__proto__").value;
    assert.equal(JSON.stringify(Object.getOwnPropertyDescriptor(own, "__proto__").value), text);
    assert.equal(JSON.stringify(values.constructor.hasOwnProperty), text);
    assert.equal(JSON.stringify(await store.loadBackfill("__proto__")), text);
    assert.equal(await store.loadBackfill("constructor"), null);
    assert.equal({}.polluted, undefined);
  });

  it("values become what JSON makes of them; what JSON cannot say is refused", async (store, {
    assert,
    refused,
    dates,
  }) => {
    const when = new Date(0);
    await store.apply([
      create(1, { conf: { when, gone: undefined, not: Number.NaN } }),
      xcom(1, "t", "k", when),
    ]);
    assert.deepEqual((await store.listRuns({ dagId: DAG }))[0].conf, { when: when.toISOString(), not: null });
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), { t: { k: when.toISOString() } });
    const cycle = {};
    cycle.self = cycle;
    for (const value of [undefined, () => 1, Symbol("s"), 1n, cycle]) {
      await refused(store.apply([create(2), xcom(1, "t", "k", value)]), "INVALID_OPTION", 1);
      await refused(store.apply([backfill("b", { snapshot: value })]), "INVALID_OPTION", 0);
      if (value !== undefined)
        await refused(store.apply([create(2, { output: value })]), "INVALID_OPTION", 0);
    }
    assert.deepEqual(await dates(store), [1]);
  });

  it("a change that is none is refused and named", async (store, { assert, refused }) => {
    await store.apply([create(1)]);
    const wrong = [
      [null, "INVALID_OPTION"],
      [{}, "INVALID_OPTION"],
      [{ type: "drop-table" }, "INVALID_OPTION"],
      [{ type: "create-run" }, "INVALID_OPTION"],
      [create(2, { runId: "" }), "INVALID_OPTION"],
      [create(2, { dagId: 7 }), "INVALID_OPTION"],
      [create(2, { runId: "half \ud83d" }), "INVALID_OPTION"],
      [create(2, { state: "done" }), "INVALID_OPTION"],
      [create(2, { runType: "cron" }), "INVALID_OPTION"],
      [create(2, { attempt: 1.5 }), "INVALID_OPTION"],
      [create(2, { attempt: -1 }), "INVALID_OPTION"],
      [create(2, { conf: null }), "INVALID_OPTION"],
      [create(2, { conf: [] }), "INVALID_OPTION"],
      [create(2, { conf: new Date(0) }), "INVALID_OPTION"],
      [create(2, { dataInterval: undefined }), "INVALID_OPTION"],
      [create(2, { startedAt: 5 }), "INVALID_OPTION"],
      [create(2, { key: 5 }), "INVALID_OPTION"],
      [create(2, { chunk: null }), "INVALID_OPTION"],
      [{ type: "request", id: "b", request: "stop" }, "INVALID_OPTION"],
      [{ type: "request", request: "pause" }, "INVALID_OPTION"],
      [create(2, { error: "text" }), "INVALID_OPTION"],
      [create(2, { executionDate: "2024-01-02" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T00:00:00" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-02-30T00:00:00Z" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T24:00:00Z" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T00:00:00.Z" }), "INVALID_DATE"],
      [create(2, { executionDate: 5 }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T00:00:00+24:00" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T00:00:00+0" }), "INVALID_DATE"],
      [create(2, { executionDate: "2024-01-02T00:00:00Z " }), "INVALID_DATE"],
      [create(2, { executionDate: "+999999-01-02T00:00:00Z" }), "INVALID_DATE"],
      [create(2, { startedAt: "yesterday" }), "INVALID_DATE"],
      [create(2, { finishedAt: "2024-01-02T00:00:00" }), "INVALID_DATE"],
      [create(2, { dataInterval: { start: day(2), end: "never" } }), "INVALID_DATE"],
      [update(1, { finishedAt: "never" }), "INVALID_DATE"],
      [task(1, "t", { startedAt: "never" }), "INVALID_DATE"],
      [update(1, { stat: "success" }), "INVALID_OPTION"],
      [update(1, { state: undefined }), "INVALID_OPTION"],
      [update(1, { conf: undefined }), "INVALID_OPTION"],
      [update(1, { state: "success" }, { ifState: "queued" }), "INVALID_OPTION"],
      [task(1, "t", { state: "canceling" }), "INVALID_OPTION"],
      [task(1, ""), "INVALID_OPTION"],
      [{ type: "save-task-instance" }, "INVALID_OPTION"],
      [xcom(1, "t", 5, 1), "INVALID_OPTION"],
      [{ type: "clear-run", dagId: DAG }, "INVALID_OPTION"],
      [backfill(undefined), "INVALID_OPTION"],
    ];
    for (const changes of [undefined, null, "text", { 0: create(2) }])
      await refused(store.apply(changes), "INVALID_OPTION");
    for (const [change, code] of wrong)
      await refused(store.apply([update(1, { state: "failed" }), change]), code, 1);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1)]);
  });
}
