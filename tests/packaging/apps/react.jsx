// A page of somebody else: previews, runs, cancels and resumes a backfill with dagfill/react.
import {
  DateCalendar,
  DatePanel,
  IntervalTimeline,
  PlanSummary,
  RunLanes,
  RunTable,
  ScheduleField,
  scheduleOf,
  TaskGantt,
  TaskGrid,
  useBackfill,
} from "dagfill/react";
import { openIndexedDbStore } from "dagfill/store/indexeddb";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import "dagfill/react/styles.css";

const tasks = [
  { taskId: "extract", command: "extract --date {{ ds }}" },
  { taskId: "load", command: "load {{ ds_nodash }}", dependsOn: ["extract"] },
];

function App({ store }) {
  const [schedule, setSchedule] = useState("30 2 * * *");
  const [range, setRange] = useState({ from: "2026-01-01", to: "2026-03-31" });
  const backfill = useBackfill({
    dag: { dagId: "sales", schedule: scheduleOf(schedule), timeZone: "Europe/Berlin", tasks },
    options: { startDate: range.from, endDate: range.to, maxParallelRuns: 4 },
    store,
    executeTask: (task) => globalThis.execute(task),
  });
  globalThis.backfill = backfill;
  return (
    <main style={{ display: "grid", gap: 16 }}>
      <h1>Sales</h1>
      <ScheduleField value={schedule} onChange={setSchedule} options={{ timeZone: "Europe/Berlin" }} />
      <PlanSummary backfill={backfill} />
      <DateCalendar backfill={backfill} onRange={(from, to) => setRange({ from, to })} />
      <RunTable backfill={backfill} />
      <DatePanel backfill={backfill} />
      <IntervalTimeline backfill={backfill} />
      <RunLanes backfill={backfill} />
      <TaskGrid backfill={backfill} />
      <TaskGantt backfill={backfill} />
    </main>
  );
}

openIndexedDbStore("foreign").then((store) =>
  createRoot(document.getElementById("root")).render(<App store={store} />),
);
