// A page whose settings, width and direction are said by a test: every part over one backfill.
import * as parts from "dagfill/react";
import { openIndexedDbStore } from "dagfill/store/indexeddb";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import "dagfill/react/styles.css";

const { PlanSummary, DateCalendar, RunTable, DatePanel, IntervalTimeline, RunLanes, TaskGrid, TaskGantt } =
  parts;
const EVERY = [
  PlanSummary,
  DateCalendar,
  RunTable,
  DatePanel,
  IntervalTimeline,
  RunLanes,
  TaskGrid,
  TaskGantt,
];

function App({ store }) {
  const [settings, setSettings] = useState(globalThis.settings);
  const backfill = parts.useBackfill({ ...settings, store, executeTask: (task) => globalThis.execute(task) });
  Object.assign(globalThis, { backfill, setSettings });
  const onRange = (from, to) => globalThis.ranges.push([from, to]);
  return (
    <main style={globalThis.style} dir={globalThis.direction}>
      {EVERY.map((Part) => (
        <Part key={Part.name} backfill={backfill} onRange={onRange} />
      ))}
    </main>
  );
}

globalThis.ranges = [];
openIndexedDbStore("parts").then((store) =>
  createRoot(document.getElementById("root")).render(<App store={store} />),
);
