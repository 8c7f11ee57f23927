// A page in TypeScript with the custom elements: their properties, methods and events have types, and what is wrong is refused.
import type { BackfillEvent } from "dagfill";
import type { BackfillElementEvents } from "dagfill/element";
import "dagfill/element";

const plan = document.createElement("dagfill-plan");
const calendar = document.querySelector("dagfill-calendar");

plan.dag = {
  dagId: "sales",
  schedule: "@daily",
  timeZone: "Europe/Berlin",
  tasks: [{ taskId: "extract", command: "extract {{ ds }}" }],
};
plan.options = { startDate: "2026-01-01", endDate: new Date(0), maxParallelRuns: 2 };
plan.existing = [{ executionDate: "2026-01-01T00:00:00Z", state: "success" }];
plan.executeRun = async ({ runId, signal }) => {
  await fetch(`/runs/${runId}`, { method: "POST", signal: signal as AbortSignal });
};
plan.locale = { language: "de-DE", pause: "Anhalten", token: { create: "neu" }, columns: { date: "Tag" } };
plan.locale = { errors: { INVALID_CRON: ({ message }) => message } };
// What is set may be taken away, and read again.
plan.existing = undefined;
const start: string = plan.dag?.dagId ?? "";

// @ts-expect-error: a DAG has a dagId
plan.dag = { schedule: "@daily" };
// @ts-expect-error: the text is an attribute's, the property takes the object
plan.dag = '{"dagId":"sales","schedule":"@daily"}';
// @ts-expect-error: there is no option maxParallelRun
plan.options = { startDate: "2026-01-01", endDate: "2026-01-31", maxParallelRun: 2 };
// @ts-expect-error: the range has two ends
plan.options = { startDate: "2026-01-01" };
// @ts-expect-error: the dagId is the DAG's
plan.options = { dagId: "sales", startDate: "2026-01-01", endDate: "2026-01-31" };
// @ts-expect-error: a run has one of the states
plan.existing = [{ executionDate: "2026-01-01T00:00:00Z", state: "done" }];
// @ts-expect-error: there is no token "made"
plan.locale = { token: { made: "neu" } };
// @ts-expect-error: a locale's text that needs a count is a function
plan.locale = { run: "Start" };
// @ts-expect-error: there is no property dags
plan.dags = [];

const started: Promise<void> = plan.start();
const resumed: Promise<void> = plan.resume("backfill-1", { maxParallelRuns: 8 });
plan.select(3);
// @ts-expect-error: what becomes of the running ones is "finish" or "abort"
plan.cancel({ running: "stop" });
// @ts-expect-error: a row is a number
plan.select("2026-01-01");

const done: number | undefined = plan.backfill?.progress?.completed;
// @ts-expect-error: the snapshot is null before it is drawn
plan.backfill.plan;

plan.addEventListener("dagfill-event", ({ detail }) => {
  const event: BackfillEvent = detail;
  if (event.type === "run-failed") console.log(event.run.error?.message);
});
plan.addEventListener("dagfill-select", ({ detail: { row, day } }) => {
  const chosen: (number | null)[] = [row, day];
  // @ts-expect-error: a row is a number or null
  const text: string = row;
  console.log(chosen, text);
});
plan.addEventListener("dagfill-change", ({ detail }) => {
  const phase: string = detail.phase;
  // @ts-expect-error: a snapshot has no state
  console.log(phase, detail.state);
});
calendar?.addEventListener("dagfill-range", function ({ detail: { from, to } }) {
  this.options = { startDate: from, endDate: to };
});
calendar?.addEventListener("dagfill-exclude", ({ detail }) => {
  const day: string = detail.day;
  // @ts-expect-error: one day at a time
  console.log(day, detail.days);
});
// Events that every element has keep their types.
plan.addEventListener("click", ({ clientX }) => console.log(clientX));

const onSelect = ({ detail }: BackfillElementEvents["dagfill-select"]) => console.log(detail.row);
plan.addEventListener("dagfill-select", onSelect, { once: true });
plan.removeEventListener("dagfill-select", onSelect);
// @ts-expect-error: another event has another detail
plan.addEventListener("dagfill-exclude", onSelect);

export { done, resumed, start, started };
