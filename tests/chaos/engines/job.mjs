// A job as a coordinator hands it over.
export function jobOf(dagId, n, conf) {
  const day = (at) => new Date(Date.UTC(2001, 0, 1 + at)).toISOString().replace(".000Z", "Z");
  return {
    key: crypto.randomUUID(),
    kind: "run",
    data: {
      version: 1,
      dagId,
      runId: `backfill__${day(n)}`,
      attempt: 1,
      runType: "backfill",
      action: "create",
      executionDate: day(n),
      localDate: day(n),
      dataInterval: { start: day(n), end: day(n + 1) },
      runAfter: day(n + 1),
      previousDate: null,
      nextDate: null,
      timetable: { cron: ["@daily"] },
      dag: "{}",
      params: {},
      conf,
    },
  };
}
