// Installs the development dependencies when they are missing or not those of the lockfile.
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { root, run, say, seconds } from "./process.mjs";

/** Makes node_modules of `folder` match its lockfile. */
export async function install(folder = root) {
  if (isInstalled(folder)) return;
  const start = performance.now();
  say(
    `npm ci in ${folder === root ? "." : folder.slice(root.length + 1)}: node_modules is missing or not that of package-lock.json (about 15 s)`,
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

/** Whether node_modules holds the packages of the lockfile. Their versions and not the files' times: another branch may bring an older
 *  lockfile, and in a new clone every file is new. */
export function isInstalled(folder) {
  const packagesOf = (...path) => {
    const { packages } = JSON.parse(readFileSync(join(folder, ...path), "utf8"));
    // Not the folder itself, and none that is linked.
    return Object.fromEntries(Object.entries(packages).filter(([path]) => path.startsWith("node_modules/")));
  };
  // npm writes this file when it has installed everything.
  if (!existsSync(join(folder, "node_modules", ".package-lock.json"))) return false;
  const wanted = packagesOf("package-lock.json");
  const found = packagesOf("node_modules", ".package-lock.json");
  const isSame = (path) =>
    wanted[path]?.version === found[path].version && wanted[path].integrity === found[path].integrity;
  // Optional packages are those of another platform, too.
  const isThere = (path) => wanted[path].optional === true || found[path] !== undefined;
  return Object.keys(found).every(isSame) && Object.keys(wanted).every(isThere);
}
