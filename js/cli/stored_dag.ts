// Arguments of the verbs that read only the store: the DAG by id or file, states, its runs.
import { existsSync } from "node:fs";
import type { RunRecord, RunStore } from "../face.js";
import { spanOf } from "./bounds.js";
import { oneOf } from "./flag_values.js";
import { chooseDag, loadDagFile } from "./load_dag.js";
import type { Style } from "./terminal.js";
import type { Request } from "./verb.js";

/** A DAG of a store. */
export interface StoredDag {
  dagId: string;
  /** In which its dates are read: that of the file's DAG, else UTC. */
  timeZone: string | undefined;
}

/** The file's DAG where the argument is a file, else the argument is the id itself. */
export async function storedDag(text: string, { values }: Pick<Request, "values">): Promise<StoredDag> {
  if (!existsSync(text)) return { dagId: text, timeZone: undefined };
  const { dagId, timeZone } = chooseDag(await loadDagFile(text), values.dagId);
  return { dagId, timeZone };
}

/** The states of `--state`, separated by commas. */
export function statesOf<State extends string>(value: unknown, known: readonly State[]): State[] | undefined {
  if (value === undefined) return undefined;
  return (value as string[]).map((text) => oneOf(text, known, "state"));
}

/** The runs of a range of dates, or the one of that date or run id. */
export async function chosenRuns(
  store: RunStore,
  { dagId, timeZone }: StoredDag,
  which: string | undefined,
  values: Record<string, unknown>,
): Promise<RunRecord[]> {
  // Run ids begin with their type.
  const isDate = which !== undefined && /^(\d{4}(-|$)|[+-]P|(now|today|yesterday|tomorrow)$)/.test(which);
  const span = spanOf(isDate ? { from: which, to: which } : values, timeZone);
  const found = await store.listRuns({ dagId, ...span });
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
