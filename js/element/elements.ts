// The two elements, and the names under which they are known.
import { createElement, Fragment, type ReactNode } from "react";
import { DateCalendar } from "../react/parts/date_calendar.js";
import { DatePanel } from "../react/parts/date_panel.js";
import { IntervalTimeline } from "../react/parts/interval_timeline.js";
import { PlanSummary } from "../react/parts/plan_summary.js";
import { RunLanes } from "../react/parts/run_lanes.js";
import { RunTable } from "../react/parts/run_table.js";
import { TaskGrid } from "../react/parts/task_grid.js";
import { BackfillElement, type Draw } from "./backfill_element.js";

const calendar: Draw = (backfill, send) =>
  createElement(DateCalendar, {
    backfill,
    onRange: (from, to) => send("dagfill-range", { from, to }),
    onExclude: (day) => send("dagfill-exclude", { day }),
  });

const plan: Draw = (backfill, send) => {
  const summary = createElement(PlanSummary, { backfill });
  if (backfill.phase.startsWith("no_")) return summary;
  return createElement(
    Fragment,
    null,
    summary,
    calendar(backfill, send) as ReactNode,
    createElement(
      "div",
      { className: "dagfill-columns" },
      createElement(RunTable, { backfill }),
      createElement(DatePanel, { backfill }),
    ),
    createElement(IntervalTimeline, { backfill }),
    (backfill.run ?? backfill.estimate) !== null && createElement(RunLanes, { backfill }),
    (backfill.dag?.tasks ?? []).length > 0 && createElement(TaskGrid, { backfill }),
  );
};

/** `<dagfill-plan>`: the plan in a sentence with its buttons, the calendar, the dates, one date in full, data intervals, lanes and tasks.
 *
 *  ```html
 *  <script type="module" src="/node_modules/dagfill/dist/element.js"></script>
 *  <script type="module">
 *    const element = document.querySelector("dagfill-plan");
 *    element.dag = { dagId: "sales", schedule: "@daily" };
 *    element.options = { startDate: "2026-01-01", endDate: "2026-01-31" };
 *    element.executeRun = async ({ runId, signal }) => {
 *      const response = await fetch(`/runs/${runId}`, { method: "POST", signal });
 *      if (!response.ok) throw new Error(`the server said ${response.status}`);
 *    };
 *    element.addEventListener("dagfill-event", ({ detail }) => console.log(detail.type));
 *  </script>
 *  <dagfill-plan></dagfill-plan>
 *  ``` */
export class DagfillPlanElement extends BackfillElement {
  constructor() {
    super(plan);
  }
}

/** `<dagfill-calendar>`: the calendar alone. Events beside the others: `dagfill-range` (detail: `{ from, to }`) when a range of days
 *  was drawn, `dagfill-exclude` (detail: `{ day }`) when a day was taken out or put back. */
export class DagfillCalendarElement extends BackfillElement {
  constructor() {
    super(calendar);
  }
}

/** Defines the elements; a name that is taken already stays as it is. */
export function defineElements(): void {
  const registry = globalThis.customElements;
  if (registry === undefined) return;
  if (registry.get("dagfill-plan") === undefined) registry.define("dagfill-plan", DagfillPlanElement);
  if (registry.get("dagfill-calendar") === undefined)
    registry.define("dagfill-calendar", DagfillCalendarElement);
}
