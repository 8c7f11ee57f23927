// What every store promises, as one suite: memory, SQLite and IndexedDB run it, and a store of your own may. It runs
// in Node and in a page, so the host hands in `test` and `assert` (equal, deepEqual, ok).
//
// `open(clock)` makes an empty store whose leases read the clock `clock.now` (epoch ms) and gives
// { store, twin, done }: twin() opens a second store over the same data (absent where there is none).

const DAG = "sales";
const day = (n) => new Date(Date.UTC(2024, 0, n)).toISOString().replace(".000Z", "Z");
const ms = (n) => Date.UTC(2024, 0, n);
const idOf = (n) => `backfill__${day(n).replace("Z", "+00:00")}`;

/** A run of January n-th. */
export function aRun(n, more = {}) {
  return {
    runId: idOf(n),
    dagId: DAG,
    executionDate: day(n),
    dataInterval: { start: day(n), end: day(n + 1) },
    runType: "backfill",
    state: "queued",
    conf: {},
    attempt: 1,
    ...more,
  };
}
const create = (n, more) => ({ type: "create-run", run: aRun(n, more) });
const update = (n, change, more = {}) => ({
  type: "update-run",
  dagId: DAG,
  runId: idOf(n),
  change,
  ...more,
});
const task = (n, taskId, more = {}) => ({
  type: "save-task-instance",
  instance: { dagId: DAG, runId: idOf(n), taskId, state: "success", attempt: 1, ...more },
});
const xcom = (n, taskId, key, value) => ({
  type: "set-xcom",
  dagId: DAG,
  runId: idOf(n),
  taskId,
  key,
  value,
});
const backfill = (id, more = {}) => ({
  type: "save-backfill",
  id,
  dagId: DAG,
  finished: false,
  snapshot: { id },
  ...more,
});

export function storeContract(name, open, { test, assert }) {
  const it = (what, body) =>
    test(`${name}: ${what}`, async () => {
      const clock = { now: Date.UTC(2024, 5, 1) };
      const opened = await open(clock);
      try {
        await body(opened.store, { clock, twin: opened.twin });
      } finally {
        await opened.store.close();
        await opened.done?.();
      }
    });

  /** The error of a promise that has to be refused with `code`. */
  async function refused(promise, code, index) {
    let error;
    try {
      await promise;
    } catch (thrown) {
      error = thrown;
    }
    assert.ok(error !== undefined, `expected ${code}, but it was accepted`);
    assert.equal(error.name, "DagfillError", String(error?.stack ?? error));
    assert.equal(error.code, code, error.message);
    if (index !== undefined) assert.equal(error.details?.index, index, error.message);
    return error;
  }

  async function everything(store) {
    const runs = await store.listRuns({ dagId: DAG });
    const rest = await Promise.all(
      runs.map(async ({ runId }) => [
        await store.listTaskInstances(DAG, runId),
        await store.getXcom(DAG, runId),
      ]),
    );
    return JSON.stringify([runs, rest, await store.listBackfills()]);
  }
  const dates = async (store, query) =>
    (await store.listRuns({ dagId: DAG, ...query })).map((run) => Number(run.executionDate.slice(8, 10)));

  // ------------------------------------------------------------------ runs
  it("a run comes back as it was written, absent members absent", async (store) => {
    const full = aRun(2, {
      state: "failed",
      runType: "manual",
      conf: { region: "eu", list: [1, null, { deep: true }] },
      backfillId: "b1",
      owner: "dag:sales",
      key: "01234567-89ab-8def-8123-456789abcdef",
      chunk: idOf(1),
      attempt: 3,
      startedAt: "2024-02-01T00:00:00Z",
      finishedAt: "2024-02-01T00:00:01.500Z",
      error: { name: "TypeError", message: 'line 1\nline "2" \u0000 \u{1f600}' },
      output: { rows: 12.5, none: null },
    });
    await store.apply([create(1), { type: "create-run", run: full }, create(3, { output: null })]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1), full, aRun(3, { output: null })]);
    const [bare] = await store.listRuns({ dagId: DAG, to: ms(1) });
    for (const member of [
      "backfillId",
      "owner",
      "key",
      "chunk",
      "startedAt",
      "finishedAt",
      "error",
      "output",
    ]) {
      assert.ok(!(member in bare), `${member} is not there`);
    }
  });

  it("lists by execution date whatever the order of writing, bounds included", async (store) => {
    await store.apply([5, 1, 9, 3, 7].map((n) => create(n)));
    await store.apply([create(4), create(2)]);
    assert.deepEqual(await dates(store), [1, 2, 3, 4, 5, 7, 9]);
    assert.deepEqual(await dates(store, { order: "asc" }), [1, 2, 3, 4, 5, 7, 9]);
    assert.deepEqual(await dates(store, { order: "desc" }), [9, 7, 5, 4, 3, 2, 1]);
    assert.deepEqual(await dates(store, { from: ms(3), to: ms(7) }), [3, 4, 5, 7]);
    assert.deepEqual(await dates(store, { from: ms(3) + 1, to: ms(7) - 1 }), [4, 5]);
    assert.deepEqual(await dates(store, { from: ms(7), order: "desc" }), [9, 7]);
    assert.deepEqual(await dates(store, { from: ms(8), to: ms(3) }), []);
    assert.deepEqual(await store.listRuns({ dagId: "other" }), []);
  });

  it("dates before 1970, beyond 9999 and with milliseconds sort as instants", async (store) => {
    const texts = [
      "-000001-12-31T00:00:00Z",
      "0099-03-01T00:00:00Z",
      "1969-12-31T23:59:59.999Z",
      "2024-02-29T00:00:00Z",
    ];
    texts.push("2024-02-29T00:00:00.001Z", "+010000-01-01T00:00:00Z");
    const runs = texts.map((executionDate, n) => create(n, { executionDate, runId: `r${n}` }));
    await store.apply(runs.toReversed());
    const listed = await store.listRuns({ dagId: DAG });
    assert.deepEqual(
      listed.map((run) => run.executionDate),
      texts,
    );
    const exact = Date.UTC(2024, 1, 29);
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG, from: exact, to: exact })).map((run) => run.runId),
      ["r3"],
    );
    const early = await store.listRuns({ dagId: DAG, to: Date.parse("0099-03-01T00:00:00Z") });
    assert.deepEqual(
      early.map((run) => run.runId),
      ["r0", "r1"],
    );
  });

  it("instants are kept by time: every way to write one comes back in the one form", async (store) => {
    // What JavaScript, Python, Java, PostgreSQL and people write, for 2024-01-02T00:00:00Z.
    const same = [
      "2024-01-02T00:00:00.000Z",
      "2024-01-02T00:00:00+00:00",
      "2024-01-02T00:00:00.000000+00:00",
      "2024-01-02T00:00:00.000999999Z",
      "2024-01-02T00:00Z",
      "2024-01-02 00:00:00+00",
      "2024-01-02t00:00:00z",
      "2024-01-02T01:30:00+0130",
      "2024-01-01T19:00:00-05:00",
      "+002024-01-02T00:00:00Z",
    ];
    for (const executionDate of same) {
      const dagId = `written ${executionDate}`;
      await store.apply([create(2, { dagId, executionDate })]);
      assert.deepEqual(await store.listRuns({ dagId, from: ms(2), to: ms(2) }), [aRun(2, { dagId })]);
      for (const again of same)
        await refused(store.apply([create(2, { dagId, runId: "x", executionDate: again })]), "RUN_EXISTS", 0);
      await store.apply([
        { ...update(2, { executionDate: same[7], startedAt: "2024-02-01T12:00:00.120000+02:00" }), dagId },
        { ...update(2, { dataInterval: { start: same[6], end: "2024-01-03T00:00:00.5Z" } }), dagId },
        { ...update(2, { finishedAt: "2024-02-01T10:00:01.0Z" }), dagId },
        { ...task(2, "t", { startedAt: same[1], finishedAt: same[2] }) },
      ]);
      assert.deepEqual(await store.listRuns({ dagId }), [
        aRun(2, {
          dagId,
          dataInterval: { start: day(2), end: "2024-01-03T00:00:00.500Z" },
          startedAt: "2024-02-01T10:00:00.120Z",
          finishedAt: "2024-02-01T10:00:01Z",
        }),
      ]);
      const [saved] = await store.listTaskInstances(DAG, idOf(2));
      assert.deepEqual([saved.startedAt, saved.finishedAt], [day(2), day(2)]);
    }
    await store.apply([create(1), create(3)]);
    assert.deepEqual(await dates(store, { after: "2024-01-02T01:00:00+01:00" }), [3]);
  });

  it("filters by state and run type", async (store) => {
    await store.apply([
      create(1, { state: "success" }),
      create(2, { state: "failed", runType: "scheduled" }),
      create(3, { state: "running", runType: "manual" }),
      create(4, { state: "failed" }),
    ]);
    assert.deepEqual(await dates(store, { states: ["failed"] }), [2, 4]);
    assert.deepEqual(await dates(store, { states: ["failed", "running"], order: "desc" }), [4, 3, 2]);
    assert.deepEqual(await dates(store, { runTypes: ["scheduled", "manual"] }), [2, 3]);
    assert.deepEqual(await dates(store, { states: ["failed"], runTypes: ["backfill"] }), [4]);
    assert.deepEqual(await dates(store, { states: [] }), []);
    await store.apply([update(4, { state: "success" })]);
    assert.deepEqual(await dates(store, { states: ["failed"] }), [2]);
  });

  it("limit and after page in either direction, over filtered runs too", async (store) => {
    await store.apply(
      Array.from({ length: 25 }, (_, at) => create(at + 1, { state: at % 2 ? "failed" : "success" })),
    );
    for (const order of ["asc", "desc"]) {
      for (const states of [undefined, ["failed"]]) {
        const query = { dagId: DAG, order, ...(states && { states }) };
        const whole = await store.listRuns(query);
        const paged = [];
        let after;
        for (;;) {
          const page = await store.listRuns({ ...query, limit: 4, ...(after && { after }) });
          paged.push(...page);
          if (page.length < 4) break;
          after = page.at(-1).runId;
        }
        assert.deepEqual(paged, whole);
      }
    }
    assert.deepEqual(await dates(store, { limit: 0 }), []);
    assert.deepEqual(await dates(store, { limit: 2, order: "desc" }), [25, 24]);
    assert.deepEqual(await dates(store, { after: idOf(23) }), [24, 25]);
    assert.deepEqual(await dates(store, { after: day(23) }), [24, 25]);
    assert.deepEqual(await dates(store, { after: idOf(3), order: "desc" }), [2, 1]);
    assert.deepEqual(await dates(store, { after: idOf(3), from: ms(10), to: ms(11) }), [10, 11]);
    await refused(store.listRuns({ dagId: DAG, after: "nobody" }), "INVALID_OPTION");
  });

  it("a history is the same runs as columns", async (store) => {
    if (store.listHistory === undefined) return;
    const key = "01234567-89ab-8def-8123-456789abcdef";
    await store.apply([
      create(3, { state: "failed", error: { name: "E", message: "m" }, attempt: 4 }),
      create(1, {
        runId: "an id of its own",
        state: "success",
        conf: { a: 1 },
        startedAt: day(2),
        finishedAt: day(3),
      }),
      create(2, { runId: `scheduled__2024-01-02T00:00:00+00:00`, runType: "scheduled", key, chunk: "c" }),
      create(4, {
        executionDate: "2024-01-04T00:00:00.250Z",
        runId: "backfill__2024-01-04T00:00:00.250000+00:00",
        state: "running",
        owner: "l",
      }),
      create(5, { runType: "manual", state: "canceled", backfillId: "b", output: null }),
      create(6, { dagId: "other" }),
    ]);
    const history = await store.listHistory({ dagId: DAG });
    const runs = await store.listRuns({ dagId: DAG });
    const count = runs.length;
    assert.equal(count, 5);
    assert.deepEqual(
      [...history.executionMs],
      runs.map((run) => Date.parse(run.executionDate)),
    );
    const states = ["queued", "running", "success", "failed", "canceled"];
    assert.deepEqual(
      [...history.state].map((state) => states[state]),
      runs.map((run) => run.state),
    );
    for (const [column, end] of [
      ["startMs", "start"],
      ["endMs", "end"],
    ]) {
      assert.deepEqual(
        [...history[column]],
        runs.map((run) => Date.parse(run.dataInterval[end])),
      );
    }
    assert.deepEqual(
      [...history.attempt],
      runs.map((run) => run.attempt),
    );
    const ids = runs.map((run) => run.runId);
    assert.deepEqual(history.runIds(0, count), ids);
    assert.deepEqual(history.runIds(1, 3), ids.slice(1, 3));
    const part = await store.listHistory({ dagId: DAG, from: ms(2), to: ms(3) });
    assert.deepEqual([...part.executionMs], [ms(2), ms(3)]);
    assert.deepEqual(part.runIds(0, 2), ids.slice(1, 3));
    assert.equal((await store.listHistory({ dagId: "nobody" })).executionMs.length, 0);
    assert.equal((await store.listHistory({ dagId: DAG, from: ms(9), to: ms(8) })).state.length, 0);
    await refused(store.listHistory({ dagId: DAG, limit: 1 }), "INVALID_OPTION");
  });

  it("counts by state, of a range, of types and of a backfill", async (store) => {
    if (store.countRuns === undefined) return;
    const none = { queued: 0, running: 0, success: 0, failed: 0, canceled: 0 };
    assert.deepEqual(await store.countRuns({ dagId: DAG }), none);
    await store.apply([
      create(1, { state: "success", backfillId: "b" }),
      create(2, { state: "success", runType: "scheduled" }),
      create(3, { state: "failed", backfillId: "b" }),
      create(4, { state: "running", runType: "manual" }),
      create(5, { state: "canceled", backfillId: "c" }),
      create(6, { dagId: "other" }),
    ]);
    const counts = { ...none, success: 2, failed: 1, running: 1, canceled: 1 };
    assert.deepEqual(await store.countRuns({ dagId: DAG }), counts);
    assert.deepEqual(await store.countRuns({ dagId: DAG, from: ms(2), to: ms(3) }), {
      ...none,
      success: 1,
      failed: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, backfillId: "b" }), {
      ...none,
      success: 1,
      failed: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, runTypes: ["manual", "scheduled"] }), {
      ...none,
      success: 1,
      running: 1,
    });
    assert.deepEqual(await store.countRuns({ dagId: DAG, runTypes: [] }), none);
    assert.deepEqual(
      await store.countRuns({ dagId: DAG, backfillId: "b", runTypes: ["backfill"], from: ms(3) }),
      { ...none, failed: 1 },
    );
    await refused(store.countRuns({ dagId: DAG, states: ["failed"] }), "INVALID_OPTION");
    await refused(store.countRuns({ dagId: DAG, backfillId: 5 }), "INVALID_OPTION");
  });

  it("a query that is no query is refused", async (store) => {
    for (const wrong of [
      { form: 1 },
      { from: "2024" },
      { to: Number.NaN },
      { limit: -1 },
      { limit: 1.5 },
      { order: "up" },
      { states: "failed" },
    ]) {
      await refused(store.listRuns({ dagId: DAG, ...wrong }), "INVALID_OPTION");
    }
    await refused(store.listRuns({}), "INVALID_OPTION");
  });

  it("RUN_EXISTS when the date or the run id is taken, and names the change", async (store) => {
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

  it("an update sets what it names, removes what it names as undefined, keeps the rest", async (store) => {
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

  it("an update may repeat the run's identity, not change it", async (store) => {
    await store.apply([create(1)]);
    await store.apply([update(1, { ...aRun(1), state: "success" })]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1, { state: "success" })]);
    await refused(store.apply([update(1, { runId: "new" })]), "INVALID_OPTION", 0);
    await refused(store.apply([update(1, { dagId: "new" })]), "INVALID_OPTION", 0);
    await refused(store.apply([update(1, { executionDate: day(2) })]), "INVALID_OPTION", 0);
    await store.apply([update(1, {})]);
    assert.deepEqual(await store.listRuns({ dagId: DAG }), [aRun(1, { state: "success" })]);
  });

  it("an update of an unknown run is STORE_FAILED and names the change", async (store) => {
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

  it("ifState: an update of a run that is elsewhere is STALE_OWNER and names the change and the state", async (store) => {
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
    assert.equal(error.details.state, "running");
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

  // ------------------------------------------------------------------ batches
  it("all or nothing: a refused batch leaves nothing, whatever came before the refused change", async (store) => {
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
      update(3, { state: "failed" }),
      task(1, "t", { state: "failed", attempt: 2 }),
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
    assert.equal(await everything(store), before);
    await refused(store.apply([...good, update(9, { state: "success" })]), "STORE_FAILED", good.length);
    assert.equal(await everything(store), before);
    await refused(
      store.apply([...good, update(1, {}, { ifState: ["running"] })]),
      "STALE_OWNER",
      good.length,
    );
    assert.equal(await everything(store), before);
    await refused(store.apply([...good, { type: "delete-run" }]), "INVALID_OPTION", good.length);
    assert.equal(await everything(store), before);
    await store.apply(good);
    assert.deepEqual(await dates(store), [31, 1, 2, 3]);
    assert.deepEqual(await store.getXcom(DAG, idOf(1)), { t: { k: 3 } });
    assert.deepEqual(await store.getXcom(DAG, idOf(2)), {});
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG, from: ms(3) })).map((run) => run.state),
      ["failed"],
    );
  });

  it("batches of one turn: each is answered for itself, in the order of the calls", async (store) => {
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
    );
    assert.deepEqual(await dates(store), [1, 2, 4]);
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG })).map((run) => run.state),
      ["running", "queued", "queued"],
    );
  });

  it("what is stored is nobody's: neither the writer's nor a reader's objects reach it", async (store) => {
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
      assert.deepEqual(read, expected);
      read.conf.list.push(3);
      read.dataInterval.end = "never";
      read.error.message = "changed";
      read.output.n = 2;
      const values = await store.getXcom(DAG, idOf(1));
      assert.deepEqual(values, { t: { k: { list: [1] } } });
      values.t.k.list.push(3);
      values.t.extra = 1;
      const snapshot = await store.loadBackfill("b");
      assert.deepEqual(snapshot, { list: [1] });
      snapshot.list.push(3);
    }
  });

  it("__proto__ and constructor are keys like any other", async (store) => {
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

  it("values become what JSON makes of them; what JSON cannot say is refused", async (store) => {
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

  it("a change that is none is refused and named", async (store) => {
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

  // ------------------------------------------------------------------ tasks, XCom, backfills
  it("task instances: by task id, saved again in place, one run's own", async (store) => {
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

  it("XCom: values of every kind, set again in place", async (store) => {
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

  it("clear-run takes task instances and XCom of that run only, and keeps the run", async (store) => {
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

  it("ids are whole: no two pairs of ids are taken for the same run", async (store) => {
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

  it("backfills: loaded by id, listed in order of their first save, by DAG, unfinished only", async (store) => {
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

  it("requests are listed in their order, without a fence, until the backfill has ended", async (store) => {
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

  // ------------------------------------------------------------------ leases and fences
  it("a lease has one holder until it is released or expires", async (store, { clock }) => {
    const lease = await store.acquireLease("dag:sales", "one", 1_000);
    assert.ok(lease.epoch >= 1);
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    assert.ok((await store.acquireLease("dag:other", "two", 1_000)) !== null);
    const held = await store.readLease("dag:sales");
    assert.equal(held.owner, "one");
    assert.equal(held.epoch, lease.epoch);
    assert.equal(held.expiresAt, clock.now + 1_000);
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    assert.equal(await lease.renew(), true);
    assert.equal((await store.readLease("dag:sales")).expiresAt, clock.now + 1_000);
    clock.now += 999;
    assert.equal(await store.acquireLease("dag:sales", "two", 1_000), null);
    await lease.release();
    assert.equal(await store.readLease("dag:sales"), null);
    assert.equal(await lease.renew(), false);
    const next = await store.acquireLease("dag:sales", "two", 1_000);
    assert.ok(next.epoch > lease.epoch);
    // Neither of these is the first holder's business any more.
    await lease.release();
    assert.equal(await lease.renew(), false);
    assert.equal((await store.readLease("dag:sales")).owner, "two");
    assert.equal(await store.readLease("nobody"), null);
  });

  it("an expired lease is anybody's; untaken it can still be renewed", async (store, { clock }) => {
    const lease = await store.acquireLease("l", "one", 1_000);
    clock.now += 1_000;
    assert.equal(await store.readLease("l"), null);
    assert.equal(await lease.renew(), true);
    assert.equal((await store.readLease("l")).owner, "one");
    assert.equal(await store.acquireLease("l", "two", 1_000), null);
    clock.now += 1_001;
    const next = await store.acquireLease("l", "two", 1_000);
    assert.ok(next.epoch > lease.epoch);
    assert.equal(await lease.renew(), false);
    assert.equal((await store.readLease("l")).epoch, next.epoch);
  });

  it("the owner that holds a lease may take it again, and gets a new epoch", async (store) => {
    const first = await store.acquireLease("l", "one", 1_000);
    const second = await store.acquireLease("l", "one", 1_000);
    assert.ok(second.epoch > first.epoch);
    assert.equal(await first.renew(), false);
    await first.release();
    assert.equal(await second.renew(), true);
    assert.equal((await store.readLease("l")).epoch, second.epoch);
  });

  it("a lease needs a name, an owner and a time", async (store) => {
    for (const wrong of [
      ["", "o", 1],
      ["n", "", 1],
      ["n", "o", 0],
      ["n", "o", Number.NaN],
      ["n", "o", Number.POSITIVE_INFINITY],
      [1, "o", 1],
    ]) {
      await refused(store.acquireLease(...wrong), "INVALID_OPTION");
    }
  });

  it("a fence refuses the whole batch once the lease has a newer epoch", async (store, { clock }) => {
    const lease = await store.acquireLease("l", "one", 1_000);
    const fence = { lease: "l", epoch: lease.epoch };
    await store.apply([create(1)], fence);
    clock.now += 5_000;
    // Expired, but nobody has taken it.
    await store.apply([create(2)], fence);
    const next = await store.acquireLease("l", "two", 1_000);
    const error = await refused(store.apply([create(3), create(1)], fence), "STALE_OWNER");
    assert.equal(error.details.index, undefined);
    await refused(store.apply([], fence), "STALE_OWNER");
    await store.apply([create(4)], { lease: "l", epoch: next.epoch });
    await next.release();
    await store.apply([create(5)], { lease: "l", epoch: next.epoch });
    await refused(store.apply([create(6)], fence), "STALE_OWNER");
    await refused(store.apply([create(6)], { lease: "l", epoch: next.epoch + 1 }), "STALE_OWNER");
    await refused(store.apply([create(6)], { lease: "never taken", epoch: 1 }), "STALE_OWNER");
    assert.deepEqual(await dates(store), [1, 2, 4, 5]);
    await store.apply([create(6)]);
  });

  it("of many who ask at once exactly one gets the lease", async (store) => {
    for (let round = 0; round < 20; round += 1) {
      const all = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.acquireLease("l", `owner ${n}`, 60_000)),
      );
      const holders = all.filter((lease) => lease !== null);
      assert.equal(holders.length, 1);
      await holders[0].release();
    }
  });

  it("a second store over the same data sees the same", async (store, { twin }) => {
    if (twin === undefined) return;
    const other = await twin();
    try {
      await store.apply([create(1)]);
      assert.deepEqual(await dates(other), [1]);
      await refused(other.apply([create(1)]), "RUN_EXISTS", 0);
      await other.apply([update(1, { state: "success" })]);
      assert.equal((await store.listRuns({ dagId: DAG }))[0].state, "success");
      const lease = await store.acquireLease("l", "one", 60_000);
      assert.equal(await other.acquireLease("l", "two", 60_000), null);
      assert.equal((await other.readLease("l")).owner, "one");
      await other.apply([create(2)], { lease: "l", epoch: lease.epoch });
      await lease.release();
      const next = await other.acquireLease("l", "two", 60_000);
      assert.ok(next.epoch > lease.epoch);
      assert.equal(await store.acquireLease("l", "one", 60_000), null);
      await refused(store.apply([create(3)], { lease: "l", epoch: lease.epoch }), "STALE_OWNER");
    } finally {
      await other.close();
    }
  });

  // ------------------------------------------------------------------ closing
  it("close writes what was handed over before; later calls are STORE_FAILED", async (store, { twin }) => {
    const lease = await store.acquireLease("l", "one", 60_000);
    const written = store.apply([create(1)]);
    await Promise.all([written, store.close()]);
    await store.close();
    for (const call of [
      () => store.apply([create(2)]),
      () => store.listRuns({ dagId: DAG }),
      () => store.listTaskInstances(DAG, "r"),
      () => store.getXcom(DAG, "r"),
      () => store.loadBackfill("b"),
      () => store.listBackfills(),
      () => store.listHistory?.({ dagId: DAG }) ?? store.listBackfills(),
      () => store.countRuns?.({ dagId: DAG }) ?? store.listBackfills(),
      () => store.listRequests?.("b") ?? store.listBackfills(),
      () => store.acquireLease("l", "one", 1),
      () => store.readLease("l"),
      () => lease.renew(),
    ]) {
      await refused(call(), "STORE_FAILED");
    }
    await lease.release();
    if (twin === undefined) return;
    const other = await twin();
    assert.deepEqual(await dates(other), [1]);
    await other.close();
  });
}
