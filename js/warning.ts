// Warnings: they do not stop anything.

/** A fact that the user should know before they continue. `code` is stable. */
export interface Warning {
  code: string;
  message: string;
  at?: string;
  count?: number;
  /** Of a backfill that `serve` drives, or could not take up, and its DAG. */
  backfillId?: string;
  dagId?: string;
  /** Of one run. */
  runId?: string;
  /** Of a template: its task, where it stands in the task (`command`, `params.query`), and the span in it, in UTF-16 units. */
  taskId?: string;
  field?: string;
  start?: number;
  end?: number;
  suggestion?: string;
}
