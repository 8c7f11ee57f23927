// The entry dagfill/react: a backfill as a hook, and the components that draw it. Styles: `dagfill/react/styles.css`.

export { english, withEnglish } from "./react/english.js";
export type { Locale, LocaleText } from "./react/locale.js";
export { BackfillModel } from "./react/model/backfill_model.js";
export type { BackfillSettings } from "./react/model/settings.js";
export type { BackfillSnapshot } from "./react/model/snapshot.js";
export { ClockDay, type ClockDayProps } from "./react/parts/clock_day.js";
export { DateCalendar, type DateCalendarProps } from "./react/parts/date_calendar.js";
export { DatePanel, type DatePanelProps } from "./react/parts/date_panel.js";
export { FinishBar, type FinishBarProps } from "./react/parts/finish_bar.js";
export { IntervalTimeline, type IntervalTimelineProps } from "./react/parts/interval_timeline.js";
export { PlanSummary, type PlanSummaryProps } from "./react/parts/plan_summary.js";
export { RunLanes, type RunLanesProps } from "./react/parts/run_lanes.js";
export { RunTable, type RunTableProps } from "./react/parts/run_table.js";
export { ScheduleField, type ScheduleFieldProps, scheduleOf } from "./react/parts/schedule_field.js";
export { StateLegend, type StateLegendProps } from "./react/parts/state_legend.js";
export { TaskGantt, type TaskGanttProps } from "./react/parts/task_gantt.js";
export { TaskGrid, type TaskGridProps } from "./react/parts/task_grid.js";
export { type Comparison, SHIFTS, type Shift } from "./react/plan/comparison.js";
export type { DayColumns } from "./react/plan/day_columns.js";
export { type ClockChange, type PlanColumns, rowOf } from "./react/plan/plan_columns.js";
export { TOKENS, type Token } from "./react/plan/tokens.js";
export type { DateDetail, PlannedDate } from "./react/planning/date_detail.js";
export type { FinishBand } from "./react/planning/finish_band.js";
export type { PlanEstimate, ScheduleWords } from "./react/planning/planning.js";
export type { Bar, RunPhase, RunView } from "./react/run/run_view.js";
export type { TaskMark, TaskMarks, TaskState } from "./react/run/task_marks.js";
export { type PageBackfill, useBackfill } from "./react/use_backfill.js";
