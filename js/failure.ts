// Thrown values of any kind as a name and a message that can be stored and read.
import { shortened } from "./visible.js";

/** Longer texts are cut: an error is for reading. */
const LONGEST = 10_000;

export interface Failure {
  name: string;
  message: string;
}

/** Name and message of anything that was thrown: an Error, a string, null, a Proxy that throws when it is looked at. */
export function failure(thrown: unknown): Failure {
  try {
    if (typeof thrown === "object" && thrown !== null) {
      const { name, message } = thrown as { name?: unknown; message?: unknown };
      if (typeof message === "string") {
        return { name: cut(typeof name === "string" && name !== "" ? name : "Error"), message: cut(message) };
      }
      return { name: "Error", message: cut(textOf(thrown)) };
    }
    return { name: "Error", message: cut(String(thrown)) };
  } catch {
    return { name: "Error", message: "something was thrown that cannot be read" };
  }
}

/** An object as JSON. Where that is empty, the name of its class, and the status of an answer of `fetch`. */
function textOf(thrown: object): string {
  const json = JSON.stringify(thrown);
  if (json !== undefined && json !== "{}") return json;
  const { status, statusText } = thrown as Partial<Response>;
  const what =
    typeof status === "number" ? `with status ${status} ${statusText ?? ""}`.trimEnd() : "without a message";
  return `a thrown ${thrown.constructor?.name ?? "object"} ${what}`;
}

function cut(text: string): string {
  return shortened(text, LONGEST);
}
