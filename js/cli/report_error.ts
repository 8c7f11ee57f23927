// Errors on the terminal: the message, a caret under the wrong part, the hint; and the exit code of each error.
import { DagfillError, type ErrorCode } from "../error.js";
import { failure } from "../failure.js";
import { hintInFlags, inFlags, isOfOptions } from "./flag_words.js";
import { type Flag, optionOf } from "./flags.js";
import type { Terminal } from "./terminal.js";
import { fit, oneLine, widthOf } from "./width.js";

/** 0 all ok, 1 some runs failed (or something unforeseen), 2 usage or a declined plan, 3 store, 130 interrupted and resumable. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, store: 3, interrupted: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A plan that was asked about and not agreed to. */
export class Declined extends DagfillError {
  constructor(readonly exitCode: ExitCode) {
    super("ABORTED", "the plan was not agreed to");
  }
}

/** Prints the error and says how the process ends. */
export function reportError(
  error: unknown,
  terminal: Terminal,
  json: boolean,
  flags: readonly Flag[],
): ExitCode {
  if (!(error instanceof DagfillError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : failure(error).message;
    terminal.line(
      json ? JSON.stringify({ error: { message: text } }) : `${terminal.paint("red", "error")} ${text}`,
    );
    return exitCodes.failed;
  }
  const { code, input, start, end, field, details } = error;
  const message = isOfOptions(error) ? inFlags(error.message, flags) : error.message;
  const advice = code === "UNKNOWN_TASK" ? idsHint(error) : (error.hint ?? usualHint(error));
  const hint = advice && hintInFlags(error, advice, flags);
  if (json) {
    terminal.line(JSON.stringify({ error: { code, message, input, start, end, field, hint, details } }));
    return exitOf(error);
  }
  terminal.line(`${terminal.paint("red", "error")} ${terminal.paint("bold", code)} ${message}`);
  // The field of an error about the state of the store is no flag that the user could correct.
  const place = field === undefined || isState(code) ? undefined : placeOf(field, flags);
  if (place !== undefined && !message.includes(place)) terminal.line(`  in ${place}`);
  for (const line of pointAt(error, terminal)) terminal.line(line);
  if (hint !== undefined) terminal.line(`${terminal.paint("cyan", "hint")} ${hint}`);
  return exitOf(error);
}

/** The hint for errors that have none. */
function usualHint({ code, message }: DagfillError): string | undefined {
  if (code === "UNKNOWN_BACKFILL")
    return "dagfill list shows the backfills of a store; --store names another";
  const offset =
    code === "UNKNOWN_TIME_ZONE"
      ? /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?00)?$/i.exec(/"([^"]*)"/.exec(message)?.[1] ?? "")
      : null;
  if (offset === null) return undefined;
  const [input, sign, hours] = offset;
  return `a zone has a name, such as Europe/Berlin; ${input} without changes of the clock is Etc/GMT${sign === "+" ? "-" : "+"}${Number(hours)}`;
}

/** Task ids are listed; Airflow's command reads a regular expression in their place. */
function idsHint({ message, hint }: DagfillError): string | undefined {
  if (!/[*+?^$|()[\]\\]/.test(message.slice(message.indexOf(", got ")))) return hint;
  const listed = "give ids, separated by commas; a regular expression is not read";
  return hint === undefined ? listed : `${listed}; ${hint}`;
}

/** Whether the error is about the state of the store and not about the request. */
function isState(code: ErrorCode): boolean {
  return code === "BACKFILL_ACTIVE" || code === "RUN_EXISTS";
}

/** The exit code for an error. */
export function exitOf(error: DagfillError): ExitCode {
  if (error instanceof Declined) return error.exitCode;
  const { code } = error;
  if (code === "STORE_FAILED" || code === "STALE_OWNER") return exitCodes.store;
  return code === "INTERNAL" || code === "ABORTED" ? exitCodes.failed : exitCodes.usage;
}

/** An option that was given by a flag goes by the flag's name; a path into a DAG stays what it is. */
function placeOf(field: string, flags: readonly Flag[]): string {
  // The option itself, or a part of it: rate.per, taskIds[0].
  const [option] = field.split(/[.[]/, 1);
  const flag = flags.find((known) => optionOf(known) === option);
  return flag === undefined ? field : `--${flag.name}`;
}

/** The line of the input that is wrong, and carets under the part. */
function pointAt({ input, start, end }: DagfillError, terminal: Terminal): string[] {
  if (input === undefined || start === undefined || start > input.length) return [];
  const lineStart = start === 0 ? 0 : input.lastIndexOf("\n", start - 1) + 1;
  const lineEnd = input.indexOf("\n", start);
  const line = input.slice(lineStart, lineEnd < 0 ? input.length : lineEnd);
  // A window of a long line, so that the carets point at visible text.
  const room = Math.max(20, terminal.width - 6);
  const at = start - lineStart;
  const from = line.length <= room || at < room / 2 ? 0 : at - Math.floor(room / 3);
  const shown = `${from > 0 ? "…" : ""}${line.slice(from, from + room)}`;
  const before = widthOf(flat(`${from > 0 ? "…" : ""}${line.slice(from, at)}`));
  const marked = widthOf(flat(line.slice(at, Math.min((end ?? start + 1) - lineStart, from + room))));
  const place = lineStart === 0 ? "" : `  line ${input.slice(0, lineStart).split("\n").length}`;
  return [
    ...(place === "" ? [] : [terminal.paint("dim", place)]),
    `  ${flat(shown)}`,
    `  ${" ".repeat(before)}${terminal.paint("red", "^".repeat(Math.max(1, marked)))}`,
  ];
}

// As `oneLine`, which trims; here every character keeps its column.
function flat(text: string): string {
  return oneLine(`|${text}|`).slice(1, -1);
}

/** An error of a run, on one line. */
export function runError(error: { name: string; message: string } | undefined, width: number): string {
  return error === undefined ? "" : fit(`${error.name}: ${error.message}`, width);
}
