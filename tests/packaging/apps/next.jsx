"use client";
// A page of somebody else in Next's app router: rendered by the server, then previews, runs, cancels and resumes a backfill.
import { preloadWorker } from "dagfill/planning";
import { DateCalendar, DatePanel, PlanSummary, RunTable, TaskGrid, useBackfill } from "dagfill/react";
import { openIndexedDbStore } from "dagfill/store/indexeddb";
import { useEffect, useState } from "react";

const dag = {
  dagId: "sales",
  schedule: "30 2 * * *",
  timeZone: "Europe/Berlin",
  tasks: [
    { taskId: "extract", command: "extract --date {{ ds }}" },
    { taskId: "load", command: "load {{ ds_nodash }}", dependsOn: ["extract"] },
  ],
};
const options = { startDate: "2026-01-01", endDate: "2026-03-31", maxParallelRuns: 4 };

export default function Plan() {
  const [store, setStore] = useState(undefined);
  useEffect(() => {
    preloadWorker();
    openIndexedDbStore("next").then(setStore);
  }, []);
  const backfill = useBackfill({ dag, options, store, executeTask: (task) => globalThis.execute(task) });
  useEffect(() => {
    globalThis.backfill = backfill;
  });
  return (
    <main>
      <h1>Sales</h1>
      <PlanSummary backfill={backfill} />
      <DateCalendar backfill={backfill} />
      <RunTable backfill={backfill} />
      <DatePanel backfill={backfill} />
      <TaskGrid backfill={backfill} />
    </main>
  );
}
