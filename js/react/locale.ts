// The texts of the components. A translation is an object of this shape, whole or in part.
import type { DagfillError, ErrorCode, SkipReason } from "../face.js";
import type { Shift } from "./plan/comparison.js";
import type { Token } from "./plan/tokens.js";
import type { FinishBand } from "./planning/finish_band.js";
import type { RunPhase } from "./run/run_view.js";
import type { TaskState } from "./run/task_marks.js";

/** Numbers are formatted already where a text takes them as strings. */
export interface Locale {
  /** BCP 47, for numbers, months and weekdays. */
  language: string;
  /** Milliseconds in words, in at most two units: `1 min 30 s`. */
  duration: (ms: number) => string;
  token: Record<Token, string>;
  /** The meaning of a token, in a sentence. */
  meaning: Record<Token, string>;
  task: Record<TaskState, string>;
  /** Why a date is left alone; `interrupted`: its run was, with the backfill. */
  reason: Record<SkipReason | "interrupted", string>;
  phase: Record<RunPhase, string>;
  /** A request is on its way to the tab or process that drives the backfill. */
  asked: string;
  planning: string;
  /** Nothing could be planned; why is told beside the buttons. */
  noPlan: string;
  noDag: string;
  /** The store is not there yet. */
  noStore: string;
  /** "285 runs will start": the count as a number, for the plural, and formatted. */
  willStart: (count: number, text: string) => string;
  nothingToRun: string;
  estimate: (parts: { duration: string; finish: string; late: string | null; samples: number }) => string;
  stale: string;
  done: (done: string, all: string) => string;
  /** The DAG of the backfill that is shown, where the settings have another one. */
  ofDag: (dagId: string) => string;
  /** Of a backfill that was canceled: runs that were stopped, and dates that did not run at all. */
  canceledCount: (stopped: number, waiting: number) => string;
  failedCount: (count: number, text: string) => string;
  left: (duration: string) => string;
  run: (count: number, text: string) => string;
  replaces: (count: number, text: string) => string;
  runAnyway: string;
  pause: string;
  resume: string;
  cancel: string;
  finishRunning: (count: number) => string;
  abortRunning: (count: number) => string;
  /** Runs that a canceled backfill waits for. `limit`: for how long at most; null where they were not told to stop. */
  waiting: (count: number, limit: string | null) => string;
  keepRunning: string;
  retry: string;
  /** The button that plans again after the store has failed. */
  tryAgain: string;
  backToPlan: string;
  approve: string;
  reject: string;
  /** `count`: dates that are done; `failed`: those of them that failed, null where none did. */
  interrupted: (count: string, all: string, failed: string | null) => string;
  /** The button that shows a backfill which runs elsewhere. */
  watch: string;
  discard: string;
  /** The question behind `discard`: its text, the button that discards, and the one that does not. */
  discards: string;
  discardAnyway: string;
  keep: string;
  dismiss: string;
  dates: (month: string) => string;
  noDate: string;
  outside: string;
  excluded: string;
  clockChange: string;
  /** The comparison with a second schedule: the legend's name, and the fates of a date. */
  comparison: string;
  shift: Record<Shift, string>;
  clocksForward: (time: string, by: string) => string;
  clocksBack: (time: string, by: string) => string;
  /** The button for ranges on touch screens, before the first tap and after it. */
  rangeByTaps: string;
  tapFirstDay: string;
  tapLastDay: string;
  show: string;
  runs: string;
  filterDates: string;
  noMatch: string;
  of: (count: string, all: string) => string;
  columns: { number: string; date: string; time: string; state: string };
  lane: (lane: number) => string;
  lanes: (count: number) => string;
  /** Runs that the lanes of a plan have no room for. */
  beyond: (count: number, text: string) => string;
  /** When the last run ends, from past runs: durations that one, five and nine of ten outcomes do not exceed. */
  finishBand: (parts: { early: string; middle: string; late: string; samples: number }) => string;
  /** The same of a backfill that runs, from its own runs: durations from now. */
  leftBand: (parts: { early: string; middle: string; late: string; samples: number }) => string;
  /** One run in the lanes: its date, its state, and how long it took. */
  bar: (parts: { lane: number; date: string; state: string; duration: string }) => string;
  tasks: string;
  taskTimes: string;
  noTasks: string;
  notStarted: string;
  /** In the place of the tasks of a date, while none is chosen. */
  chooseForTasks: string;
  chooseDate: string;
  interval: string;
  runAfter: string;
  /** The dates with their data intervals, as a picture. */
  intervals: string;
  dueAt: (time: string) => string;
  /** Local times of a day that a change of the clock leaves out, or shows twice. */
  clockGap: (parts: { day: string; from: string; to: string }) => string;
  clockFold: (parts: { day: string; from: string; to: string }) => string;
  /** The runs of that day: their times, or none where they are too many to name. */
  clockRuns: (count: number, times: readonly string[]) => string;
  runId: string;
  why: string;
  commands: string;
  /** The button that runs one date again. */
  retryDate: string;
  noCommands: string;
  copy: string;
  copied: string;
  showAll: (count: number, text: string) => string;
  /** Why a date does what it does. `at` is when the run that stands on it ended, or null. */
  because: (
    action: "create" | "rerun" | "reset" | "skip",
    reason: SkipReason | "interrupted" | null,
    existing: string | null,
    at: string | null,
  ) => string;
  schedule: string;
  nextDates: string;
  /** Texts of errors by their code; a code without one shows the error's own message. */
  errors: Partial<Record<ErrorCode, (error: DagfillError) => string>>;
}

/** Some texts; English says the others. */
export type LocaleText = { [Name in keyof Locale]?: Some<Locale[Name]> | undefined };
type Some<Text> = Text extends string | ((...parts: never) => string) ? Text : Partial<Text>;

/** A format is dear to make: each is made once. */
function formatOf<T>(made: Map<string, T>, key: string, make: () => T): T {
  const format = made.get(key) ?? make();
  made.set(key, format);
  return format;
}

const numbers = new Map<string, Intl.NumberFormat>();
const days = new Map<string, Intl.DateTimeFormat>();

/** A number as the language writes it. */
export const numberText = ({ language }: Locale, value: number): string =>
  formatOf(numbers, language, () => new Intl.NumberFormat(language)).format(value);

/** A civil day (days since 1970-01-01) as the language writes it. */
export function dayWords({ language }: Locale, day: number, options: Intl.DateTimeFormatOptions): string {
  const key = language + JSON.stringify(options);
  const make = () => new Intl.DateTimeFormat(language, { ...options, timeZone: "UTC" });
  return formatOf(days, key, make).format(day * 86_400_000);
}

/** `Sunday, 29 March 2026`. */
export const longDay = (locale: Locale, day: number): string =>
  dayWords(locale, day, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

/** Short names of the weekdays, Monday first. 1970-01-05 was a Monday. */
export const weekdays = (locale: Locale): string[] =>
  [4, 5, 6, 7, 8, 9, 10].map((day) => dayWords(locale, day, { weekday: "short" }));

/** An instant on the reader's clock as short as steps of so many milliseconds allow: a time, with seconds, or a day. */
export function clockWords({ language }: Locale, instant: number, step: number): string {
  const key = `${language} ${step < 60_000 ? "s" : step < 86_400_000 ? "m" : "d"}`;
  const make = () =>
    new Intl.DateTimeFormat(
      language,
      step >= 86_400_000
        ? { day: "numeric", month: "short" }
        : { hour: "2-digit", minute: "2-digit", ...(step < 60_000 && { second: "2-digit" }) },
    );
  return formatOf(days, key, make).format(instant);
}

/** A band in which something ends, in words. */
export const bandWords = ({ duration }: Locale, { early, middle, late, samples }: FinishBand) => ({
  early: duration(early),
  middle: duration(middle),
  late: duration(late),
  samples,
});

/** An instant on the reader's clock, with day and zone: `Thu 26 Nov, 16:40 UTC+1`. */
export function finishWords({ language }: Locale, instant: number): string {
  return new Intl.DateTimeFormat(language, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  }).format(instant);
}
