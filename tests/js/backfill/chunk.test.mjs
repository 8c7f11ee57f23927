// One run for several dates: how they are cut, what is stored of each date, what fails, and what survives a crash.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryStore, planBackfill } from "dagfill";
import { randomBy } from "../../chaos/random.mjs";
import { storeOfADeadProcess } from "../store/faulty.mjs";
import { broken, daily, day, days, gate, listen, service, settle } from "./scene.mjs";

test.afterEach(() => assert.deepEqual(broken.splice(0), []));

/** The dates of each chunk of a plan, in run order. */
function cutOf(dag, options, existing = []) {
  const { runs } = planBackfill(dag, options, existing, "2026-01-01");
  const chunks = new Map();
  for (const run of runs.filter(({ action }) => action !== "skip")) {
    const key = run.chunk ?? run.runId;
    chunks.set(key, [...(chunks.get(key) ?? []), run.executionDate]);
  }
  return [...chunks.values()];
}

const sizes = (...args) => cutOf(...args).map(({ length }) => length);

test("chunks are cut by count, by calendar unit, and where a date is left alone", () => {
  const year = { startDate: "2024-01-01", endDate: "2024-12-31" };
  assert.deepEqual(sizes(daily, days(10, { chunk: { dates: 4 } })), [4, 4, 2]);
  assert.deepEqual(
    sizes(daily, { ...year, chunk: { period: "P1M" } }),
    [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
  );
  assert.deepEqual(sizes(daily, { ...year, chunk: { period: "P3M" } }), [91, 91, 92, 92]);
  // The first of January 2024 was a Monday.
  assert.deepEqual(sizes(daily, days(16, { chunk: { period: "P1W" } })), [7, 7, 2]);
  const skipped = days(10, { chunk: { dates: 100 }, excludeDates: ["2024-01-04"] });
  assert.deepEqual(sizes(daily, skipped), [3, 6]);
  assert.deepEqual(sizes(daily, skipped, [{ executionDate: day(7), state: "success" }]), [3, 2, 3]);
  assert.deepEqual(sizes(daily, days(5, { chunk: { dates: 2 }, dates: [1, 2, 4, 5].map(day) })), [2, 2]);
  assert.deepEqual(sizes({ ...daily, exclude: ["2024-01-03"] }, days(5, { chunk: { dates: 9 } })), [2, 2]);
});

test("units are those of the schedule's zone, days of 23 and 25 hours too", () => {
  const hourly = { dagId: "etl", schedule: "@hourly", timeZone: "Europe/Berlin" };
  for (const [date, hours] of [
    ["2024-03-31", 23],
    ["2024-10-27", 25],
    ["2024-06-01", 24],
  ]) {
    assert.deepEqual(sizes(hourly, { startDate: date, endDate: date, chunk: { period: "P1D" } }), [hours]);
  }
});

test("newest first: chunks are cut the same, the newest runs first, and each begins with its oldest date", async () => {
  const options = days(10, { chunk: { dates: 4 } });
  const forward = cutOf(daily, options);
  const back = cutOf(daily, { ...options, order: "newest" }).map((dates) => dates.toReversed());
  assert.deepEqual(back, forward.toReversed());
  const started = [];
  const executeRun = ({ executionDate, chunk }) => void started.push([executionDate, chunk.dates.length]);
  const result = await service({ executeRun }).backfill({ ...options, order: "newest" });
  assert.deepEqual(started, [
    [day(9), 2],
    [day(5), 4],
    [day(1), 4],
  ]);
  assert.deepEqual(
    result.results.map(({ executionDate }) => executionDate),
    Array.from({ length: 10 }, (_, at) => day(10 - at)),
  );
});

test("a chunk is one run: its interval spans the dates, and each date has a record", async () => {
  const store = new MemoryStore();
  const seen = [];
  const executeRun = ({ runId, executionDate, dataInterval, chunk, render }) => {
    const text = "{{ ds }} {{ chunk.size }} {{ chunk.dates | join(',') }} {{ data_interval_end | ds }}";
    seen.push({ runId, executionDate, dataInterval, dates: chunk.dates, text: render.call ? text : "" });
    return { rows: chunk.dates.length };
  };
  const heard = listen();
  const result = await service({ store, executeRun }).backfill(
    days(5, { chunk: { dates: 3 }, backfillId: "b", conf: { a: 1 } }),
    heard.hooks,
  );
  const counts = ["totalDates", "completed", "failed", "skipped", "canceled", "unfinished"];
  assert.deepEqual(
    counts.map((name) => result[name]),
    [5, 5, 0, 0, 0, 0],
  );
  assert.deepEqual(
    seen.map(({ dates }) => dates),
    [[1, 2, 3].map(day), [4, 5].map(day)],
  );
  assert.deepEqual(seen[0].dataInterval, { start: day(1), end: day(4) });
  assert.equal(heard.of("run-started").length, 2);
  assert.deepEqual(heard.of("run-succeeded")[0].progress.completed, 3);
  const records = await store.listRuns({ dagId: "etl" });
  const first = `backfill__${day(1).replace("Z", "+00:00")}`;
  assert.deepEqual(
    records.map(({ state, chunk, attempt, output, conf }) => [state, chunk, attempt, output, conf.a]),
    [
      ["success", undefined, 1, { rows: 3 }, 1],
      ["success", records[0].runId, 1, undefined, 1],
      ["success", records[0].runId, 1, undefined, 1],
      ["success", undefined, 1, { rows: 2 }, 1],
      ["success", records[3].runId, 1, undefined, 1],
    ],
    first,
  );
  for (const { executionDate, dataInterval } of records) assert.equal(dataInterval.start, executionDate);
  assert.deepEqual(
    result.results.map(({ runId, state }) => [runId, state]),
    records.map(({ runId }) => [runId, "success"]),
  );
});

test("templates have the chunk, in previews and in runs", async () => {
  const dag = {
    ...daily,
    tasks: [
      {
        taskId: "load",
        command: "load {{ ds }} {{ chunk.size }} {{ chunk.dates[1] }} {{ data_interval_end | ds }}",
      },
    ],
  };
  const commands = [];
  const executeTask = ({ command }) => void commands.push(command);
  const driver = service({ dag, executeRun: undefined, executeTask });
  const options = days(3, { chunk: { period: "P1M" } });
  const preview = await driver.preview(options);
  const expected = "load 2024-01-01 3 2024-01-02T00:00:00Z 2024-01-04";
  assert.deepEqual(
    preview.render(day(2)).map(({ text }) => text),
    [expected],
  );
  assert.deepEqual(
    preview.warnings.map(({ code }) => code).filter((code) => code === "unknown_macro"),
    [],
  );
  assert.equal((await driver.backfill(options)).state, "success");
  assert.deepEqual(commands, [expected]);
});

test("one date of a chunk fails: the others have succeeded, and reprocessing makes smaller chunks", async () => {
  const store = new MemoryStore();
  const heard = listen();
  const started = [];
  const executeRun = ({ chunk }) => {
    started.push(chunk.dates);
    if (started.length > 1) return;
    assert.throws(() => chunk.fail("2024-02-01", new Error("no")), { code: "INVALID_OPTION" });
    chunk.fail(day(2), new Error("bad day"));
    chunk.fail(day(5), "worse");
  };
  const driver = service({ store, executeRun });
  const result = await driver.backfill(days(6, { chunk: { dates: 6 } }), heard.hooks);
  assert.deepEqual([result.state, result.completed, result.failed, result.unfinished], ["failed", 4, 2, 2]);
  assert.deepEqual(
    result.results.map(({ state, error }) => [state, error?.message]),
    [
      ["success", undefined],
      ["failed", "bad day"],
      ["success", undefined],
      ["success", undefined],
      ["failed", "worse"],
      ["success", undefined],
    ],
  );
  const [{ run }] = heard.of("run-failed");
  assert.equal(run.error.message, "2 of 6 dates have failed");
  const states = (await store.listRuns({ dagId: "etl" })).map(({ state }) => state);
  assert.deepEqual(states, ["success", "failed", "success", "success", "failed", "success"]);
  const again = await driver.backfill(days(6, { chunk: { dates: 6 }, reprocess: "failed" }));
  assert.deepEqual([again.state, started.slice(1)], ["success", [[day(2)], [day(5)]]]);
  const [, second] = await store.listRuns({ dagId: "etl" });
  assert.deepEqual([second.state, second.chunk, second.attempt], ["success", undefined, 2]);
});

test("an attempt with failed dates is tried again with the whole chunk, and the last one counts", async () => {
  const store = new MemoryStore();
  const heard = listen();
  const attempts = [];
  const executeRun = ({ chunk, attempt }) => {
    attempts.push(chunk.dates.length);
    if (attempt < 3) chunk.fail(day(attempt), new Error(`attempt ${attempt}`));
    if (chunk.dates[0] === day(4)) chunk.fail(day(5), new Error("for good"));
  };
  const driver = service({ store, executeRun });
  const options = days(6, { chunk: { dates: 3 }, retries: 2 });
  const first = await driver.backfill({ ...options, endDate: "2024-01-03" }, heard.hooks);
  assert.deepEqual([first.state, first.completed, first.failed, first.unfinished], ["success", 3, 0, 0]);
  assert.deepEqual(attempts, [3, 3, 3]);
  const [{ run }] = heard.of("run-retrying");
  assert.equal(run.error.message, "1 of 3 dates have failed");
  const records = await store.listRuns({ dagId: "etl" });
  assert.deepEqual(
    records.map(({ state, attempt, error }) => [state, attempt, error]),
    Array(3).fill(["success", 3, undefined]),
  );
  const second = await driver.backfill({ ...options, startDate: "2024-01-04" });
  assert.deepEqual([second.state, second.completed, second.failed, attempts.length], ["failed", 2, 1, 6]);
  const failed = second.results.filter(({ state }) => state === "failed");
  assert.deepEqual(
    failed.map(({ executionDate, error, attempts }) => [executionDate, error.message, attempts]),
    [[day(5), "for good", 3]],
  );
});

test("a chunk that waits to be tried again and is canceled is canceled with all of its dates", async () => {
  const store = new MemoryStore();
  const heard = listen();
  const executeRun = ({ chunk }) => chunk.fail(day(2), new Error("no"));
  const options = days(3, { chunk: { dates: 3 }, retries: 1, retryDelay: "PT1H" });
  const backfill = await service({ store, executeRun }).start(options, heard.hooks);
  for await (const { type } of backfill) if (type === "run-retrying") break;
  const result = await backfill.cancel();
  assert.deepEqual([result.canceled, result.failed, result.completed, result.unfinished], [3, 0, 0, 3]);
  const states = (await store.listRuns({ dagId: "etl" })).map(({ state }) => state);
  assert.deepEqual(
    [states, result.results.map(({ state }) => state)],
    [Array(3).fill("canceled"), Array(3).fill("canceled")],
  );
});

test("a date that is told to have failed after its attempt has ended is an error", async () => {
  const chunks = [];
  const executeRun = ({ chunk, attempt }) => {
    chunks.push(chunk);
    if (attempt === 1) throw new Error("the first");
    // The attempt before this one has ended, too.
    assert.throws(() => chunks[0].fail(day(1), new Error("late")), { code: "INVALID_OPTION" });
  };
  const result = await service({ executeRun }).backfill(days(3, { chunk: { dates: 3 }, retries: 1 }));
  assert.deepEqual([result.state, result.completed], ["success", 3]);
  for (const chunk of chunks)
    assert.throws(() => chunk.fail(day(1), new Error("late")), {
      code: "INVALID_OPTION",
      field: "chunk.fail",
    });
  assert.equal(result.results[0].state, "success");
});

test("a chunk of which somebody else took a date since the plan is not run, and is no success", async () => {
  const store = new MemoryStore();
  const work = gate();
  const driver = service({ store, executeRun: work.executeRun });
  const backfill = await driver.start(days(6, { chunk: { dates: 3 } }));
  await work.until(1);
  const run = { runId: "theirs", dagId: "etl", executionDate: day(5), runType: "manual", state: "running" };
  const dataInterval = { start: day(5), end: day(6) };
  await store.apply([{ type: "create-run", run: { ...run, dataInterval, conf: {}, attempt: 1 } }]);
  work.end(1);
  const result = await backfill.result;
  assert.deepEqual([result.state, result.completed, result.skipped, result.unfinished], ["failed", 3, 3, 2]);
  assert.deepEqual(work.started, [day(1)]);
  const [{ state }] = await driver.list();
  assert.equal(state, "failed");
});

test("a chunk that fails fails all of its dates, is tried again as a whole, and counts once for the limits", async () => {
  const attempts = [];
  const executeRun = ({ executionDate, attempt, chunk }) => {
    attempts.push([executionDate, attempt]);
    chunk.fail(executionDate, new Error("told apart in vain"));
    throw new Error("all of it");
  };
  const driver = service({ executeRun });
  const result = await driver.backfill(days(9, { chunk: { dates: 3 }, retries: 1, maxFailures: 2 }));
  assert.deepEqual([result.failed, result.canceled, result.state], [6, 3, "failed"]);
  assert.deepEqual(attempts, [
    [day(1), 1],
    [day(1), 2],
    [day(4), 1],
    [day(4), 2],
  ]);
  assert.deepEqual([...new Set(result.results.map(({ error }) => error?.message))], ["all of it", undefined]);
});

test("maxParallelRuns counts chunks, and progress counts dates", async () => {
  const work = gate();
  const driver = service({ executeRun: work.executeRun });
  const backfill = await driver.start(days(9, { chunk: { dates: 2 }, maxParallelRuns: 3 }));
  await work.until(3);
  await settle();
  assert.deepEqual([work.started, backfill.progress.running], [[1, 3, 5].map(day), 6]);
  work.end(3);
  await work.until(4);
  assert.deepEqual([backfill.progress.completed, backfill.progress.remaining], [2, 7]);
  const ended = backfill.cancel();
  for (const number of [1, 5, 7]) work.end(number);
  const result = await ended;
  assert.deepEqual([result.completed, result.canceled], [8, 1]);
});

test("dependsOnPast holds between chunks: one failed date blocks what comes behind", async () => {
  const dag = { ...daily, dependsOnPast: true };
  const executeRun = ({ chunk }) => chunk.fail(day(2), new Error("no"));
  const result = await service({ dag, executeRun }).backfill(days(6, { chunk: { dates: 3 } }));
  assert.deepEqual([result.completed, result.failed, result.skipped, result.state], [2, 1, 3, "failed"]);
  assert.equal(result.results[5].reason, "depends_on_past");
});

test("a chunk whose process died starts again as a whole; what was recorded of others stays", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  const dead = service({ store: mortal.store, executeRun: work.executeRun });
  const lost = await dead.start(days(8, { chunk: { dates: 3 }, backfillId: "b", maxParallelRuns: 2 }));
  await work.until(2);
  work.context(1).chunk.fail(day(2), new Error("bad day"));
  work.end(1);
  await work.until(3);
  await mortal.die();
  const open = (await store.listRuns({ dagId: "etl" })).map(({ state }) => state);
  assert.deepEqual(open, [
    "success",
    "failed",
    "success",
    "running",
    "running",
    "running",
    "running",
    "running",
  ]);
  const started = [];
  const executeRun = ({ chunk, attempt }) => void started.push([chunk.dates, attempt]);
  const driver = service({ store, executeRun });
  const [{ progress }] = await driver.list();
  assert.deepEqual([progress.total, progress.completed, progress.failed, progress.remaining], [8, 2, 1, 5]);
  const result = await (await driver.resume("b")).result;
  assert.deepEqual(started, [
    [[4, 5, 6].map(day), 2],
    [[7, 8].map(day), 2],
  ]);
  assert.deepEqual([result.completed, result.failed, result.state], [7, 1, "failed"]);
  assert.deepEqual(result.results.map(({ state }) => state).filter((state) => state === "failed").length, 1);
  assert.equal(result.results[1].error.message, "bad day");
  lost.result.catch(() => {});
});

test("discard closes every date of a chunk", async () => {
  const store = new MemoryStore();
  const work = gate();
  const mortal = storeOfADeadProcess(store);
  await service({ store: mortal.store, executeRun: work.executeRun }).start(
    days(5, { chunk: { dates: 3 }, backfillId: "b" }),
  );
  await work.until(1);
  await mortal.die();
  const driver = service({ store });
  await driver.discard("b");
  const states = (await store.listRuns({ dagId: "etl" })).map(({ state }) => state);
  assert.deepEqual(states, ["canceled", "canceled", "canceled"]);
  const [{ progress }] = await driver.list();
  assert.deepEqual([progress.canceled, progress.remaining], [5, 0]);
});

test("the hash covers the cut, estimates count chunks, and wrong chunks are refused", async () => {
  const driver = service();
  const hash = async (chunk) => (await driver.preview(days(9, chunk && { chunk }))).planHash;
  const hashes = await Promise.all([undefined, { dates: 2 }, { dates: 3 }, { period: "P1M" }].map(hash));
  assert.equal(new Set(hashes).size, 4);
  const preview = await driver.preview(days(9, { chunk: { dates: 3 } }));
  assert.equal(preview.estimate({ runDuration: 1000 }).makespan, 3000);
  for (const [options, field] of [
    [{ chunk: { dates: 0 } }, "chunk.dates"],
    [{ chunk: { period: "P2D" } }, "chunk.period"],
    [{ chunk: {} }, "chunk"],
    [{ chunk: { dates: 1, period: "P1D" } }, "chunk"],
    [{ chunk: { dates: 2 }, order: "bisect" }, "order"],
    [{ chunk: { dates: 2 }, order: { newest: 2 } }, "order"],
  ]) {
    await assert.rejects(driver.preview(days(3, options)), { code: "INVALID_OPTION", field });
  }
  const trigger = service({ dag: { ...daily, kind: "trigger" } });
  await assert.rejects(trigger.preview(days(3, { chunk: { dates: 2 } })), {
    code: "INVALID_OPTION",
    field: "chunk",
  });
  const windowed = { ...daily, kind: "trigger", interval: "P1D" };
  assert.deepEqual(sizes(windowed, days(4, { chunk: { dates: 2 } })), [2, 2]);
});

const schedules = ["@daily", "@hourly", "0 */6 * * *", "0 0 * * 1-5", "30 2 * * *", "0 0 1,15 * *"];

test("random plans: chunks cover exactly the dates of the plan without chunks, and none is longer or crosses a unit", (t) => {
  const seed = Number(process.env.CHUNK_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = randomBy(seed);
  let chunks = 0;
  for (let round = 0; round < 400; round += 1) {
    const dag = {
      dagId: "etl",
      schedule: random.pick(schedules),
      timeZone: random.pick(["UTC", "Europe/Berlin", "America/New_York"]),
      ...(random.chance(0.3) && { exclude: ["2024-04-02"] }),
    };
    const startDate = Date.UTC(2024, random.pick([2, 3, 9, 10]), random.integer(1, 28));
    const range = {
      startDate,
      endDate: startDate + random.integer(0, 30) * 86_400_000,
      order: random.pick(["oldest", "newest"]),
      reprocess: random.pick(["none", "failed", "completed"]),
    };
    const without = planBackfill(dag, range, [], "2026-01-01");
    const states = ["success", "failed", "running", "canceled"];
    const existing = without.dates
      .filter(() => random.chance(0.3))
      .map((executionDate) => ({ executionDate, state: random.pick(states) }));
    const chunk = random.chance(0.5)
      ? { dates: random.integer(1, 9) }
      : { period: random.pick(["P1D", "P1W", "P1M", "P3M", "P1Y"]) };
    const plain = planBackfill(dag, range, existing, "2026-01-01");
    const planned = cutOf(dag, { ...range, chunk }, existing);
    const shown = JSON.stringify({ seed, round, dag, range, chunk });
    const starting = plain.runs.filter(({ action }) => action !== "skip");
    assert.deepEqual(
      planned.flat(),
      starting.map(({ executionDate }) => executionDate),
      shown,
    );
    const local = new Map(plain.runs.map((run) => [run.executionDate, run]));
    for (const dates of planned) {
      chunks += 1;
      if (chunk.dates !== undefined) assert.ok(dates.length <= chunk.dates, shown);
      const months = new Set(dates.map((date) => local.get(date).localDate.slice(0, 7)));
      const ofDays = new Set(dates.map((date) => local.get(date).localDate.slice(0, 10)));
      if (chunk.period === "P1M") assert.equal(months.size, 1, shown);
      if (chunk.period === "P1D") assert.equal(ofDays.size, 1, shown);
      const ascending = dates.toSorted();
      for (const [at, date] of ascending.entries()) {
        if (at > 0) assert.equal(local.get(date).previousDate, ascending[at - 1], shown);
      }
    }
  }
  assert.ok(chunks > 400);
});
