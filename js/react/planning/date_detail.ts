// One date of a plan in full: what it runs, when, and as which commands.
import type { BackfillPreview, DataInterval, Json, PlannedRun, RunRecord, RunState } from "../../face.js";

/** One row of a plan, without what it runs. Instants are ISO 8601 texts. */
export interface PlannedDate {
  executionDate: string;
  /** On the schedule's clock, with its offset. */
  localDate: string;
  dataInterval: DataInterval;
  runAfter: string;
  runId: string;
  action: PlannedRun["action"];
  reason: PlannedRun["reason"] | null;
  /** The run that stands on this date. */
  existing: { state: RunState; finishedAt: string | null; error: string | null; conf: Json } | null;
}

export interface DateDetail extends PlannedDate {
  /** Every templated text of the date as it would run. XCom is not known before, and values of variables and connections are `***`. */
  /** `ran`: the text is the one that the task's callback was given. */
  texts: { ran?: boolean; taskId: string | null; path: string; template: string; text: string }[];
}

/** The detail of one row of the preview; null beyond the last. */
export function detailOf(preview: BackfillPreview, place: number): DateDetail | null {
  const date = dateOf(preview, place);
  return date === null ? null : { ...date, texts: textsOf(preview, date.executionDate) };
}

/** One row of the preview; null beyond the last. */
export function dateOf(preview: BackfillPreview, place: number): PlannedDate | null {
  const run = preview.run(place);
  if (run === undefined) return null;
  const { executionDate, localDate, dataInterval, runAfter, runId, action } = run;
  return {
    ...{ executionDate, localDate, dataInterval, runAfter, runId, action },
    reason: run.reason ?? null,
    existing: run.existingState === undefined ? null : existingOf(preview, run),
  };
}

/** The commands as they ran in place of those that were planned. */
export function textsAsRun(
  texts: DateDetail["texts"],
  ran: ReadonlyMap<string, string>,
): DateDetail["texts"] {
  return texts.map((planned) => {
    const command = planned.path === "command" ? ran.get(planned.taskId ?? "") : undefined;
    return command === undefined ? planned : { ...planned, text: command, ran: true };
  });
}

const records = new WeakMap<BackfillPreview, Map<string, RunRecord>>();

function existingOf(preview: BackfillPreview, run: PlannedRun): PlannedDate["existing"] {
  let known = records.get(preview);
  if (known === undefined) {
    known = new Map(preview.existingRuns.map((record) => [record.executionDate, record]));
    records.set(preview, known);
  }
  const record = known.get(run.executionDate);
  return {
    state: run.existingState as RunState,
    finishedAt: record?.finishedAt ?? null,
    error: record?.error?.message ?? null,
    conf: record?.conf ?? {},
  };
}

function textsOf(preview: BackfillPreview, executionDate: string): DateDetail["texts"] {
  try {
    return preview.render(executionDate);
  } catch {
    // The preview of a stored backfill does not know the templates.
    return [];
  }
}
