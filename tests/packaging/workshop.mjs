// A folder outside the tree with the packed package installed, below the bundlers and compilers that consume it.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder, keyOf } from "../../scripts/cache.mjs";
import { root, run } from "../../scripts/process.mjs";

/** Makes the workshop: `write` puts a consumer's files into a folder of their own, `tool` is the path of a program's
 *  file in the consumers' node_modules, `remove` ends it. `consumers` is a folder whose package.json names the tools, which
 *  are installed once per lockfile. */
export async function workshop(consumers = join(root, "tests/packaging/consumers")) {
  const lists = ["package.json", "package-lock.json"].map((file) => join(consumers, file));
  const tools = cacheFolder("consumers", keyOf([process.version], lists));
  if (!existsSync(join(tools, "node_modules", ".package-lock.json"))) {
    for (const file of lists) copyFileSync(file, join(tools, file.slice(dirname(file).length + 1)));
    // Vite leaves NODE_ENV=production behind, with which npm installs none of the tools.
    const install = ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
    await run("npm", install, { cwd: tools, quiet: true });
  }
  const folder = mkdtempSync(join(tools, "run-"));
  await run("npm", ["pack", "--silent", "--pack-destination", folder], { quiet: true });
  const packed = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "private": true, "type": "module" }\n');
  const packedOnly = ["install", "--offline", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
  await run("npm", [...packedOnly, join(folder, packed)], { cwd: folder, quiet: true });
  return {
    folder,
    tools,
    tool: (path) => join(tools, "node_modules", path),
    write(name, files) {
      for (const [path, text] of Object.entries(files)) {
        const file = join(folder, name, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      return join(folder, name);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The output of a program; its failure shows both streams. */
export function printed(file, args, cwd, env = process.env) {
  try {
    return execFileSync(file, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }).trim();
  } catch (error) {
    throw new Error(`${file} ${args.join(" ")}\n${error.stdout}\n${error.stderr}`);
  }
}
