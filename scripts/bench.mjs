// `npm run bench`: every benchmark, or those named after `--`, each in a process of its own. The peers that they run
// beside have their own package.json in bench/. With `--record` the ratios that they print are appended to bench/ratios.json, which a test
// reads.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { record } from "./bench_ratios.mjs";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { Failure, main, root, run, say } from "./process.mjs";

const folder = join(root, "bench");
const ending = ".bench.mjs";

main(async () => {
  const all = readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length));
  const isRecorded = process.argv.includes("--record");
  const asked = process.argv.slice(2).filter((word) => word !== "--record");
  const unknown = asked.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Failure(`expected ${all.join(", ")}; got ${unknown}`);
  await build();
  await install(folder);
  const names = asked.length > 0 ? asked : all;
  if (isRecorded) await recorded((env) => measure(names, env));
  else await measure(names, {});
});

/** All of them are run, also when one has missed a target: its process ends with 1. */
async function measure(names, env) {
  const missed = [];
  for (const name of names) {
    say(`bench ${name}`);
    try {
      await run("node", ["--expose-gc", join(folder, name + ending)], { cwd: folder, env });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      missed.push(name);
    }
  }
  if (missed.length > 0) throw new Failure(`targets are missed, or an error ended it: ${missed.join(", ")}`);
}

/** Records the ratios of what has been measured, also when a benchmark missed its target: that is what the history is for. */
async function recorded(job) {
  const place = mkdtempSync(join(tmpdir(), "dagfill-bench-"));
  const file = join(place, "ratios");
  writeFileSync(file, "");
  try {
    await job({ DAGFILL_BENCH_RATIOS: file });
  } finally {
    const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
    rmSync(place, { recursive: true });
    if (lines.length > 0) record(Object.fromEntries(lines.map((line) => JSON.parse(line))));
    say(`${lines.length} ratios recorded in bench/ratios.json`);
  }
}
