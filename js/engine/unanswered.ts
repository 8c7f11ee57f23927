// Errors of calls over HTTP that got no answer. `fetch` says "fetch failed" for each; the reason is in the causes of its error.
import { failureOf } from "./outcome.js";

/** Deeper causes say nothing new. */
const DEEPEST = 5;

/** The error of a call without an answer: which call it was, and why. */
export function unanswered(method: string, url: string, error: unknown): Error {
  return new Error(`${method} ${url}: ${reasonsOf(error).join("; ")}`, { cause: error });
}

/** The messages of an error and its causes, without the general ones of `fetch` where there is a more exact one. */
function reasonsOf(error: unknown): string[] {
  const exact = new Set(causesOf(error, DEEPEST).map(reasonOf));
  for (const said of exact)
    if (/^(fetch failed|terminated)?$/.test(said) && exact.size > 1) exact.delete(said);
  return [...exact];
}

/** An error and its causes. An AggregateError has an error for each address of a host. */
function causesOf(error: unknown, depth: number): unknown[] {
  const { cause, errors } = (error ?? {}) as { cause?: unknown; errors?: unknown };
  const parts = Array.isArray(errors) ? errors : cause === undefined ? [] : [cause];
  return depth === 0 ? [error] : [error, ...parts.flatMap((part) => causesOf(part, depth - 1))];
}

function reasonOf(error: unknown): string {
  const { code, errors } = (error ?? {}) as { code?: unknown; errors?: unknown };
  if (Array.isArray(errors)) return "";
  const { name, message } = failureOf(error);
  if (name === "TimeoutError") return "no answer within the time of a call";
  return typeof code !== "string" || message.includes(code) ? message : `${message} (${code})`;
}
