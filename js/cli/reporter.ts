// The output during a backfill: redrawn lines in a terminal, plain lines in a log, or one JSON object a line for programs.
import type { BackfillEvent, Progress, RunResult } from "../face.js";
import { LruCache } from "../lru_cache.js";
import type { ShellLine } from "../shell.js";
import { withoutCodes } from "./control_codes.js";
import { localDate, minuteOf, withLocalDates } from "./local_date.js";
import { Pace } from "./pace.js";
import { duration, endedOf, progressLine } from "./progress.js";
import { runError } from "./report_error.js";
import type { Style, Terminal } from "./terminal.js";
import { passwordNote, quoted, serverFlags } from "./typed_line.js";
import type { Request } from "./verb.js";
import { fit } from "./width.js";

export interface Reporter {
  event(event: BackfillEvent): void;
  log(line: ShellLine): void;
  /** Nothing is drawn any more. */
  end(): void;
}

/** Whose events are reported. */
export interface Reported {
  backfillId: string;
  /** The zone in which the dates of its runs are shown. */
  timeZone: string;
  /** Whether this process is leaving. It then pauses the backfill, and has already said so. */
  isLeaving(): boolean;
}

/** The reporter for the kind of output: JSON, a terminal, or a log. */
export function reporterFor(request: Request, reported?: Reported): Reporter {
  const { terminal, json, values } = request;
  if (json) return jsonReporter(terminal);
  const quiet = values.quiet === true;
  const timeZone = reported?.timeZone ?? "UTC";
  const notable: Notable = (event) => noteworthy(event, request, reported);
  const reporter = terminal.interactive ? liveReporter : plainReporter;
  return reporter(terminal, quiet, notable, timeZone);
}

/** The line that is printed for an event, in a log and above the redrawn line. `undefined`: none. */
type Notable = (event: BackfillEvent) => string | undefined;

/** An event a line. What a task printed is an event of the type "log". */
function jsonReporter(terminal: Terminal): Reporter {
  return {
    event(event) {
      // Every run was an event. Reading `results` would make a large backfill build the list of all runs.
      if (event.type !== "finished") return terminal.line(JSON.stringify(event));
      const {
        backfillId,
        dagId,
        state,
        totalDates,
        completed,
        failed,
        skipped,
        canceled,
        unfinished,
        failedTasks,
        startedAt,
        finishedAt,
      } = event.result;
      const result = {
        backfillId,
        dagId,
        state,
        totalDates,
        completed,
        failed,
        skipped,
        canceled,
        unfinished,
        ...(failedTasks === undefined ? {} : { failedTasks }),
        startedAt,
        finishedAt,
      };
      terminal.line(JSON.stringify({ ...event, result }));
    },
    log: (line) => terminal.line(JSON.stringify({ type: "log", at: new Date().toISOString(), ...line })),
    end() {},
  };
}

const frameMs = 66;

/** One line that is redrawn. Failures, retries, warnings and the output of tasks stay above it. */
function liveReporter(terminal: Terminal, quiet: boolean, notable: Notable, timeZone: string): Reporter {
  const pace = new Pace(timeZone);
  let latest: Progress | undefined;
  let mode = "";
  let drawn = 0;
  const draw = () => {
    drawn = performance.now();
    if (latest !== undefined) terminal.status(progressLine(latest, mode, terminal, pace));
  };
  // Runs may end in bursts. The timer draws the state that the last event of a burst left undrawn.
  const timer = setInterval(draw, 4 * frameMs);
  timer.unref();
  return {
    event(event) {
      latest = event.progress;
      pace.see(event);
      mode = modeAfter(event, mode);
      const text = notable(event);
      if (text !== undefined) terminal.line(text);
      if (event.type === "finished" || performance.now() - drawn >= frameMs) draw();
    },
    log: (line) => {
      if (!quiet) writeLog(line, terminal, timeZone);
    },
    end() {
      clearInterval(timer);
      terminal.status("");
    },
  };
}

const mostLines = 100;

/** A log in which nothing was printed for so long gets a line, so that a CI system does not take the process for dead. */
const QUIET_MS = 60_000;

/** A line for every run that ended, or in a large backfill for every hundredth part of it; and one after each minute without any. */
function plainReporter(terminal: Terminal, quiet: boolean, notable: Notable, timeZone: string): Reporter {
  const pace = new Pace(timeZone);
  let step = 1;
  let next = 0;
  let latest: Progress | undefined;
  let mode = "";
  let timer: NodeJS.Timeout | undefined;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (latest !== undefined) terminal.line(quietLine(latest, mode, pace, terminal));
      wait();
    }, QUIET_MS).unref();
  };
  const say = (line: string) => {
    terminal.line(line);
    wait();
  };
  wait();
  return {
    event(event) {
      const { progress } = event;
      latest = progress;
      mode = modeAfter(event, mode);
      pace.see(event);
      if (event.type === "started") step = Math.max(1, Math.ceil(progress.remaining / mostLines));
      const text = notable(event);
      if (text !== undefined) say(text);
      if (event.type !== "run-succeeded" && event.type !== "run-failed") return;
      const ended = progress.total - progress.remaining;
      // Runs that end together share their progress. If each run has its own line, none is left out.
      if (step > 1 && ended < next) return;
      // The last line says that all have ended, and appears once.
      next = Math.min(ended + step, Math.max(ended + 1, progress.total));
      if (event.type === "run-failed" && step === 1) return;
      const rate = progress.remaining > 0 ? pace.rate() : "";
      say(
        step === 1
          ? runLine(event.run, progress, terminal, timeZone, rate)
          : progressLine(progress, "", terminal, pace),
      );
    },
    log: (line) => {
      if (quiet) return;
      writeLog(line, terminal, timeZone);
      wait();
    },
    end: () => clearTimeout(timer),
  };
}

/** Such as `running  3/10  2 at work  2024-01-02 for 3:05`: the last part is the run that has been at work for the longest. */
function quietLine(progress: Progress, mode: string, pace: Pace, terminal: Terminal): string {
  const { total, running } = progress;
  const parts = [`${endedOf(progress)}/${total}`, `${running} at work`, pace.longest()];
  return `${terminal.paint("dim", mode || "running")}  ${parts.filter((part) => part !== "").join("  ")}`;
}

function modeAfter(event: BackfillEvent, mode: string): string {
  if (event.type === "paused") return "paused";
  if (event.type === "canceling") return "canceling";
  if (event.type === "awaiting-approval") return "waiting for approval";
  return event.type === "resumed" ? "" : mode;
}

function noteworthy(
  event: BackfillEvent,
  { terminal, values }: Request,
  { backfillId, timeZone, isLeaving }: Reported = {
    backfillId: "ID",
    timeZone: "UTC",
    isLeaving: () => false,
  },
): string | undefined {
  const { store } = values;
  const command = (verb: string) => `dagfill ${verb} ${quoted(backfillId)}${serverFlags({ store })}`;
  const note = passwordNote({ store });
  switch (event.type) {
    case "paused":
      if (isLeaving()) return undefined;
      return `${terminal.paint("yellow", "paused")}  no further runs start; to continue${note}: ${command("unpause")}`;
    case "resumed":
      return terminal.paint("green", "resumed");
    case "canceling":
      return `${terminal.paint("yellow", "canceling")}  no further runs start`;
    case "run-failed":
      return runLine(event.run, event.progress, terminal, timeZone);
    case "run-retrying":
      return says(
        "yellow",
        "retrying",
        `${localDate(event.run.executionDate, timeZone)} after attempt ${event.run.attempts}`,
        event.run,
        terminal,
      );
    case "awaiting-approval": {
      const { length } = event.results;
      const dates = length === 1 ? "date" : `${length} dates`;
      const [yes, no] = [command("approve"), `${command("approve")} --reject`];
      return `${terminal.paint("yellow", "waiting")}  for approval of the first ${dates}${note}: ${yes}, or ${no}`;
    }
    case "warning":
      return `${terminal.paint("yellow", "warning")} ${event.warning.code}: ${withLocalDates(event.warning.message, timeZone)}`;
    default:
      return undefined;
  }
}

function runLine(
  run: RunResult,
  progress: Progress,
  terminal: Terminal,
  timeZone: string,
  rate = "",
): string {
  const [style, word]: [Style, string] = run.state === "success" ? ["green", "success"] : ["red", "failed"];
  const took =
    run.startedAt !== undefined && run.finishedAt !== undefined
      ? Date.parse(run.finishedAt) - Date.parse(run.startedAt)
      : undefined;
  const count = `${endedOf(progress)}/${progress.total}`;
  const parts = [count, localDate(run.executionDate, timeZone)];
  if (took !== undefined) parts.push(duration(took));
  if (rate !== "") parts.push(rate);
  return says(style, word, parts.join("  "), run, terminal);
}

function says(style: Style, word: string, text: string, { error }: RunResult, terminal: Terminal): string {
  const start = `${word}  ${text}  `;
  const why = runError(error, Math.max(20, terminal.width - start.length));
  return `${terminal.paint(style, word)}  ${text}${why === "" ? "" : `  ${why}`}`;
}

/** Writes each line that a command prints: as JSON, or with where it is from; with `--quiet` only as JSON. */
export function logWriter({ terminal, json, values }: Pick<Request, "terminal" | "json" | "values">) {
  return (line: ShellLine): void => {
    if (json) terminal.line(JSON.stringify({ type: "log", ...line }));
    else if (values.quiet !== true) writeLog(line, terminal);
  };
}

/** Dates as lines begin with them: the clocks of a zone are not asked for each line. A process reports on one zone at a time. */
const minutes = new LruCache<string, string>(10_000);

/** A line that a command printed, with where it is from. In a pipe the line stays as it is, its colours too. */
function writeLog({ localDate, taskId, text }: ShellLine, terminal: Terminal, timeZone = "UTC"): void {
  let minute = minutes.get(localDate);
  if (minute === undefined) {
    minute = minuteOf(localDate, timeZone);
    minutes.set(localDate, minute);
  }
  const start = `${minute} ${taskId} | `;
  const painted = terminal.paint("dim", start);
  if (terminal.interactive) terminal.line(painted + fit(withoutCodes(text), terminal.width - start.length));
  else terminal.line(painted, text);
}
