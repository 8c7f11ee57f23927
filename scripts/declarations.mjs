// TypeScript's declarations to dist/types: those that the entries reach, as .d.ts for import and .d.cts for require.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { entries } from "./entries.mjs";
import { Failure, root, run } from "./process.mjs";

const relativeImport = /(from |import\()"(\.{1,2}\/[^"]+)\.js"/g;

/** TypeScript infers this type for a component. The types of React 18.2.0 do not have it, and a component may return either. */
const inferredElement = 'import("react").JSX.Element';
const element = 'import("react").ReactElement';

/** Emits and copies the declarations. */
export async function declarations() {
  const emitted = join(root, ".cache", "types");
  const out = join(root, "dist", "types");
  for (const folder of [emitted, out]) rmSync(folder, { recursive: true, force: true });
  const flags = [
    "--noEmit",
    "false",
    "--declaration",
    "--emitDeclarationOnly",
    "--stripInternal",
    "--rootDir",
    "js",
  ];
  await run("tsc", ["-p", ".", ...flags, "--outDir", emitted]);
  for (const { source, bin, part, cjs } of Object.values(entries)) {
    if (bin || part || !existsSync(join(root, source))) continue;
    const start = source.replace(/^js\//, "").replace(/\.ts$/, "");
    copyReached(start, ".d.ts", emitted, out, new Set());
    if (cjs) copyReached(start, ".d.cts", emitted, out, new Set());
  }
}

function copyReached(name, ending, emitted, out, seen) {
  if (seen.has(name)) return;
  seen.add(name);
  if (name === "raw") throw new Failure("a public type reaches js/raw.ts: the generated types must not leak");
  const text = readFileSync(join(emitted, `${name}.d.ts`), "utf8").replaceAll(inferredElement, element);
  for (const [, , path] of text.matchAll(relativeImport)) {
    copyReached(join(dirname(name), path), ending, emitted, out, seen);
  }
  const file = join(out, name + ending);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, ending === ".d.cts" ? text.replace(relativeImport, '$1"$2.cjs"') : text);
}
