// Errors on their way between threads: a structured clone would keep only their name and message.
import { DagfillError, errorFrom } from "../../face.js";
import type { Outcome } from "./messages.js";

/** The result of `work`, or why it failed, as data. */
export async function outcomeOf(work: () => unknown): Promise<Outcome> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof DagfillError) return { error: error.toJSON() };
    const { name, message } = error instanceof Error ? error : { name: "Error", message: String(error) };
    return { error: { name, message } };
  }
}

/** The value; an error is thrown, a DagfillError as one. */
export function opened({ value, error }: Outcome): unknown {
  if (error === undefined) return value;
  throw "code" in error ? errorFrom(error) : Object.assign(new Error(error.message), { name: error.name });
}
