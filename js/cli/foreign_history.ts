// The runs of --history: what another scheduler, or an export, says of one DAG, in place of a store.
import { DagfillError } from "../error.js";
import { type Dag, MemoryStore, type RunRecord, type RunStore } from "../face.js";
import type { Terminal } from "./terminal.js";
import { readSource } from "./verbs/import_dag.js";

/** The runs of the file of `--history`, in any of the forms that import-runs reads; what is left out of it is told. `undefined` without
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
      hint: "--history is read in place of a store; import-runs takes a history over into one",
    });
  }
  const path = String(history);
  const { importRuns } = await import("../import.js");
  const { runs, left } = importRuns(readSource(path), { dag });
  for (const { reason, count } of left) notices.line(`left out of ${path}: ${count} (${reason})`);
  return runs;
}

/** A store that holds these runs, and is gone with the process. */
export async function storeOf(runs: readonly RunRecord[]): Promise<RunStore> {
  const { storeRuns } = await import("../import.js");
  const store = new MemoryStore();
  await storeRuns(store, runs);
  return store;
}
