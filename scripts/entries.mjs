// The files of the package, by entry. package.json's `exports` names the same ones; a test compares them.

/** Where each entry's source is, and what is made of it. `core`: carries the wasm module or knows where it is. `iife`: also a
 *  classic script. `subpath`: imported as `dagfill/NAME`. `part`: a file that another
 *  entry loads when it needs it. `client`: its components are those of a page, also where servers render. */
export const entries = {
  index: { source: "js/index.ts", core: true, cjs: true, iife: true },
  slim: { source: "js/slim.ts", core: true, cjs: true, subpath: true },
  workerd: { source: "js/workerd.ts", core: true },
  "store/sqlite": { source: "js/store/sqlite.ts", cjs: true, subpath: true },
  "store/indexeddb": { source: "js/store/indexeddb.ts", cjs: true, subpath: true },
  "store/postgres": { source: "js/store/postgres.ts", cjs: true, subpath: true },
  "store/contract": { source: "js/store/contract.ts", cjs: true, subpath: true },
  engine: { source: "js/engine.ts", cjs: true, subpath: true },
  "engine/bullmq": { source: "js/engine/bullmq.ts", cjs: true, subpath: true },
  "engine/airflow": { source: "js/engine/airflow.ts", cjs: true, subpath: true },
  "engine/prefect": { source: "js/engine/prefect.ts", cjs: true, subpath: true },
  "engine/http": { source: "js/engine/http.ts", cjs: true, subpath: true },
  "engine/contract": { source: "js/engine/contract.ts", cjs: true, subpath: true },
  shell: { source: "js/shell.ts", cjs: true, subpath: true },
  import: { source: "js/import.ts", cjs: true, subpath: true },
  planning: { source: "js/planning.ts", cjs: true, subpath: true },
  react: { source: "js/react.ts", cjs: true, subpath: true, client: true },
  "react/planning": { source: "js/react/planning/planning.ts", cjs: true, part: true },
  "react/worker": { source: "js/react/worker.ts", part: true },
  element: { source: "js/element.ts", cjs: true, subpath: true },
  cli: { source: "js/cli/start.ts", bin: true },
  "cli/main": { source: "js/cli/main.ts", part: true },
  "cli/dag_text": { source: "js/cli/dag_text.ts", part: true },
};

/** The ending of an entry's file in each format. */
export const endings = { esm: "js", cjs: "cjs", iife: "iife.js" };

/** The formats of an entry, ESM first. */
export const formatsOf = ({ cjs, iife }) => ["esm", ...(cjs ? ["cjs"] : []), ...(iife ? ["iife"] : [])];
