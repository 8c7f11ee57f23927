// The runs that hold the tasks and logs of dates: those of a chunk are records of their own, and have one run, under its first date.
import type { BackfillPreview, RunRecord, RunStore } from "../face.js";
import { localDate } from "./local_date.js";
import type { StoredDag } from "./stored_dag.js";
import type { Request } from "./verb.js";

/** The runs, and for a date of a chunk that of its first date, each once. `notices` names the chunk of the dates whose run is not among `runs`. */
export async function runsOfChunks(
  store: RunStore,
  { dagId, timeZone }: StoredDag,
  runs: readonly RunRecord[],
  { notices }: Pick<Request, "notices">,
): Promise<RunRecord[]> {
  const known = new Map(runs.map((run) => [run.runId, run]));
  const later = runs.find(({ chunk }) => chunk !== undefined && !known.has(chunk));
  if (later === undefined) return runs.filter(({ chunk }) => chunk === undefined);
  // Chunks that began before these dates overlap them in one place only: at their start.
  const before = await store.listRuns({ dagId, to: Date.parse(later.executionDate) });
  const first = before.find(({ runId }) => runId === later.chunk);
  if (first === undefined) return [...runs];
  const [date, of] = [later.executionDate, first.executionDate].map((at) => localDate(at, timeZone));
  notices.line(`${date} is in the chunk of ${of}, whose run is shown`);
  return [first, ...runs.filter(({ chunk }) => chunk === undefined)];
}

/** How many runs a plan starts: all dates of a chunk are one run, which its first date has. */
export function startsOf({ runs }: BackfillPreview): number {
  return runs.filter(({ action, chunk }) => action !== "skip" && chunk === undefined).length;
}

/** "4 dates", and with `--chunk` in how many runs. */
export function datesInRuns(total: number, preview: BackfillPreview, { chunk }: Request["values"]): string {
  const dates = `${total} ${total === 1 ? "date" : "dates"}`;
  if (chunk === undefined) return dates;
  const runs = startsOf(preview);
  return `${dates} in ${runs} ${runs === 1 ? "run" : "runs"}`;
}
