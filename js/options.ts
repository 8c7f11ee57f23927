// Options are checked here, one by one, before anything else sees them: wasm takes NaN and wrong types silently, and an
// option that is misspelt and ignored runs the wrong dates.

import type { AbortSignalLike } from "./abort_signal.js";
import { DagfillError, type ErrorCode } from "./error.js";
import { failure } from "./failure.js";
import type { Json } from "./json.js";
import { shown } from "./shown.js";
import { unknownHint } from "./suggest.js";

/** Checks one value; `path` names it in the error. */
export type Reader<T> = (value: unknown, path: string) => T;

/** A reader for each member of an options object. A member that is absent or `undefined` is not read. What a spec reads follows from its
 *  readers: `fields(value, path, { size: integer(1) })` is `{ size?: number }`. */
export type Spec<T> = { readonly [K in keyof T]-?: Reader<T[K]> };

/** The type of an object after a spec has read it: members with a default in `D` are present, the others may be absent. */
export type Checked<S, D = object> = { -readonly [K in keyof S & keyof D]: Result<S[K]> } & {
  -readonly [K in Exclude<keyof S, keyof D>]?: Result<S[K]>;
};
type Result<R> = R extends Reader<infer T> ? T : never;

/** The members of `T`, where what it need not have may be `undefined`: a spec of it reads each member, there or not. */
export type Optional<T> = { [K in keyof T]?: T[K] | undefined };

/** Readers of members that a spec does not list; what they read is checked and left out. */
export type OpenFields = (name: string, object: object) => Reader<unknown> | undefined;

export function wrong(
  path: string,
  expected: string,
  value: unknown,
  code: ErrorCode = "INVALID_OPTION",
): DagfillError {
  return new DagfillError(code, `${path}: expected ${expected}, got ${shown(value)}`, { field: path });
}

/** Reads something of the caller's at `path`. A getter or a Proxy of theirs that throws is a value that cannot be used. */
export function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DagfillError) throw cause;
    const { name, message } = failure(cause);
    const text = `${path}: expected a value that can be read, got ${name}: ${message}`;
    throw new DagfillError("INVALID_OPTION", text, { field: path, cause });
  }
}

/** Reads an options object member by member. A name that neither `spec` nor `open` has is refused. */
export function fields<T extends object>(
  value: unknown,
  path: string,
  spec: Spec<T>,
  open: OpenFields = () => undefined,
): Partial<T> {
  const read: Partial<T> = {};
  for (const name of reading(path, () => Object.keys(object(value, path)))) {
    const isListed = Object.hasOwn(spec, name);
    const reader = isListed ? (spec[name as keyof T] as Reader<unknown>) : open(name, value as object);
    if (reader === undefined) throw unknownOption(name, path, Object.keys(spec));
    const at = inside(path, name);
    reading(at, () => {
      const member = (value as Record<string, unknown>)[name];
      if (member === undefined) return;
      const result = reader(member, at);
      if (isListed) (read as Record<string, unknown>)[name] = result;
    });
  }
  return read;
}

/** The path of a member. Options of a function have no path of their own: `startDate`, not `options.startDate`. */
export function inside(path: string, name: string): string {
  return path === "options" || path === "context" ? name : `${path}.${name}`;
}

/** An error of the core about a value, with the path of that value. */
export function placed(error: unknown, path: string): unknown {
  if (!(error instanceof DagfillError)) return error;
  return new DagfillError(error.code, error.message, { ...error, field: path });
}

/** An error about a part of a value, told by who has read the whole of it: its field and message get `prefix` in front. */
export function prefixed(error: unknown, prefix: string, details?: Json): unknown {
  if (!(error instanceof DagfillError)) return error;
  const { code, message, field } = error;
  const detail = { ...error, ...(field !== undefined && { field: prefix + field }) };
  return new DagfillError(code, prefix + message, details === undefined ? detail : { ...detail, details });
}

function unknownOption(name: string, path: string, names: string[]): DagfillError {
  const hint = unknownHint(name, names);
  return new DagfillError(
    "INVALID_OPTION",
    `${path}: there is no option ${shown(name)}; expected one of ${names.join(", ")}`,
    { field: inside(path, name), ...(hint === undefined ? {} : { hint }) },
  );
}

export const text: Reader<string> = (value, path) => {
  if (typeof value !== "string") throw wrong(path, "a string", value);
  return value;
};

export const name: Reader<string> = (value, path) => {
  if (typeof value !== "string" || value === "") throw wrong(path, "a string that is not empty", value);
  if (!value.isWellFormed()) throw wrong(path, "a string without lone surrogates", value);
  return value;
};

export const flag: Reader<boolean> = (value, path) => {
  if (typeof value !== "boolean") throw wrong(path, "true or false", value);
  return value;
};

export const object: Reader<object> = (value, path) => record(value, path, "an object");

function record(value: unknown, path: string, expected: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw wrong(path, expected, value);
}

/** An object with these members; others are left as they are. `expected` names it. */
export function shape<S extends Record<string, Reader<unknown>>>(
  spec: S,
  expected = "an object",
): Reader<{ [K in keyof S]: Result<S[K]> }> {
  return (value, path) => {
    const whole = record(value, path, expected);
    let read = whole;
    try {
      for (const name in spec) {
        const given = whole[name];
        const member = (spec[name] as Reader<unknown>)(given, name);
        if (member === given) continue;
        if (read === whole) read = { ...whole };
        read[name] = member;
      }
    } catch (error) {
      throw prefixed(error, `${path}.`);
    }
    return read as { [K in keyof S]: Result<S[K]> };
  };
}

export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, path) => {
    if (value === null) throw wrong(path, "a value, or undefined", value);
    return value === undefined ? undefined : reader(value, path);
  };
}

export const whole: Reader<number> = (value, path) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw wrong(path, "an integer >= 0", value);
  return value as number;
};

export function integer(least: number, most = 4_294_967_295): Reader<number> {
  return (value, path) => {
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
      throw wrong(path, `an integer from ${least} to ${most}`, value);
    }
    return value as number;
  };
}

/** An integer, or Infinity. */
export function count(least: number): Reader<number> {
  const finite = integer(least);
  return (value, path) => {
    if (value === Number.POSITIVE_INFINITY) return value;
    if (!Number.isInteger(value)) throw wrong(path, `an integer of at least ${least}, or Infinity`, value);
    return finite(value, path);
  };
}

export function number(least: number, most = Number.MAX_VALUE): Reader<number> {
  return (value, path) => {
    if (typeof value !== "number" || !(value >= least && value <= most)) {
      throw wrong(
        path,
        most === Number.MAX_VALUE ? `a number of at least ${least}` : `a number from ${least} to ${most}`,
        value,
      );
    }
    return value;
  };
}

export function oneOf<const T extends string>(...values: readonly T[]): Reader<T> {
  return (value, path) => {
    if (!values.includes(value as T)) {
      const error = wrong(path, values.map((word) => JSON.stringify(word)).join(" or "), value);
      const hint = typeof value === "string" ? unknownHint(value, values) : undefined;
      throw hint === undefined ? error : new DagfillError(error.code, error.message, { field: path, hint });
    }
    return value as T;
  };
}

export function list<T>(reader: Reader<T>): Reader<T[]> {
  return (value, path) => {
    const length = reading(path, () => (Array.isArray(value) ? value.length : undefined));
    if (length === undefined) throw wrong(path, "an array", value);
    return Array.from({ length }, (_, index) => {
      const at = `${path}[${index}]`;
      return reading(at, () => reader((value as unknown[])[index], at));
    });
  };
}

export function callback<T>(): Reader<T> {
  return (value, path) => {
    if (typeof value !== "function") throw wrong(path, "a function", value);
    return value as T;
  };
}

/** An AbortSignal of any platform. */
export const signal: Reader<AbortSignalLike> = (value, path) => {
  const { aborted, addEventListener, removeEventListener } = (value ?? {}) as Partial<AbortSignalLike>;
  // Without a way to stop listening, a backfill could not end and give back its lease.
  const isSignal = [addEventListener, removeEventListener].every((member) => typeof member === "function");
  if (!isSignal || typeof aborted !== "boolean") throw wrong(path, "an AbortSignal", value);
  return guarded(value as AbortSignalLike, path);
};

/** The caller's signal, whose members may throw: at the end of a backfill that would keep its lease. */
function guarded(given: AbortSignalLike, path: string): AbortSignalLike {
  return {
    get aborted() {
      return attempted(() => given.aborted === true) ?? false;
    },
    get reason() {
      return attempted(() => given.reason);
    },
    addEventListener: (type, listener) => reading(path, () => given.addEventListener(type, listener)),
    // A listener that stays hears of an abort after the end, which changes nothing.
    removeEventListener: (type, listener) => void attempted(() => given.removeEventListener(type, listener)),
  };
}

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** A date as the core reads it: milliseconds, or a text that Rust parses. */
export type DateValue = number | string;

/** A calendar day without its dashes, as YAML reads `startDate: 20240101`: as milliseconds it would be a morning of January 1970. */
const DAY = /^(19\d\d|2\d{3})(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$/;

/** Whether a number was meant to be a day. */
export function isCompactDay(value: unknown): value is number {
  return typeof value === "number" && DAY.test(`${value}`);
}

export const date: Reader<DateValue> = (value, path) => {
  if (typeof value === "string") return value;
  if (isCompactDay(value))
    throw wrong(path, `${value}`.replace(DAY, '"$1-$2-$3" in quotes'), value, "INVALID_DATE");
  const ms = reading(path, () => (isDate(value) ? value.getTime() : value));
  if (typeof ms !== "number") throw wrong(path, "a Date, milliseconds or a date text", value, "INVALID_DATE");
  if (!Number.isFinite(ms)) throw wrong(path, "a valid date", value, "INVALID_DATE");
  return ms;
};

/** A Date of any realm. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === "[object Date]";
}
