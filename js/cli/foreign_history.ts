// The runs of --history: the runs of one DAG from another scheduler or an export, in place of a store.
import { DagfillError } from "../error.js";
import { type Dag, MemoryStore, type RunRecord, type RunStore } from "../face.js";
import type { Terminal } from "./terminal.js";
import { readSource } from "./verbs/import_dag.js";

/** The runs of the file of `--history`, in any format that import-runs reads. `notices` says what was left out. `undefined` without
 *  the flag; INVALID_OPTION beside `--store`. */
export async function foreignRuns(
  { history, store }: Record<string, unknown>,
  dag: Dag,
  notices: Terminal,
): Promise<RunRecord[] | undefined> {
  if (history === undefined) return undefined;
  if (store !== undefined) {
    throw new DagfillError("INVALID_OPTION", "expected --history or --store, got both", {
      field: "--history",
      hint: "--history is read in place of a store; import-runs imports a history into one",
    });
  }
  const path = String(history);
  const { importRuns } = await import("../import.js");
  const { runs, left } = importRuns(readSource(path), { dag });
  for (const { reason, count } of left) notices.line(`left out of ${path}: ${count} (${reason})`);
  return runs;
}

/** A store in memory that holds these runs. */
export async function storeOf(runs: readonly RunRecord[]): Promise<RunStore> {
  const { storeRuns } = await import("../import.js");
  const store = new MemoryStore();
  await storeRuns(store, runs);
  return store;
}
