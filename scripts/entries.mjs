// The files of the package, by entry. package.json's `exports` names the same ones; a test compares them.

/** Where each entry's source is, and what is made of it. `core`: carries the wasm module or knows where it is. */
export const entries = {
  index: { source: "js/index.ts", core: true, cjs: true },
  slim: { source: "js/slim.ts", core: true, cjs: true },
  workerd: { source: "js/workerd.ts", core: true },
  "store/sqlite": { source: "js/store/sqlite.ts", cjs: true },
  "store/indexeddb": { source: "js/store/indexeddb.ts", cjs: true },
  shell: { source: "js/shell.ts", cjs: true },
  cli: { source: "js/cli/main.ts", bin: true },
};
