// The entry dagfill/import: DAGs and histories of other systems.
export type { ImportedDags, ImportNote } from "./import/dags.js";
export { type DagFormat, importDag } from "./import/import_dag.js";
