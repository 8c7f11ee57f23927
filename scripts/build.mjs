// Makes dist/ of the sources: Rust to wasm, wasm to glue, TypeScript to one file an entry, types for both formats.
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";
import { declarations } from "./declarations.mjs";
import { entryFolders } from "./folders.mjs";
import { glue } from "./glue.mjs";
import { install } from "./install.mjs";
import { main, say, seconds } from "./process.mjs";

/** The whole build; quick when nothing changed. `types: false` leaves the declarations out. */
export async function build({ types = true } = {}) {
  const start = performance.now();
  await install();
  await glue();
  await bundle();
  entryFolders();
  if (types) await declarations();
  say(`built dist/ in ${seconds(start)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main(() => build());
}
