// How long the command takes to start, as a ratio to `node -e 0`: --version (goal 2), --help, and a preview of 365 dates (goal 3). The
// commands run in turn, so that all of them see the same load; the best and the median of the rounds count, and the CPU time.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROUNDS = Number(process.env.ROUNDS ?? 20);
const cli = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dagfill-start-"));
const tasks = [
  { taskId: "load", command: "echo {{ ds }}" },
  { taskId: "report", command: "echo {{ ds }}", dependsOn: ["load"] },
];
writeFileSync(join(folder, "dag.json"), JSON.stringify({ dagId: "etl", schedule: "@daily", tasks }));

const commands = {
  "node -e 0": ["-e", "0"],
  "--version": [cli, "--version"],
  "--help": [cli, "--help"],
  preview: [cli, "preview", "dag.json", "--start-date", "2025-01-01", "--end-date", "2025-12-31"],
};

/** CPU milliseconds of the children that have ended; where the system does not tell, `undefined`. */
function cpuOfChildren() {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return undefined;
  }
}

const wall = new Map(Object.keys(commands).map((name) => [name, []]));
const cpu = new Map(Object.keys(commands).map((name) => [name, 0]));
// The first round fills the compile cache.
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, args] of Object.entries(commands)) {
    const [before, start] = [cpuOfChildren(), performance.now()];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`${name}: ${stderr}`);
    if (round === 0) continue;
    wall.get(name).push(performance.now() - start);
    cpu.set(name, cpu.get(name) + (cpuOfChildren() ?? 0) - (before ?? 0));
  }
}
rmSync(folder, { recursive: true });

const sorted = (name) => wall.get(name).toSorted((a, b) => a - b);
const [base, baseMedian] = [sorted("node -e 0")[0], sorted("node -e 0")[ROUNDS >> 1]];
for (const name of Object.keys(commands)) {
  const [best, median] = [sorted(name)[0], sorted(name)[ROUNDS >> 1]];
  const times = cpu.get("node -e 0") > 0 ? (cpu.get(name) / cpu.get("node -e 0")).toFixed(2) : "?";
  console.log(
    `${name.padEnd(10)} best ${best.toFixed(0).padStart(4)} ms (${(best / base).toFixed(2)}x)  median ${median.toFixed(0).padStart(4)} ms (${(median / baseMedian).toFixed(2)}x)  CPU ${times}x`,
  );
}
