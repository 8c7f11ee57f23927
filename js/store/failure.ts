// Errors of a store, as STORE_FAILED.
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";

/** An error of a store as STORE_FAILED; a DagfillError stays what it is. */
export function storeFailure(thrown: unknown): DagfillError {
  try {
    if (thrown instanceof DagfillError) return thrown;
  } catch {
    // Something that throws when it is looked at.
  }
  const { message } = failure(thrown);
  return new DagfillError("STORE_FAILED", `the store failed: ${message}`, { cause: thrown });
}
