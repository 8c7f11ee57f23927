// Each component of dagfill/react alone, in each of its states: `#RunTable` is all states of one. A scene says with `data-ready` that
// it has come to its state. For the rules of accessibility, and for the pictures that people look at.
import {
  ClockDay,
  DateCalendar,
  DatePanel,
  FinishBar,
  IntervalTimeline,
  PlanSummary,
  RunLanes,
  RunTable,
  ScheduleField,
  StateLegend,
  scheduleOf,
  TaskGantt,
  TaskGrid,
  useBackfill,
} from "dagfill/react";
import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { band, compared, refused, storeFailed, unfinished } from "./components_gallery_facts.mjs";
import "dagfill/react/styles.css";

const tasks = [
  { taskId: "extract", command: "extract --date {{ ds }} --out s3://raw/{{ ds_nodash }}.json" },
  { taskId: "load", command: "load {{ ds_nodash }}", dependsOn: ["extract"] },
  { taskId: "check", command: "check --from {{ data_interval_start }}", dependsOn: ["load"] },
  { taskId: "report", command: "report {{ ds }}", dependsOn: ["load"] },
];
const quarter = { startDate: "2026-01-01", endDate: "2026-03-31", maxParallelRuns: 4 };
const days = (from, to) => ({ ...quarter, startDate: from, endDate: to });
const january = (day) => `2026-01-${String(day).padStart(2, "0")}`;
const record = (day, state) => ({ executionDate: `${january(day)}T01:30:00Z`, state });
const existing = [
  ...[1, 2, 3, 4, 5, 8, 9].map((day) => record(day, "success")),
  ...[6, 7].map((day) => record(day, "failed")),
];

/** Tasks of the 5th and the 14th fail; what begins from the 20th on goes on until it is aborted. */
function executeTask({ executionDate, taskId, signal }) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("aborted")));
    const day = executionDate.slice(0, 10);
    if (day >= january(20) && day < "2026-02") return;
    const fails = taskId === "load" && [january(5), january(14)].includes(day);
    setTimeout(() => (fails ? reject(new Error("no rows in s3://raw")) : resolve()), 20);
  });
}

// Steps to a state: each is tried after every change, until it has been done.
const when = (isIt, act) => (backfill, scene) => {
  if (!isIt(backfill)) return false;
  act?.(backfill, scene);
  return true;
};
const isReady = when(({ phase, isStale }) => phase === "ready" && !isStale);
/** A step that is done at once. */
const act = (does) => when(() => true, does);
const start = when(
  ({ phase }) => phase === "ready",
  ({ start }) => start(),
);
const half = when(({ progress, run }) => progress?.running === 4 && run.bars.length > 20);
/** Only runs that go on until they are aborted. */
const open = when(({ progress }) => progress.running === 4 && progress.completed + progress.failed === 19);
const ended = when(({ phase }) => phase === "finished");
const pause = act(({ pause }) => pause());
const paused = when(({ phase }) => phase === "paused");
const choose = (row) => act(({ select }) => select(row));
const press = (text) =>
  act((_, scene) =>
    [...scene.querySelectorAll("button")].find((each) => each.textContent.startsWith(text)).click(),
  );
const running = [start, half];
const banded = (_, scene) => scene.querySelector(".dagfill-left") !== null;
const short = { options: days("2026-01-01", "2026-01-16") };
const finished = { settings: short, steps: [start, ended] };
const canceled = { steps: [...running, act(({ cancel }) => cancel({ running: "abort" })), ended] };
const hideNew = act(({ toggle }) => toggle("create"));
const oneHidden = { settings: { existing }, steps: [isReady, hideNew] };
const schedule = (text, more) => ({ settings: { dag: { schedule: scheduleOf(text), ...more } } });

/** By component: its states. `settings`: of the backfill. `steps`: to the state. `as`: what is shown of the backfill, where no step leads
 *  there. */
const scenes = {
  PlanSummary: {
    "no DAG": { settings: { dag: null }, steps: [] },
    planning: { steps: [], as: (it) => ({ ...it, plan: null, phase: "planning", estimate: null }) },
    invalid: { ...schedule("0 24 * * *"), steps: [when(({ phase }) => phase === "invalid")] },
    plan: { settings: { existing, options: { ...quarter, reprocess: "failed" } } },
    "one date": { settings: { options: days("2026-01-01", "2026-01-01") } },
    "nothing to run": {
      settings: { existing: existing.slice(0, 5), options: days("2026-01-01", "2026-01-05") },
    },
    warnings: {
      settings: {
        dag: { schedule: "0 0 13 * 5", tasks: [{ taskId: "load", command: "load {{ dss }}" }] },
        options: days("2026-01-01", "2027-12-31"),
      },
    },
    stale: {
      settings: ({ done }) => (done > 0 ? { dag: { schedule: "0 24 * * *" } } : {}),
      steps: [isReady, when(({ isStale, error }) => isStale && error !== null)],
    },
    "asks before it clears results": {
      settings: { existing, options: { ...quarter, reprocess: "completed" } },
      steps: [isReady, press("Run ")],
    },
    interrupted: { as: (it) => ({ ...it, unfinished }) },
    "asks before it discards": {
      steps: [isReady, press("Discard")],
      as: (it) => ({ ...it, unfinished }),
    },
    refused: { as: (it) => ({ ...it, failure: refused }) },
    running: { steps: [...running, banded] },
    paused: { steps: [...running, pause, paused] },
    "asks before it cancels": { steps: [...running, press("Cancel")] },
    "waits for approval": {
      settings: { options: { ...quarter, canary: { dates: 2, approve: "manual" } } },
      steps: [start, when(({ phase }) => phase === "awaiting_approval")],
    },
    canceled,
    failed: finished,
    succeeded: { settings: { options: days("2026-01-01", "2026-01-04") }, steps: [start, ended] },
    "failed earlier": { settings: { existing, options: days("2026-01-01", "2026-01-09") } },
    "the store failed": {
      steps: [],
      as: (it) => ({ ...it, plan: null, phase: "invalid", estimate: null, error: storeFailed }),
    },
    "of another DAG": { steps: [...running, pause, paused], as: (it) => ({ ...it, otherDagId: "sales" }) },
    "waits for runs to end": {
      steps: [...running, open, act(({ cancel }) => cancel()), when(({ phase }) => phase === "canceling")],
    },
    "unfinished elsewhere": { as: (it) => ({ ...it, unfinished: [{ ...unfinished[0], state: "running" }] }) },
    "runs elsewhere": { steps: [...running, pause, paused], as: (it) => ({ ...it, phase: "watching" }) },
  },
  DateCalendar: {
    "no plan": { steps: [], as: (it) => ({ ...it, plan: null, phase: "planning" }) },
    quarter: {
      settings: {
        existing,
        options: { ...quarter, reprocess: "failed", excludeDates: ["2026-02-10", "2026-02-11"] },
      },
      steps: [isReady, choose(87)],
    },
    "ten days": { settings: { options: days("2026-01-01", "2026-01-10") } },
    "two years": { settings: { options: days("2025-01-01", "2026-12-31") } },
    hours: { settings: { dag: { schedule: "0 * * * *" }, options: days("2026-03-20", "2026-04-05") } },
    "failures in dense days": {
      settings: {
        dag: { schedule: "*/15 * * * *", timeZone: "UTC" },
        existing: existing.slice(-2),
        options: quarter,
      },
    },
    comparison: { props: { comparison: compared() } },
    "one state hidden": oneHidden,
    running: { steps: running },
    finished,
  },
  RunTable: {
    plan: {
      settings: { existing, options: { ...quarter, excludeDates: ["2026-01-10"] } },
      steps: [isReady, choose(6)],
    },
    "no date matches": {
      steps: [isReady, hideNew],
    },
    "a day of the clock": {
      settings: { dag: { schedule: "0 * * * *" }, options: days("2026-03-29", "2026-03-29") },
      steps: [isReady, choose(2)],
    },
    "ten years of hours": {
      settings: { dag: { schedule: "0 * * * *" }, options: days("2016-01-01", "2025-12-31") },
      steps: [isReady, choose(87_640)],
    },
    running: { steps: [...running, choose(20)] },
    failed: { ...finished, steps: [start, ended, choose(4)] },
  },
  DatePanel: {
    "none chosen": {},
    new: { steps: [isReady, choose(11)] },
    "succeeded earlier": { settings: { existing }, steps: [isReady, choose(1)] },
    "failed earlier, left alone": { settings: { existing }, steps: [isReady, choose(6)] },
    "a day without dates": {
      settings: { dag: { schedule: "0 6 * * 1" } },
      steps: [isReady, act(({ selectDay }) => selectDay(20_455))],
    },
    "a clock change": { steps: [isReady, choose(87)] },
    "many commands": {
      settings: {
        dag: {
          tasks: Array.from({ length: 25 }, (_, at) => ({
            taskId: `load_part_${at + 1}_of_a_table_with_a_long_name`,
            command: `load --part ${at + 1} --date {{ ds }} --target s3://warehouse/{{ ds_nodash }}/part-${at + 1}.parquet`,
          })),
        },
      },
      steps: [isReady, choose(3)],
    },
    running: { steps: [...running, choose(20)] },
    failed: { ...finished, steps: [start, ended, choose(4)] },
  },
  ClockDay: {
    gap: { props: { day: 20_541 } },
    fold: { settings: { options: days("2026-10-01", "2026-10-31") }, props: { day: 20_751 } },
    "many runs": {
      settings: { dag: { schedule: "*/30 * * * *" }, options: days("2026-10-25", "2026-10-25") },
      props: { day: 20_751 },
    },
  },
  IntervalTimeline: {
    days: { settings: { existing }, steps: [isReady, choose(6)] },
    "hours of a clock change": {
      settings: { dag: { schedule: "0 * * * *" }, options: days("2026-03-29", "2026-03-29") },
      steps: [isReady, choose(2)],
    },
    weeks: schedule("0 6 * * 1"),
    months: { settings: { dag: { schedule: "@monthly" }, options: days("2025-01-01", "2026-03-31") } },
    "one date": { settings: { options: days("2026-01-01", "2026-01-01") } },
    "no date": schedule("0 6 15 5 *"),
  },
  RunLanes: {
    "nothing yet": { as: (it) => ({ ...it, estimate: null }) },
    planned: { settings: { runDuration: "PT2M" } },
    "planned, with the band of past runs": {
      settings: { runDuration: "PT3M" },
      as: (it) => ({ ...it, finishBand: it.bandOfScene }),
    },
    "planned, 12 lanes": {
      settings: { runDuration: "PT2M", options: { ...quarter, maxParallelRuns: 12 } },
    },
    "planned, 40 lanes": {
      settings: { runDuration: "PT2M", options: { ...quarter, maxParallelRuns: 40 } },
    },
    running: { steps: running },
    finished,
  },
  TaskGrid: {
    "no tasks": { settings: { dag: { tasks: [] } } },
    plan: { settings: { existing }, steps: [isReady, choose(6)] },
    "many tasks": {
      settings: {
        dag: {
          tasks: Array.from({ length: 40 }, (_, at) => ({ taskId: `a_task_with_a_rather_long_name_${at}` })),
        },
      },
    },
    running: { steps: [...running, choose(20)] },
    failed: { ...finished, steps: [start, ended, choose(4)] },
  },
  TaskGantt: {
    "none chosen": {},
    "not started": { steps: [isReady, choose(3)] },
    "no tasks": { settings: { dag: { tasks: [] } } },
    running: { steps: [...running, choose(19)] },
    failed: { ...finished, steps: [start, ended, choose(4)] },
    succeeded: { ...finished, steps: [start, ended, choose(2)] },
  },
  ScheduleField: {
    daily: { props: { value: "30 2 * * *" } },
    period: { props: { value: "PT6H" } },
    "error at a part": { props: { value: "0 24 * * *" } },
    "error of the whole": { props: { value: "30 2 * *" } },
    empty: { props: { value: "" } },
    warnings: { props: { value: "0 0 13 * 5" } },
    "never fires": { props: { value: "0 0 30 2 *" } },
    "clock changes": { props: { value: "30 2 * * *", options: { timeZone: "America/New_York" }, count: 8 } },
  },
  StateLegend: {
    plan: { settings: { existing } },
    "one state hidden": oneHidden,
    running: { steps: running },
    canceled,
  },
  FinishBar: {
    running: { steps: [...running, banded] },
  },
};

const parts = {
  ...{ ClockDay, DateCalendar, DatePanel, FinishBar, IntervalTimeline, PlanSummary, RunLanes, RunTable },
  ...{ ScheduleField, StateLegend, TaskGantt, TaskGrid },
};
const pictureBand = () => Promise.resolve(band);

function Scene({ part, name, scene }) {
  const { settings = {}, steps = [isReady], as = (it) => it, props = {} } = scene;
  const Part = parts[part];
  const [done, setDone] = useState(0);
  const own = typeof settings === "function" ? settings({ done }) : settings;
  const dag = { dagId: `${part} ${name}`, schedule: "30 2 * * *", timeZone: "Europe/Berlin", tasks };
  const backfill = useBackfill({
    ...{ options: quarter, executeTask },
    ...own,
    dag: own.dag === null ? null : { ...dag, ...own.dag },
  });
  const box = useRef(null);
  // The steps are tried again also where the backfill has not changed: a part may have drawn a text that it read by itself.
  const [, setLook] = useState(0);
  useEffect(() => {
    if (done === steps.length) return;
    const timer = setInterval(() => setLook((looks) => looks + 1), 100);
    return () => clearInterval(timer);
  }, [done, steps]);
  useEffect(() => {
    if (done < steps.length && steps[done](backfill, box.current)) setDone(done + 1);
  });
  return (
    <figure ref={box} data-scene={name} data-ready={done === steps.length}>
      <figcaption>{name}</figcaption>
      <Part backfill={as({ ...backfill, bandOfScene: pictureBand })} {...props} />
    </figure>
  );
}

function FieldScene({ name, scene: { props } }) {
  const [value, setValue] = useState(props.value);
  return (
    <figure data-scene={name} data-ready="true">
      <figcaption>{name}</figcaption>
      <ScheduleField
        {...props}
        value={value}
        onChange={setValue}
        options={{ timeZone: "Europe/Berlin", ...props.options }}
      />
    </figure>
  );
}

const part = decodeURIComponent(location.hash.slice(1));
const Kind = part === "ScheduleField" ? FieldScene : Scene;
createRoot(document.getElementById("root")).render(
  <main>
    <h1>{part}</h1>
    {Object.entries(scenes[part] ?? {}).map(([name, scene]) => (
      <Kind key={name} {...{ part, name, scene }} />
    ))}
  </main>,
);
