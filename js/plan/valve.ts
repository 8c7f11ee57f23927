// The options of the safety valve: a canary, a breaker, and windows of time in which runs may start.
import type { Duration } from "../duration.js";
import { positiveDuration } from "../duration.js";
import { DagfillError } from "../error.js";
import { fields, integer, list, name, number, oneOf, placed, text, wrong } from "../options.js";
import { call } from "../raw.js";
import type { RunResult } from "../run/events/backfill_events.js";
import { timetableOf } from "../schedule/timetable.js";
import type { WindowWire } from "../schedule/wire.js";

export interface Canary {
  /** So many of the first dates that start run before all others. */
  dates: number;
  /** "manual": `service.approve(id)` answers. A function is asked with the results of these dates; it is not stored, so that a backfill
   *  whose process died waits for `approve`. */
  approve: "manual" | ((results: readonly RunResult[]) => boolean | Promise<boolean>);
}

export interface Breaker {
  /** So many failures among the latest runs trip it. */
  failures?: number;
  /** This share of failures trips it, once there are as many runs as `window` says: 0.5 is half of them. */
  ratio?: number;
  /** How many of the latest runs that ended count. Default 20. */
  window?: number;
  /** "pause" starts nothing more until it is resumed, and counts afresh then; "stop" starts nothing more, and what runs may end;
   *  "abort" also aborts what runs. */
  action: "pause" | "stop" | "abort";
}

export interface StartWindow {
  /** When it opens. */
  cron: string;
  /** How long it stays open. */
  duration: Duration;
  /** Default: the schedule's zone. */
  timeZone?: string;
}

export function canary(value: unknown, path: string): Canary {
  const { dates, approve } = fields<Canary>(value, path, {
    dates: integer(1),
    approve: (given, at) => {
      if (typeof given === "function") return given as Canary["approve"];
      if (given === "manual") return given;
      throw wrong(at, '"manual" or a function', given);
    },
  });
  if (dates === undefined || approve === undefined) throw wrong(path, "both dates and approve", value);
  return { dates, approve };
}

export function breaker(value: unknown, path: string): Breaker & { window: number } {
  const {
    failures,
    ratio,
    window = 20,
    action,
  } = fields<Breaker>(value, path, {
    failures: integer(1),
    ratio: (given, at) => {
      if (given === 0) throw wrong(at, "a share above 0, up to 1", given);
      return number(0, 1)(given, at);
    },
    window: integer(1),
    action: oneOf("pause", "stop", "abort"),
  });
  if (action === undefined || (failures === undefined && ratio === undefined))
    throw wrong(path, "action, and failures or ratio", value);
  if (failures !== undefined && failures > window)
    throw wrong(`${path}.failures`, `at most the window, ${window}`, failures);
  return {
    ...(failures === undefined ? {} : { failures }),
    ...(ratio === undefined ? {} : { ratio }),
    window,
    action,
  };
}

type CheckedWindow = StartWindow & { duration: number };

function startWindow(value: unknown, path: string): CheckedWindow {
  const read = fields<CheckedWindow>(value, path, { cron: text, duration: positiveDuration, timeZone: name });
  const { cron, duration, timeZone } = read;
  if (cron === undefined || duration === undefined) throw wrong(path, "both cron and duration", value);
  return { cron, duration, ...(timeZone === undefined ? {} : { timeZone }) };
}

export function startWindows(value: unknown, path: string): CheckedWindow[] {
  const read = list(startWindow)(value, path);
  if (read.length === 0) throw wrong(path, "at least one window", value);
  return read;
}

/** The windows with their zones, each read once. INVALID_CRON or UNKNOWN_TIME_ZONE, and INVALID_OPTION for one that never opens. */
export function windowsWire(windows: readonly CheckedWindow[], zone: string, now: number): WindowWire[] {
  return windows.map(({ cron, duration, timeZone = zone }, index) => {
    const path = `startWindows[${index}].cron`;
    const wire = { cron: [cron], timeZone };
    let opens: Float64Array;
    try {
      opens = call(() => timetableOf(wire).next(now - duration, 1));
    } catch (error) {
      const isZone = error instanceof DagfillError && error.field === "timeZone";
      throw placed(error, isZone ? `startWindows[${index}].timeZone` : path);
    }
    if (opens.length > 0) return { ...wire, duration };
    throw new DagfillError(
      "INVALID_OPTION",
      `${path}: expected a window that opens, got ${JSON.stringify(cron)}`,
      {
        field: path,
      },
    );
  });
}
