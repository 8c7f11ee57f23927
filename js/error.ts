import { failure } from "./failure.js";
import type { Json } from "./json.js";
import { readable, shortened } from "./visible.js";

/** Stable names of everything that can go wrong; `DagfillError.code` is one of them. */
export type ErrorCode =
  | "INVALID_CRON"
  | "INVALID_DURATION"
  | "INVALID_DATE"
  | "UNKNOWN_TIME_ZONE"
  | "INVALID_OPTION"
  | "RANGE_TOO_LARGE"
  | "NO_SCHEDULE"
  | "UNKNOWN_DAG"
  | "DUPLICATE_DAG"
  | "INVALID_DAG"
  | "CYCLE"
  | "DUPLICATE_TASK"
  | "UNKNOWN_TASK"
  | "UNKNOWN_MACRO"
  | "INVALID_TEMPLATE"
  | "INVALID_DIRECTION"
  | "PLAN_CHANGED"
  | "BACKFILL_EXISTS"
  | "BACKFILL_ACTIVE"
  | "UNKNOWN_BACKFILL"
  | "RUN_EXISTS"
  | "STALE_OWNER"
  | "STORE_FAILED"
  | "ABORTED"
  | "ENGINE_FAILED"
  | "INTERNAL"
  | "WASM_UNAVAILABLE";

/** Where an error points and what would help; every field is optional. */
export interface ErrorDetail {
  input?: string;
  start?: number;
  end?: number;
  field?: string;
  hint?: string;
  details?: Json;
  cause?: unknown;
}

/** A DagfillError as plain data: what JSON.stringify writes, and what postMessage may carry. */
export interface ErrorData extends Omit<ErrorDetail, "cause"> {
  name: "DagfillError";
  code: ErrorCode;
  message: string;
  stack?: string;
  cause?: { name: string; message: string };
}

/** The longest message and the longest hint. With the stack and the other fields Node prints them in less than 2 kB. */
const LONGEST = 700;
/** The longest text in the other fields: whoever needs the whole of a text has handed it in. */
const LONGEST_TEXT = 160;

/** A long text cut, on one line: Node prints each line of it as one. */
function short(text: string): string {
  return text.length > LONGEST_TEXT ? shortened(text, LONGEST_TEXT).replaceAll("\n", " ") : text;
}

/** A value with each of its texts cut; nothing of what JSON cannot say, such as a circle. */
function cut(value: unknown): unknown {
  try {
    const cutText = (_: string, member: unknown) => (typeof member === "string" ? short(member) : member);
    return value === undefined ? value : JSON.parse(JSON.stringify(value, cutText));
  } catch {
    return undefined;
  }
}

/** The cause as it is, or where its texts would fill pages an error with their beginnings and ends. */
function brief(cause: unknown): unknown {
  const { name, message } = failure(cause);
  if (name.length + message.length <= LONGEST) return cause;
  // Of a stack the callers stand at its end.
  const stack = String((cause as Error).stack).slice(-300);
  return Object.assign(new Error(short(message)), { name: short(name), stack });
}

const brand = Symbol.for("dagfill.error");

/** Every error the package throws on purpose. `code` is stable; `message` says what was expected, what was got and where.
 *
 *  A structured clone of any error, as postMessage makes, keeps only name, message and stack. Send the plain data instead:
 *
 *  ```js
 *  // in the worker
 *  postMessage({ error: error.toJSON() });
 *  // in the page
 *  throw errorFrom(event.data.error);
 *  ``` */
export class DagfillError extends Error {
  readonly code: ErrorCode;
  /** The text that was wrong; `start` and `end` are a span of it in UTF-16 units. */
  declare readonly input?: string;
  declare readonly start?: number;
  declare readonly end?: number;
  /** Path of the wrong value, such as "dags[0].tasks[2].dependsOn[1]". */
  declare readonly field?: string;
  declare readonly hint?: string;
  declare readonly details?: Json;

  constructor(code: ErrorCode, message: string, detail: ErrorDetail = {}) {
    const { cause, hint, ...fields } = detail;
    super(readable(message, LONGEST), cause === undefined ? undefined : { cause: brief(cause) });
    this.code = code;
    for (const [name, value] of Object.entries(fields)) {
      // Spans count from the start of the input. The core has cut it.
      const isSpanned = name === "input" && fields.start !== undefined;
      Object.assign(this, { [name]: isSpanned ? value : cut(value) });
    }
    if (hint !== undefined) Object.assign(this, { hint: readable(hint, LONGEST) });
  }

  /** The error as plain data; `errorFrom` makes an error of it again. */
  toJSON(): ErrorData {
    const { code, message, stack, cause } = this;
    const fields: Omit<ErrorDetail, "cause"> = {};
    for (const name of fieldNames)
      if (this[name] !== undefined) Object.assign(fields, { [name]: this[name] });
    return {
      name: "DagfillError",
      code,
      message,
      ...fields,
      ...(stack !== undefined && { stack }),
      ...(cause !== undefined && { cause: failure(cause) }),
    };
  }

  // A program may load the package more than once: as ESM and as CJS, the main entry and a store's. The brand
  // on the prototype lets each copy's `instanceof` know the errors of all the others.
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits this method and means itself.
    if (this !== DagfillError) return Function.prototype[Symbol.hasInstance].call(this, value);
    try {
      return typeof value === "object" && value !== null && brand in value;
    } catch {
      // A Proxy that does not let itself be asked.
      return false;
    }
  }
}
const fieldNames = ["input", "start", "end", "field", "hint", "details"] as const;

/** The error that `toJSON` of a DagfillError described, on the other side of a postMessage or of a connection. A DagfillError
 *  is returned as it is; anything else is INVALID_OPTION. */
export function errorFrom(data: unknown): DagfillError {
  if (data instanceof DagfillError) return data;
  const { name, code, message, stack, cause, ...rest } = plainData(data);
  if (name !== "DagfillError" || typeof code !== "string" || typeof message !== "string") {
    throw new DagfillError("INVALID_OPTION", "data: expected what toJSON() of a DagfillError returned", {
      field: "data",
      hint: "a structured clone of an error has lost its code: send error.toJSON() instead",
    });
  }
  const fields = Object.fromEntries(fieldNames.map((field) => [field, rest[field]] as const));
  const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const error = new DagfillError(code, message, {
    ...given,
    ...(cause !== undefined && { cause: causeFrom(cause) }),
  });
  if (typeof stack === "string")
    Object.defineProperty(error, "stack", { value: stack, configurable: true, writable: true });
  return error;
}

function causeFrom(cause: unknown): Error {
  const { name, message } = failure(cause);
  return Object.assign(new Error(message), { name });
}

/** The members of an object, also of an uncaught error as a worker_thread tells of it; none of anything else, and of a Proxy that throws. */
function plainData(data: unknown): Partial<ErrorData> {
  try {
    const { name, message, stack, cause } = data as ErrorData;
    return { ...(data as ErrorData), name, message, ...(stack && { stack }), ...(cause && { cause }) };
  } catch {
    return {};
  }
}

// Minifying renames the class; what people read keeps its name.
Object.defineProperty(DagfillError, "name", { value: "DagfillError", configurable: true });
Object.defineProperty(DagfillError.prototype, "name", {
  value: "DagfillError",
  configurable: true,
  writable: true,
});
Object.defineProperty(DagfillError.prototype, brand, { value: true });
