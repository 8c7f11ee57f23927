// Installs the development dependencies when they are missing or older than the lockfile.
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, run, say, seconds } from "./process.mjs";

/** Makes node_modules of `folder` match its lockfile. */
export async function install(folder = root) {
  const lock = join(folder, "package-lock.json");
  const installed = join(folder, "node_modules", ".package-lock.json");
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const start = performance.now();
  say(
    `npm ci in ${folder === root ? "." : folder.slice(root.length + 1)}: node_modules is missing or older than package-lock.json (about 15 s)`,
  );
  // Without the repository's own node in PATH: npm is about to replace it.
  const path = process.env.PATH.split(delimiter)
    .filter((part) => !part.includes("node_modules"))
    .join(delimiter);
  await run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    env: { PATH: path },
    quiet: true,
  });
  say(`npm ci took ${seconds(start)}`);
}
