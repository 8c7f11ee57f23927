// The English texts.
import type { DagfillError } from "../face.js";
import { englishDuration, englishStates } from "../planning.js";
import { guarded } from "./guarded_text.js";
import type { Locale, LocaleText } from "./locale.js";
import { textFault } from "./locale_fault.js";

const plural = (count: number, text: string, one: string, many = `${one}s`) =>
  `${text} ${count === 1 ? one : many}`;

export const english: Locale = {
  language: "en-GB",
  duration: englishDuration,
  ...englishStates,
  phase: {
    running: "running",
    paused: "paused",
    awaiting_approval: "waiting for approval",
    canceling: "canceling",
    finished: "finished",
    stopped: "stopped",
    watching: "running elsewhere",
  },
  asked: "request sent",
  planning: "Planning…",
  noPlan: "No plan: see what is wrong.",
  noDag: "No DAG or options yet.",
  noStore: "The records are not there yet.",
  willStart: (count, text) => `${plural(count, text, "run")} will start`,
  nothingToRun: "Nothing to run",
  estimate: ({ duration, finish, late, samples }) =>
    `About ${duration} (finish ${finish}${late === null || late === finish ? "" : `; 9 of 10 by ${late}`})${
      samples > 0 ? `, from ${plural(samples, String(samples), "past run")}` : ""
    }.`,
  stale: "Showing the last valid plan.",
  done: (done, all) => `${done} of ${all} done`,
  ofDag: (dagId) => `of DAG ${dagId}`,
  canceledCount: (stopped, waiting) => {
    const facts = [stopped > 0 && `${stopped} stopped`, waiting > 0 && `${waiting} did not run`];
    return `canceled: ${facts.filter(Boolean).join(", ")}`;
  },
  failedCount: (_, text) => `${text} failed`,
  left: (duration) => `about ${duration} left`,
  run: (count, text) => `Run ${plural(count, text, "date")}`,
  replaces: (count, text) =>
    `${plural(count, text, "successful result")} will be cleared and made again. Start anyway?`,
  runAnyway: "Clear and run",
  pause: "Pause",
  resume: "Resume",
  cancel: "Cancel…",
  finishRunning: (count) => (count === 0 ? "Stop" : `Stop after the ${count} running`),
  abortRunning: (count) => `Stop now, cancel ${count} running`,
  waiting: (count, limit) => {
    const runs = plural(count, String(count), "run");
    return limit === null ? `waiting for ${runs} to end` : `waiting up to ${limit} for ${runs} to stop`;
  },
  keepRunning: "Go on running",
  retry: "Retry what did not succeed",
  tryAgain: "Try again",
  backToPlan: "Back to the plan",
  approve: "Approve the rest",
  reject: "Reject",
  interrupted: (count, all, failed) =>
    `A backfill of this DAG has not ended: ${count} of ${all} done${failed === null ? "" : `, ${failed} failed`}.`,
  watch: "Watch",
  discard: "Discard",
  discards: "It cannot be resumed afterwards: what has not ended is recorded as canceled.",
  discardAnyway: "Discard it",
  keep: "Keep",
  dismiss: "Dismiss",
  dates: (month) => `Dates, ${month}`,
  noDate: "no date",
  outside: "outside the range",
  excluded: "taken out",
  clockChange: "clock change",
  comparison: "Dates with the second schedule",
  shift: { same: "same", earlier: "earlier", later: "later", removed: "removed", added: "added" },
  clocksForward: (time, by) => `${time}: clocks go forward ${by}. Times in between do not exist.`,
  clocksBack: (time, by) => `${time}: clocks go back ${by}. The times before it happen twice.`,
  rangeByTaps: "Set a range by two taps",
  tapFirstDay: "Tap the first day",
  tapLastDay: "Tap the last day",
  show: "Show",
  runs: "Runs",
  filterDates: "Filter by date or state",
  noMatch: "No date matches.",
  of: (count, all) => `${count} of ${all}`,
  columns: { number: "Number", date: "Date", time: "Time", state: "State and reason" },
  lane: (lane) => `lane ${lane}`,
  lanes: (count) => `${plural(count, String(count), "lane")} of runs over time`,
  beyond: (_, text) => `And ${text} more.`,
  finishBand: ({ early, middle, late, samples }) =>
    early === late
      ? `The last run ends after about ${middle}, from ${plural(samples, String(samples), "past run")}.`
      : `The last run ends after ${early} to ${late} in 8 of 10 outcomes, in half of them by ${middle}, from ${plural(samples, String(samples), "past run")}.`,
  leftBand: ({ early, middle, late, samples }) =>
    early === late
      ? `It ends in about ${middle}, from its ${plural(samples, String(samples), "run")} so far.`
      : `It ends in ${early} to ${late} in 8 of 10 outcomes, in half of them within ${middle}, from its ${plural(samples, String(samples), "run")} so far.`,
  bar: ({ lane, date, state, duration }) => `lane ${lane}, ${date}: ${state}, ${duration}`,
  tasks: "Tasks by date",
  taskTimes: "Tasks over time",
  noTasks: "This DAG has no tasks.",
  notStarted: "Nothing has started yet.",
  chooseForTasks: "Choose a date to see its tasks.",
  chooseDate: "Choose a date to see what it runs.",
  interval: "Data interval",
  runAfter: "Due at",
  intervals: "Data intervals and due times",
  dueAt: (time) => `due ${time}`,
  clockGap: ({ day, from, to }) => `${day}: local times from ${from} to ${to} do not exist.`,
  clockFold: ({ day, from, to }) => `${day}: local times from ${from} to ${to} come twice.`,
  clockRuns: (count, times) =>
    count === 0
      ? "No run on this day."
      : times.length === 0
        ? `${count} runs on this day.`
        : `${count === 1 ? "Run" : "Runs"} at ${times.join(", ")}.`,
  runId: "Run id",
  why: "Why",
  commands: "What it runs",
  retryDate: "Retry this date",
  noCommands: "No commands.",
  copy: "Copy",
  copied: "Copied",
  showAll: (_, text) => `Show all ${text}`,
  because: (action, reason, existing, at) => {
    const earlier =
      existing === null ? "ran" : `${existing === "success" ? "succeeded" : existing}${at ? ` ${at}` : ""}`;
    if (action === "create") return "No run yet: one will start.";
    if (action === "rerun") return `It ${earlier}: it runs again and keeps what its finished tasks left.`;
    if (action === "reset") return `It ${earlier}: it is cleared and runs again.`;
    switch (reason) {
      case "exists_success":
        return `It ${earlier}: left alone.`;
      case "exists_failed":
        return `It ${earlier}: failed runs are left alone.`;
      case "interrupted":
        return `${englishStates.meaning.interrupted}.`;
      case "in_flight":
        return "It is queued or running elsewhere.";
      case "not_failed":
        return "It did not fail: only failed runs run again.";
      case "excluded":
        return "It was taken out of this backfill.";
      case "depends_on_past":
        return "The date before it did not succeed, and this DAG runs in order.";
      case "not_due":
        return "Its interval has not ended yet.";
      default:
        return "Left alone.";
    }
  },
  schedule: "Schedule",
  nextDates: "Next dates",
  errors: {
    PLAN_CHANGED: () => "The plan has changed since it was shown. It is shown as it is now.",
    STALE_OWNER: () => "Another tab or process has taken over this backfill, or its records were deleted.",
    // Without the hint, which is for programs: the buttons stand below.
    BACKFILL_EXISTS: ({ message }) => message,
  },
};

/** A whole locale: English where a text is missing, cannot be used, or fails when it is asked. */
export function withEnglish(texts: LocaleText | undefined): Locale {
  return withTexts(texts, english, "locale", []) as Locale;
}

/** The first text of a page that cannot be used; null where all can. */
export function localeFault(texts: LocaleText | undefined): DagfillError | null {
  const faults: DagfillError[] = [];
  withTexts(texts, english, "locale", faults);
  return faults[0] ?? null;
}

/** The texts of a page over the English ones, those of an object in it, too. */
function withTexts(
  texts: object | null | undefined,
  own: object,
  path: string,
  faults: DagfillError[],
): object {
  const whole = { ...own } as Record<string, unknown>;
  for (const [key, value] of Object.entries(texts ?? {})) {
    if (value === undefined) continue;
    const name = `${path}.${key}`;
    // Every code of an error may have a text.
    const standIn = whole[key] ?? (path === "locale.errors" ? ownMessage : undefined);
    const fault = textFault(path, key, value, standIn, own);
    if (fault !== null) faults.push(fault);
    else if (typeof value === "object") whole[key] = withTexts(value, standIn as object, name, faults);
    else whole[key] = typeof value === "function" ? guarded(name, value, standIn as typeof value) : value;
  }
  return whole;
}

const ownMessage = ({ message }: Error) => message;
