/** Thrown, or rejected with, by a task's callback: the task ends as skipped, not as failed, and is not tried again. Errors of
 *  another class whose `name` is "TaskSkipped" count too. */
export class TaskSkipped extends Error {
  override readonly name = "TaskSkipped";
}
