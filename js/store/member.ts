// The members of a change, checked: each either is what a row keeps of it, or is refused with its place in the batch.
import { RUN_STATES, RUN_TYPES } from "../codes.js";
import { DagfillError } from "../error.js";
import { shown } from "../shown.js";
import { instantMs } from "./instant.js";
import { invalid } from "./refusal.js";
import type { RunRecord, RunState, RunType } from "./store.js";

/** The JSON text of a value; what JSON cannot say (a function, a cycle, a bigint) is refused. */
export function jsonText(value: unknown, index: number, member: string): string {
  let written: string | undefined;
  try {
    written = JSON.stringify(value);
  } catch {
    throw invalid(index, member, "a value that JSON can say", value);
  }
  if (written === undefined) throw invalid(index, member, "a value that JSON can say", value);
  return written;
}

/** A key: a text that is not empty, and well-formed, since SQLite takes all lone surrogates for one character. */
export function name(value: unknown, index: number, member: string): string {
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw invalid(index, member, "a well-formed text that is not empty", value);
}

export function text(value: unknown, index: number, member: string): string {
  if (typeof value === "string") return value;
  throw invalid(index, member, "a text", value);
}

export function optionalText(value: unknown, index: number, member: string): string | null {
  return value === undefined ? null : text(value, index, member);
}

export function attempt(value: unknown, index: number, member: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw invalid(index, member, "an integer >= 0", value);
}

export function runState(value: unknown, index: number, member: string): RunState {
  if (RUN_STATES.includes(value as RunState)) return value as RunState;
  throw invalid(index, member, RUN_STATES.join(", "), value);
}

export function runType(value: unknown, index: number, member: string): RunType {
  if (RUN_TYPES.includes(value as RunType)) return value as RunType;
  throw invalid(index, member, RUN_TYPES.join(", "), value);
}

export function confText(conf: unknown, index: number, member: string): string {
  const written = typeof conf === "object" && conf !== null ? jsonText(conf, index, member) : "";
  // A Date is an object too, and is written as a text.
  if (!written.startsWith("{")) throw invalid(index, member, "an object", conf);
  return written;
}

export function errorText(error: RunRecord["error"], index: number, member: string): string | null {
  if (error === undefined) return null;
  return jsonText(
    {
      name: text(error?.name, index, `${member}.name`),
      message: text(error?.message, index, `${member}.message`),
    },
    index,
    member,
  );
}

/** Epoch milliseconds of an instant that may be absent. */
export function optionalMs(value: unknown, index: number, member: string): number | null {
  return value === undefined ? null : instant(text(value, index, member), index, member);
}

/** Epoch milliseconds of an instant. */
export function instant(value: unknown, index: number, member: string): number {
  const ms = typeof value === "string" ? instantMs(value) : undefined;
  if (ms !== undefined) return ms;
  const field = `changes[${index}].${member}`;
  throw new DagfillError(
    "INVALID_DATE",
    `${field}: expected an instant with an offset, such as 2024-01-01T00:00:00Z, got ${shown(value)}`,
    {
      ...(typeof value === "string" ? { input: value } : {}),
      field,
      details: { index },
    },
  );
}
