// Task instances, XCom, backfills and the requests to their drivers.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { backfill, create, DAG, day, idOf, task, update, xcom } from "./scene.js";

export function tasksContract({ it }) {
  it("task instances: by task id, saved again in place, one run's own", async (store, { assert }) => {
    const full = {
      startedAt: day(1),
      finishedAt: day(2),
      error: { name: "E", message: "m" },
      state: "failed",
      attempt: 2,
    };
    await store.apply([
      create(1),
      create(2),
      task(1, "load"),
      task(1, "extract", full),
      task(2, "load", { state: "running" }),
    ]);
    const bare = task(1, "load").instance;
    assert.deepEqual(await store.listTaskInstances(DAG, idOf(1)), [task(1, "extract", full).instance, bare]);
    await store.apply([task(1, "extract", { attempt: 3 })]);
    assert.deepEqual(await store.listTaskInstances(DAG, idOf(1)), [
      task(1, "extract", { attempt: 3 }).instance,
      bare,
    ]);
    assert.deepEqual(await store.listTaskInstances(DAG, "nobody"), []);
  });

  it("XCom: values of every kind, set again in place", async (store, { assert }) => {
    const values = {
      none: null,
      yes: true,
      number: -1.5,
      text: "\u{1f600}",
      list: [1, [2]],
      object: { a: { b: [] } },
    };
    await store.apply([
      create(1),
      ...Object.entries(values).map(([key, value]) => xcom(1, "t", key, value)),
      xcom(1, "u", "return_value", 1),
    ]);
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), { t: values, u: { return_value: 1 } });
    await store.apply([xcom(1, "t", "none", "some")]);
    assert.equal((await store.getXcom(DAG, idOf(1))).t.none, "some");
    assert.deepEqual(await store.getXcom(DAG, idOf(2)), {});
  });

  it("clear-run takes task instances and XCom of that run only, and keeps the run", async (store, {
    assert,
    dates,
  }) => {
    await store.apply([
      create(1),
      create(2),
      task(1, "t"),
      task(2, "t"),
      xcom(1, "t", "k", 1),
      xcom(2, "t", "k", 1),
    ]);
    await store.apply([
      { type: "clear-run", dagId: DAG, runId: idOf(1) },
      { type: "clear-run", dagId: DAG, runId: "nobody" },
    ]);
    assert.deepEqual(await store.listTaskInstances(DAG, idOf(1)), []);
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), {});
    assert.equal((await store.listTaskInstances(DAG, idOf(2))).length, 1);
    assert.deepEqual(await store.getXcom(DAG, idOf(2)), { t: { k: 1 } });
    assert.deepEqual(await dates(store), [1, 2]);
  });

  it("what follows clear-run in its batch stands, also of what it has cleared", async (store, { assert }) => {
    await store.apply([create(1), task(1, "t"), task(1, "u"), xcom(1, "t", "k", 1), xcom(1, "u", "k", 1)]);
    await store.apply([
      { type: "clear-run", dagId: DAG, runId: idOf(1) },
      task(1, "t"),
      xcom(1, "t", "k", { kept: [1] }),
      xcom(1, "t", "more", 2),
    ]);
    const tasks = await store.listTaskInstances(DAG, idOf(1));
    assert.deepEqual(
      tasks.map(({ taskId }) => taskId),
      ["t"],
    );
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), { t: { k: { kept: [1] }, more: 2 } });
  });

  it("ids are whole: no two pairs of ids are taken for the same run", async (store, { assert }) => {
    const pairs = [
      ["a", "b:c"],
      ["a:b", "c"],
      ['a","b', "c"],
      ["a", 'b","c'],
      ["a'; DROP TABLE runs; --", "%_"],
      ["é", "e\u0301"],
      ["A", "b:c"],
      ["a\u0000", "b"],
      ["a", "\u0000b"],
      ["a", "\u0000c"],
    ];
    await store.apply(pairs.map(([dagId, runId], n) => create(n + 1, { dagId, runId })));
    await store.apply(
      pairs.map(([dagId, runId], n) => ({ type: "set-xcom", dagId, runId, taskId: "t", key: "k", value: n })),
    );
    for (const [n, [dagId, runId]] of pairs.entries())
      assert.deepEqual(await store.getXcom(dagId, runId), { t: { k: n } });
    for (const [dagId] of pairs)
      assert.ok((await store.listRuns({ dagId })).every((run) => run.dagId === dagId));
  });

  it("backfills: loaded by id, listed in order of their first save, by DAG, unfinished only", async (store, {
    assert,
  }) => {
    await store.apply([
      backfill("z"),
      backfill("a", { dagId: "other" }),
      backfill("m", { finished: true, snapshot: [1] }),
    ]);
    await store.apply([backfill("z", { snapshot: { second: true } })]);
    assert.deepEqual(await store.loadBackfill("z"), { second: true });
    assert.equal(await store.loadBackfill("nobody"), null);
    const ids = async (query) => (await store.listBackfills(query)).map(({ id }) => id);
    assert.deepEqual(await ids(), ["z", "a", "m"]);
    assert.deepEqual(await ids({}), ["z", "a", "m"]);
    assert.deepEqual(await ids({ dagId: DAG }), ["z", "m"]);
    assert.deepEqual(await ids({ unfinished: true }), ["z", "a"]);
    assert.deepEqual(await ids({ unfinished: false }), ["z", "a", "m"]);
    assert.deepEqual(await store.listBackfills({ dagId: DAG, unfinished: true }), [
      { id: "z", snapshot: { second: true } },
    ]);
    await store.apply([backfill("z", { finished: true, snapshot: null })]);
    assert.deepEqual(await ids({ unfinished: true }), ["a"]);
    assert.equal(await store.loadBackfill("z"), null);
  });

  it("requests are listed in their order, without a fence, until the backfill has ended", async (store, {
    assert,
    refused,
  }) => {
    const ask = (id, request) => ({ type: "request", id, request });
    const list = async (id) => (await store.listRequests(id)).map(({ request }) => request);
    await store.apply([backfill("b"), backfill("c")]);
    if (store.listRequests === undefined) return;
    assert.deepEqual(await list("b"), []);
    await store.apply([ask("b", "pause"), ask("c", "approve"), ask("b", "unpause")]);
    await store.apply([ask("b", "abort")]);
    assert.deepEqual(await list("b"), ["pause", "unpause", "abort"]);
    const seqs = (await store.listRequests("b")).map(({ seq }) => seq);
    assert.ok(seqs[0] < seqs[1] && seqs[1] < seqs[2], String(seqs));
    const gone = [ask("b", "reject"), backfill("b", { finished: true })];
    await refused(store.apply([...gone, update(9, { state: "success" })]), "STORE_FAILED", gone.length);
    assert.deepEqual(await list("b"), ["pause", "unpause", "abort"]);
    await store.apply([backfill("b", { snapshot: { again: true } })]);
    assert.deepEqual(await list("b"), ["pause", "unpause", "abort"]);
    await store.apply([backfill("b", { finished: true })]);
    assert.deepEqual([await list("b"), await list("c")], [[], ["approve"]]);
    // The number of a request that was deleted never comes again.
    await store.apply([ask("b", "finish")]);
    assert.ok((await store.listRequests("b"))[0].seq > seqs[2]);
  });
}
