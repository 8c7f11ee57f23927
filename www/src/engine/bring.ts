import type { Dag, RunStore } from "dagfill";
import { importDag, importRuns, type LeftOut, type StoredRuns, storeRuns } from "dagfill/import";
import { writtenBound } from "../bounds";
import { draftOfDag } from "../bring";
import type { Draft } from "../model";
import { rangeOfDag } from "../ownDates";
import { dagOf } from "../request";
import type { OwnDag } from "../useOwnDags";

/** The content of a pasted text: DAGs to choose from, or records that are in the store now. */
export type Brought =
  | { kind: "dags"; drafts: OwnDag[]; notes: string[] }
  | { kind: "runs"; dagId: string; stored: StoredRuns; left: LeftOut };

/** Reads a text of another system. Records belong to the DAG of the draft. */
export async function readBrought(
  text: string,
  fileName: string | undefined,
  draft: Draft,
  store: RunStore,
): Promise<Brought> {
  if (isHistory(text)) {
    const dag = dagOf(draft);
    const { runs, left } = importRuns(text, { dag });
    return { kind: "runs", dagId: dag.dagId, stored: await storeRuns(store, runs), left };
  }
  const exported = exportOf(text);
  const { dags, notes } = importDag(
    exported ? JSON.stringify(exported.dag) : text,
    fileName ? { fileName } : {},
  );
  return {
    kind: "dags",
    drafts: dags.map((dag) => ({
      ...draftOfDag(dag),
      ...(exported
        ? rangeOf(exported.options)
        : { ...rangeOfDag(dag, draft, Date.now()), ...parallelOf(dag, draft) }),
    })),
    notes: notes.map(({ line, message }) => (line === undefined ? message : `line ${line}: ${message}`)),
  };
}

/** Lists of runs name an id or a date of each run. */
const OF_RUNS = ["run_id", "dag_run_id", "logical_date", "execution_date", "executionDate", "dag_runs"];

function isHistory(text: string): boolean {
  const start = text.trimStart();
  if (!start.startsWith("{") && !start.startsWith("["))
    return (start.split("\n", 1)[0] ?? "")
      .split(",")
      .some((cell) => OF_RUNS.includes(cell.trim().replaceAll('"', "")));
  const value = jsonOf(text);
  const first = Array.isArray(value) ? value[0] : value;
  return isObject(first) && !("dag" in first) && OF_RUNS.some((name) => name in first);
}

/** The plan that "Export" of this page has written. */
function exportOf(text: string): { dag: object; options: Record<string, unknown> } | null {
  const value = jsonOf(text);
  if (!isObject(value) || !isObject(value.dag) || !("dagId" in value.dag) || !isObject(value.options))
    return null;
  return { dag: value.dag, options: value.options };
}

function rangeOf({ startDate, endDate, maxParallelRuns }: Record<string, unknown>): Partial<Draft> {
  return {
    ...(typeof startDate === "string" ? { from: writtenBound(startDate, "start") } : {}),
    ...(typeof endDate === "string" ? { to: writtenBound(endDate, "end") } : {}),
    ...(typeof maxParallelRuns === "number" ? { parallel: maxParallelRuns } : {}),
  };
}

/** The DAG's own limit of runs at once, where the form has more of them. */
const parallelOf = ({ maxActiveRuns }: Dag, { parallel }: Draft) =>
  maxActiveRuns !== undefined && maxActiveRuns < parallel ? { parallel: maxActiveRuns } : {};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
