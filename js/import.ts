// The entry dagfill/import: DAGs and histories of other systems.
export type { ImportedDags, ImportNote } from "./import/dags.js";
export { type DagFormat, importDag } from "./import/import_dag.js";
export { exportRuns } from "./import/runs/export_runs.js";
export { importRuns, type LeftOut, type LeftRow } from "./import/runs/import_runs.js";
export { type StoredRuns, storeRuns } from "./import/runs/store_runs.js";
