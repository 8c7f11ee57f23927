// How runs.sqlite.gz and indexeddb.json were made: by dagfill 0.1.0 (schema 1), whose process was killed when this had ended.
export const tasks = [
  { taskId: "extract", params: { day: "{{ ds }}" } },
  { taskId: "load", dependsOn: ["extract"], retries: 2 },
];
export const dagIds = ["finished", "paused", "interrupted", "canceling", "again", "single", "outside"];
export const dags = dagIds.map((dagId) => ({
  dagId,
  schedule: "@daily",
  ...(dagId === "interrupted" ? { tasks } : {}),
}));

export async function scenes({ BackfillService, Scheduler }, store) {
  let clock = Date.UTC(2024, 1, 1, 12);
  const now = () => (clock += 250);
  const never = new Promise(() => {});
  const daily = (dagId, more = {}) => ({ dagId, schedule: "@daily", ...more });
  const range = (dagId, last, more = {}) => ({
    dagId,
    startDate: "2024-01-01",
    endDate: `2024-01-0${last}`,
    backfillId: dagId,
    ...more,
  });
  const service = (dag, callbacks) => new BackfillService({ dags: [dag], store, now, ...callbacks });
  const day = (run) => Number(run.executionDate.slice(8, 10));
  const until = async (condition) => {
    while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  // finished, one run failed, one retried
  await service(daily("finished"), {
    executeRun: (run) => {
      if (day(run) === 3 || (day(run) === 4 && run.attempt === 1))
        throw new TypeError(`no data for ${run.executionDate}`);
      return { rows: day(run) };
    },
  }).backfill(range("finished", 5, { retries: 1, conf: { region: "eu" } }));
  // paused after two runs
  const paused = await service(daily("paused"), {
    executeRun: (run) => {
      if (day(run) === 2) paused.pause();
    },
  }).start(range("paused", 6));
  await until(async () => (await store.loadBackfill("paused")).state === "paused");
  // interrupted: two runs done, two in the middle of their tasks
  const tasks = [
    { taskId: "extract", params: { day: "{{ ds }}" } },
    { taskId: "load", dependsOn: ["extract"], retries: 2 },
  ];
  let loading = 0;
  await service(daily("interrupted", { tasks }), {
    executeTask: (task) => {
      if (task.taskId === "extract") {
        task.xcomPush("rows", day(task));
        return { path: task.params.day };
      }
      if (day(task) <= 2) return "loaded";
      loading += 1;
      return never;
    },
  }).start(range("interrupted", 6, { maxParallelRuns: 2 }));
  await until(() => loading === 2);
  await until(
    async () =>
      (await store.listTaskInstances("interrupted", "backfill__2024-01-04T00:00:00+00:00")).length === 2,
  );
  // canceled, one run still in flight
  let inFlight = false;
  const executeRun = (run) => {
    inFlight = day(run) === 2;
    return inFlight ? never : undefined;
  };
  const canceling = await service(daily("canceling"), { executeRun }).start(range("canceling", 4));
  await until(() => inFlight);
  canceling.cancel().catch(() => {});
  await until(async () => (await store.loadBackfill("canceling")).canceling === true);
  // a reset of what had succeeded, interrupted after its first run
  await service(daily("again"), { executeRun: () => "first" }).backfill(
    range("again", 4, { backfillId: "again 1", conf: { kept: true } }),
  );
  await service(daily("again"), { executeRun: (run) => (day(run) === 1 ? "second" : never) }).start(
    range("again", 4, { backfillId: "again 2", resetDagRun: true }),
  );
  await until(async () => (await store.listRuns({ dagId: "again", states: ["running"] })).length === 1);
  // by hand and by the scheduler
  await service(daily("single"), { executeRun: () => ({ by: "hand" }) }).trigger({
    dagId: "single",
    executionDate: "2024-01-05",
    conf: { n: 1 },
  });
  clock = Date.UTC(2024, 1, 1, 12);
  await new Scheduler({
    dags: [daily("single", { startDate: "2024-01-30", catchup: true })],
    store,
    now,
    executeRun: () => {},
  }).tick();
  // records of other programs
  const outside = (executionDate, more) => ({
    type: "create-run",
    run: {
      runId: executionDate,
      dagId: "outside",
      executionDate,
      dataInterval: { start: executionDate, end: "2024-01-09T00:00:00.000Z" },
      runType: "scheduled",
      state: "success",
      conf: {},
      attempt: 1,
      ...more,
    },
  });
  await store.apply([
    outside("2024-01-01T00:00:00Z"),
    outside("2024-01-02T00:00:00.000Z", {
      startedAt: "2024-01-02T01:00:00.123456+01:00",
      finishedAt: "2024-01-02T00:00:01.000Z",
    }),
    outside("2024-01-03T00:00:00.5Z", { startedAt: "yesterday" }),
  ]);
}
