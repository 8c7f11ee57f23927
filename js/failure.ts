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
      return { name: "Error", message: cut(JSON.stringify(thrown) ?? String(thrown)) };
    }
    return { name: "Error", message: cut(String(thrown)) };
  } catch {
    return { name: "Error", message: "something was thrown that cannot be read" };
  }
}

function cut(text: string): string {
  return shortened(text, LONGEST);
}
