// The subject of a verb: a schedule as text, or the schedule of a DAG in a file.
import { existsSync } from "node:fs";
import { DagfillError } from "../error.js";
import type { ScheduleInput, TimetableOptions } from "../face.js";
import { chooseDag, loadDagFile, looksLikeFile } from "./load_dag.js";
import type { Request } from "./verb.js";

/** A schedule of the command line: the one of a file's DAG, a cron text, or a period. */
export async function subject(
  text: string,
  { values }: Request,
): Promise<{ schedule: ScheduleInput; options: TimetableOptions }> {
  const flagged = ["timeZone", "kind", "dst"].filter((name) => values[name] !== undefined);
  const own = Object.fromEntries(flagged.map((name) => [name, values[name]])) as TimetableOptions;
  if (!existsSync(text)) {
    // No cron text ends like a file name, so a file was meant.
    if (looksLikeFile(text)) await loadDagFile(text);
    return { schedule: text.startsWith("P") ? { every: text } : text, options: own };
  }
  const dag = chooseDag(await loadDagFile(text), values.dagId);
  if (dag.schedule === null) {
    throw new DagfillError(
      "NO_SCHEDULE",
      `expected a schedule of ${dag.dagId}, got null: it runs only by hand`,
    );
  }
  // A Dag has the fields of timetable options. The flags override it.
  return { schedule: dag.schedule, options: { ...dag, ...own } };
}
