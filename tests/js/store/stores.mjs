// Where the tests get the stores from: the built package, under the names its users import.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export { MemoryStore } from "dagfill";
export { openSqliteStore } from "dagfill/store/sqlite";

/** An empty folder of the test's own, and how to remove it. */
export function ownFolder() {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-store-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
