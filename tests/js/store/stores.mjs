// Where the tests get the stores from: compiled from the sources once a process, into an ignored folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const source = (name) => fileURLToPath(new URL(`../../../js/store/${name}.ts`, import.meta.url));

export async function compiled(name) {
  const folder = fileURLToPath(new URL("../../../.cache/store-tests/", import.meta.url));
  const outfile = join(folder, `${name}-${process.pid}.mjs`);
  await build({
    entryPoints: [source(name)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "error",
  });
  try {
    return await import(pathToFileURL(outfile));
  } finally {
    rmSync(outfile);
  }
}

export const { MemoryStore } = await compiled("memory");
export const { openSqliteStore } = await compiled("sqlite");

/** An empty folder of the test's own, and how to remove it. */
export function ownFolder() {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-store-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
