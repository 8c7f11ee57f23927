// Runs on dates that are none of the schedule, as `trigger` makes them and importers find them: run again by their dates.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BackfillService, MemoryStore } from "dagfill";

const one = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-01" };

function tasking(tasks, execute, dag = {}) {
  const store = new MemoryStore();
  const executeTask = (task) => execute(task);
  const dags = [{ dagId: "d", schedule: "@daily", tasks, ...dag }];
  return { service: new BackfillService({ dags, store, executeTask }), store };
}

test("a run by hand off the schedule is run again as one by hand: by its date, with its interval, under its id", async () => {
  const seen = [];
  const tasks = [{ taskId: "a", params: { prev: "{{ prev_ds }}", start: "{{ data_interval_start | ts }}" } }];
  const { service, store } = tasking(
    tasks,
    ({ params, runType, dataInterval, previousDate, action }) =>
      void seen.push({ params, runType, dataInterval, previousDate, action }),
  );
  const date = "2024-01-02T13:05:00Z";
  const made = await service.trigger({ dagId: "d", executionDate: date, conf: { n: 1 } });
  const [before] = await store.listRuns({ dagId: "d" });
  await service.backfill({ ...one, endDate: "2024-01-03" });
  seen.length = 1;
  for (const how of [{ resetDagRun: true }, { reprocess: "completed" }]) {
    const range = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-03", ...how };
    const preview = await service.preview({ ...range, dates: [date] });
    assert.deepEqual(
      preview.runs.map(({ runId, runType, action }) => [runId, runType, action]),
      [[made.runId, "manual", "reset"]],
    );
    const [text] = preview.render(date, "a").filter(({ path }) => path.endsWith("start"));
    assert.equal(text.text, seen[0].params.start);
    const result = await service.backfill({ ...range, dates: [date] });
    assert.deepEqual([result.state, result.results[0].runId], ["success", made.runId]);
  }
  assert.deepEqual(seen, [seen[0], { ...seen[0], action: "reset" }, { ...seen[0], action: "reset" }]);
  const [after] = (await store.listRuns({ dagId: "d" })).filter(({ runId }) => runId === made.runId);
  for (const key of ["executionDate", "dataInterval", "runType", "conf"])
    assert.deepEqual(after[key], before[key]);
  const none = {
    dagId: "d",
    startDate: "2024-01-01",
    endDate: "2024-01-03",
    dates: ["2024-01-02T14:00:00Z"],
  };
  await assert.rejects(service.preview(none), { code: "INVALID_OPTION", field: "dates[0]" });
});

test("a DAG without a schedule: its runs by hand are run again by their dates", async () => {
  const dag = { schedule: null };
  const ran = [];
  const { service, store } = tasking([{ taskId: "a" }], ({ taskId }) => ran.push(taskId), dag);
  const date = "2024-01-02T13:05:00Z";
  await service.trigger({ dagId: "d", executionDate: date });
  const range = { dagId: "d", startDate: "2024-01-01", endDate: "2024-01-03", resetDagRun: true };
  assert.equal((await service.backfill({ ...range, dates: [date] })).state, "success");
  assert.deepEqual(ran, ["a", "a"]);
  assert.deepEqual(
    (await store.listRuns({ dagId: "d" })).map(({ runType }) => runType),
    ["manual"],
  );
  await assert.rejects(service.preview(range), { code: "NO_SCHEDULE" });
  const other = { ...range, dates: ["2024-01-02T14:00:00Z"] };
  await assert.rejects(service.preview(other), {
    code: "INVALID_OPTION",
    field: "dates[0]",
  });
});
