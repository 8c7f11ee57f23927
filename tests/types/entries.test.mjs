// The declarations of each entry, checked themselves (`skipLibCheck: false`) and without the types of any host: an entry that names those of
// a package that its user need not have, or another shape of that package, does not compile.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../scripts/process.mjs";

const tsc = join(root, "node_modules", ".bin", "tsc");
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** Those of a page, whose types are the DOM's, and React's for one of them. */
const ofPages = ["dagfill/react", "dagfill/element"];
const entries = Object.keys(exports)
  .filter((entry) => !entry.includes("*") && JSON.stringify(exports[entry]).includes(".d.ts"))
  .map((entry) => entry.replace(".", "dagfill"));

const scenes = [
  {
    name: "entries without a page",
    names: entries.filter((entry) => !ofPages.includes(entry)),
    lib: ["ES2022"],
  },
  { name: "entries of pages", names: ofPages, lib: ["ES2022", "DOM", "DOM.Iterable"] },
];

test("every entry of the package is in a scene", () => {
  assert.deepEqual(scenes.flatMap(({ names }) => names).sort(), entries.sort());
  assert.ok(entries.includes("dagfill/engine/bullmq") && entries.length > 15, entries.join());
});

for (const { name, names, lib } of scenes) {
  for (const format of ["mts", "cts"]) {
    test(`${name} compile with skipLibCheck: false, ${format}`, () => {
      const folder = join(root, ".cache", "entries", `${names.length}-${format}`);
      mkdirSync(folder, { recursive: true });
      const lines = names.map((entry, at) => `export * as entry${at} from "${entry}";\n`).join("");
      writeFileSync(join(folder, `entries.${format}`), lines);
      const options = { target: "ES2022", lib, types: [], module: "NodeNext", strict: true, noEmit: true };
      const compilerOptions = { ...options, exactOptionalPropertyTypes: true, skipLibCheck: false };
      writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["."] }));
      const { status, stdout } = spawnSync(tsc, ["-p", folder], { cwd: root, encoding: "utf8" });
      assert.equal(status, 0, stdout);
    });
  }
}
