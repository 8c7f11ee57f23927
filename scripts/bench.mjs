// `npm run bench`: every benchmark, or those named after `--`, each in a process of its own. The peers that they run
// beside have their own package.json in bench/.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { Failure, main, root, run, say } from "./process.mjs";

const folder = join(root, "bench");
const ending = ".bench.mjs";

main(async () => {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Failure(`expected ${all.join(", ")}; got ${unknown}`);
  await build();
  await install(folder);
  for (const name of asked.length > 0 ? asked : all) {
    say(`bench ${name}`);
    await run("node", ["--expose-gc", join(folder, name + ending)], { cwd: folder });
  }
});
