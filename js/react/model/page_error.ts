// Errors in the words of the page: the service numbers the DAGs of a host, and a page has given one.
import { DagfillError, errorFrom } from "../../face.js";

const WITHIN = /\bdags\[0\]/g;

/** The error with `dag.schedule` in place of `dags[0].schedule`; what is thrown and is no error as one. */
export function pageError(thrown: unknown): Error {
  if (!(thrown instanceof DagfillError)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  if (!thrown.field?.startsWith("dags[0]")) return thrown;
  const { message, field } = thrown;
  return errorFrom({
    ...thrown.toJSON(),
    message: message.replace(WITHIN, "dag"),
    field: field.replace(WITHIN, "dag"),
  });
}
