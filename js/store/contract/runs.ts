// Runs: kept by instant, listed by date, filtered and paged.
// @ts-nocheck: many of these changes are what the types forbid, and have to be refused.
import { aRun, create, DAG, day, idOf, ms, task, update } from "./scene.js";

export function runsContract({ it }) {
  it("a run comes back as it was written, absent members absent", async (store, { assert }) => {
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
    assert.ok(bare !== undefined, "expected the run of January 1st, got none");
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

  it("lists by execution date whatever the order of writing, bounds included", async (store, {
    assert,
    dates,
  }) => {
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

  it("dates before 1970, beyond 9999 and with milliseconds sort as instants", async (store, { assert }) => {
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

  it("instants are kept by time: every way to write one comes back in the one form", async (store, {
    assert,
    refused,
    dates,
  }) => {
    // The texts that JavaScript, Python, Java, PostgreSQL and people write for 2024-01-02T00:00:00Z.
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

  it("filters by state and run type", async (store, { assert, dates }) => {
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

  it("limit and after page in either direction, over filtered runs too", async (store, {
    assert,
    refused,
    dates,
  }) => {
    await store.apply(
      Array.from({ length: 25 }, (_, at) => create(at + 1, { state: at % 2 ? "failed" : "success" })),
    );
    for (const order of ["asc", "desc"]) {
      for (const states of [undefined, ["failed"]]) {
        const query = { dagId: DAG, order, ...(states && { states }) };
        const whole = await store.listRuns(query);
        const paged = [];
        let after: string | undefined;
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

  it("a query that is no query is refused", async (store, { refused }) => {
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
}
