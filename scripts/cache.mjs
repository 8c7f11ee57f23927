// What is expensive and the same for every clone on a machine lives in one folder outside the tree.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const home =
  process.env.DAGFILL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "dagfill");

/** A folder of the cache, made when absent. */
export function cacheFolder(...parts) {
  const folder = join(home, ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** A short key of texts and of the files that exist among `files`: what is cached under it was made from these. */
export function keyOf(texts, files = []) {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(`${text}\0`);
  for (const file of files) if (existsSync(file)) hash.update(readFileSync(file)).update("\0");
  return hash.digest("hex").slice(0, 16);
}
