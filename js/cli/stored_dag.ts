// Arguments of the verbs that read only the store: the DAG by id or file, states, bounds of dates.
import { existsSync } from "node:fs";
import { nextDates, type RunRecord, type RunStore } from "../face.js";
import { oneOf } from "./flag_values.js";
import { chooseDag, loadDagFile } from "./load_dag.js";
import type { Style } from "./terminal.js";
import type { Request } from "./verb.js";

/** The id of a DAG: that of the file's DAG where the argument is a file, else the argument itself. */
export async function dagIdOf(text: string, { values }: Pick<Request, "values">): Promise<string> {
  return existsSync(text) ? chooseDag(await loadDagFile(text), values.dagId).dagId : text;
}

/** The states of `--state`, separated by commas. */
export function statesOf<State extends string>(value: unknown, known: readonly State[]): State[] | undefined {
  if (value === undefined) return undefined;
  return (value as string[]).map((text) => oneOf(text, known, "state"));
}

/** A bound of dates in UTC, epoch milliseconds; the end of a day where only a day is given. */
export function boundOf(value: unknown, edge: "start" | "end"): number | undefined {
  if (typeof value !== "string") return undefined;
  const [first] = nextDates({ dates: [value] }, "0001-01-01", 1);
  const at = Date.parse(first ?? "");
  const isDay = value.length === "2024-01-01".length;
  return edge === "end" && isDay ? at + 86_399_999 : at;
}

/** The runs of a range of dates, or the one of that date or run id. */
export async function chosenRuns(
  store: RunStore,
  dagId: string,
  which: string | undefined,
  values: Record<string, unknown>,
): Promise<RunRecord[]> {
  const isDate = which !== undefined && /^\d{4}-/.test(which);
  const [from, to] = isDate
    ? [boundOf(which, "start"), boundOf(which, "end")]
    : [boundOf(values.from, "start"), boundOf(values.to, "end")];
  const found = await store.listRuns({
    dagId,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  });
  return which === undefined || isDate ? found : found.filter(({ runId }) => runId === which);
}

const styles: Partial<Record<string, Style>> = {
  success: "green",
  failed: "red",
  upstream_failed: "red",
  running: "cyan",
  up_for_retry: "yellow",
  canceled: "dim",
  skipped: "dim",
};

/** The colour of a state of a run or a task. */
export const stateStyle = ({ state }: { state: string }): Style | undefined => styles[state];

/** How long something has taken; empty where it has not ended. */
export function tookText({ startedAt, finishedAt }: { startedAt?: string; finishedAt?: string }): string {
  const ms = Date.parse(finishedAt ?? "") - Date.parse(startedAt ?? "");
  return Number.isNaN(ms) ? "" : `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
}
