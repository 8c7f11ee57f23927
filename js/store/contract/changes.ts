// Changes of runs: what is taken, what is refused, and how the refusal names it.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { aRun, create, DAG, day, idOf, update } from "./scene.js";

export function changesContract({ it }) {
  it("RUN_EXISTS when the date or the run id is taken, and names the change", async (store, {
    assert,
    refused,
    dates,
  }) => {
    await store.apply([create(1)]);
    await refused(store.apply([create(1, { runId: "another id" })]), "RUN_EXISTS", 0);
    await refused(store.apply([create(2), create(1)]), "RUN_EXISTS", 1);
    await refused(store.apply([create(3, { runId: idOf(1) })]), "RUN_EXISTS", 0);
    // The same instant in other words.
    await refused(
      store.apply([create(1, { runId: "x", executionDate: "2024-01-01T00:00:00.000Z" })]),
      "RUN_EXISTS",
      0,
    );
    await refused(store.apply([create(4), create(5), create(4)]), "RUN_EXISTS", 2);
    assert.deepEqual(await dates(store), [1]);
    await store.apply([create(1, { dagId: "other" })]);
    assert.equal((await store.listRuns({ dagId: "other" })).length, 1);
  });

  it("an update sets what it names, removes what it names as undefined, keeps the rest", async (store, {
    assert,
  }) => {
    const run = aRun(1, { owner: "dag:sales", conf: { a: 1 }, backfillId: "b1", key: "k1", chunk: "c1" });
    await store.apply([{ type: "create-run", run }]);
    await store.apply([update(1, { state: "running", startedAt: "2024-02-01T00:00:00Z" })]);
    await store.apply([
      update(1, {
        state: "failed",
        finishedAt: "2024-02-01T00:01:00Z",
        error: { name: "E", message: "m" },
        output: 1,
      }),
    ]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [
      {
        ...run,
        state: "failed",
        startedAt: "2024-02-01T00:00:00Z",
        finishedAt: "2024-02-01T00:01:00Z",
        error: { name: "E", message: "m" },
        output: 1,
      },
    ]);
    const again = {
      state: "queued",
      attempt: 2,
      error: undefined,
      output: undefined,
      finishedAt: undefined,
      startedAt: undefined,
    };
    await store.apply([
      update(1, {
        ...again,
        owner: undefined,
        chunk: undefined,
        key: "k2",
        backfillId: "b2",
        conf: { b: 2 },
        runType: "manual",
      }),
    ]);
    const { owner: _, chunk: __, ...left } = run;
    const expected = {
      ...left,
      key: "k2",
      state: "queued",
      attempt: 2,
      backfillId: "b2",
      conf: { b: 2 },
      runType: "manual",
    };
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [expected]);
    await store.apply([update(1, { output: null, dataInterval: { start: day(1), end: day(1) } })]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [
      { ...expected, output: null, dataInterval: { start: day(1), end: day(1) } },
    ]);
  });

  it("an update may repeat the run's identity, not change it", async (store, { assert, refused }) => {
    await store.apply([create(1)]);
    await store.apply([update(1, { ...aRun(1), state: "success" })]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1, { state: "success" })]);
    await refused(store.apply([update(1, { runId: "new" })]), "INVALID_OPTION", 0);
    await refused(store.apply([update(1, { dagId: "new" })]), "INVALID_OPTION", 0);
    await refused(store.apply([update(1, { executionDate: day(2) })]), "INVALID_OPTION", 0);
    await store.apply([update(1, {})]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1, { state: "success" })]);
  });

  it("an update of an unknown run is STORE_FAILED and names the change", async (store, {
    assert,
    refused,
  }) => {
    await store.apply([create(1)]);
    await refused(
      store.apply([update(1, { state: "success" }), update(2, { state: "success" })]),
      "STORE_FAILED",
      1,
    );
    await refused(store.apply([{ ...update(1, { state: "success" }), dagId: "other" }]), "STORE_FAILED", 0);
    await refused(store.apply([update(2, { state: "success" }, { ifState: ["queued"] })]), "STORE_FAILED", 0);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1)]);
  });

  it("ifState: an update of a run that is elsewhere is STALE_OWNER and names the change and the state", async (store, {
    assert,
    refused,
  }) => {
    await store.apply([create(1), create(2)]);
    await store.apply([update(1, { state: "running" }, { ifState: ["queued", "failed"] })]);
    const error = await refused(
      store.apply([
        update(2, { state: "running" }),
        update(1, { state: "running" }, { ifState: ["queued", "failed"] }),
      ]),
      "STALE_OWNER",
      1,
    );
    assert.equal(error.details?.state, "running", "details.state, the state of the run");
    await refused(store.apply([update(1, { state: "success" }, { ifState: [] })]), "STALE_OWNER", 0);
    await refused(store.apply([update(1, {}, { ifState: ["queued"] })]), "STALE_OWNER", 0);
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG })).map((run) => run.state),
      ["running", "queued"],
    );
    // Within a batch the state is the one that the changes before have made.
    await store.apply([
      update(1, { state: "success" }),
      update(1, { state: "failed" }, { ifState: ["success"] }),
    ]);
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG })).map((run) => run.state),
      ["failed", "queued"],
    );
  });
}
