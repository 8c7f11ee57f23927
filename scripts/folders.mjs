// Folders beside dist/ with the names of the entries (slim/, store/sqlite/ ...), each a package.json that leads into dist/:
// for bundlers and compilers that read no `exports`, such as Parcel and TypeScript's moduleResolution "node10".
import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { entries } from "./entries.mjs";
import { root } from "./process.mjs";

/** Writes the folders; git ignores them, `npm pack` takes them. */
export function entryFolders() {
  for (const [name, { subpath }] of Object.entries(entries)) {
    if (!subpath) continue;
    mkdirSync(join(root, name), { recursive: true });
    const dist = relative(name, "dist");
    const fields = {
      private: true,
      main: `${dist}/${name}.cjs`,
      module: `${dist}/${name}.js`,
      types: `${dist}/types/${name}.d.ts`,
      sideEffects: false,
    };
    writeFileSync(join(root, name, "package.json"), `${JSON.stringify(fields, null, 2)}\n`);
  }
}
