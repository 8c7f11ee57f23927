// Errors in the words of the page: the service numbers the DAGs of a host, and a page has given one.
import { DagfillError, type ErrorCode } from "../../face.js";
import { defined } from "../plan/defined.js";

const WITHIN = /\bdags\[0\]/g;

/** The error with `dag.schedule` in place of `dags[0].schedule`; what is thrown and is no error as one. */
export function pageError(thrown: unknown): Error {
  if (!(thrown instanceof DagfillError)) return thrown instanceof Error ? thrown : new Error(String(thrown));
  const { field, code, message, input, start, end, hint, details, cause } = thrown;
  if (!field?.startsWith("dags[0]")) return thrown;
  return new DagfillError(code as ErrorCode, message.replace(WITHIN, "dag"), {
    ...defined({ input, start, end, hint, details, cause }),
    field: field.replace(WITHIN, "dag"),
  });
}
