// `npm run fuzz -- cron|template|expression [libFuzzer's flags]`: 1,000,000 random inputs, or as many as `-runs=` says; unix, quartz and aws
// are cron with one dialect alone. It needs a C++ compiler, and no special Rust compiler: the counters of coverage are options of the
// stable one. The corpus is kept as one file a target, fuzz/corpus/NAME.txt, one input a line in Base64; `--keep` adds to it what was
// found, without what adds no coverage. Comparisons are not traced, which would take two thirds of the time: the words that a target
// should find are in the corpus, and in fuzz/corpus/NAME.dict.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ask, Failure, handOver, main, root, run } from "./process.mjs";

const TARGETS = ["cron", "template", "expression"];
const DIALECTS = ["unix", "quartz", "aws"];
const FLAGS = [
  "--cfg fuzzing",
  "-Cpasses=sancov-module",
  ...["level=4", "inline-8bit-counters", "pc-table"].map(
    (option) => `-Cllvm-args=-sanitizer-coverage-${option}`,
  ),
];
const folder = join(root, "fuzz");

main(async () => {
  const [name, ...rest] = process.argv.slice(2);
  if (![...TARGETS, ...DIALECTS].includes(name))
    throw new Failure(`expected ${[...TARGETS, ...DIALECTS].join(", ")}; got ${name ?? "nothing"}`);
  const target = DIALECTS.includes(name) ? "cron" : name;
  const flags = rest.filter((flag) => flag !== "--keep");
  const triple = ask("rustc", ["-vV"])?.match(/^host: (.+)$/m)?.[1];
  if (triple === undefined) throw new Failure("rustc is not on this machine");
  // The flags are for the target alone: build scripts and macros of the compiler have no libFuzzer.
  await run("cargo", ["build", "--release", "--features", "libfuzzer", "--target", triple, "--bin", target], {
    cwd: folder,
    env: { RUSTFLAGS: FLAGS.join(" ") },
  });
  const program = join(folder, "target", triple, "release", target);
  const inputs = unpack(target);
  const words = join(folder, "corpus", `${target}.dict`);
  const runs = flags.some((flag) => /^-(runs|max_total_time)=/.test(flag)) ? [] : ["-runs=1000000"];
  const dictionary = existsSync(words) ? [`-dict=${words}`] : [];
  await handOver(program, [...runs, "-timeout=30", ...dictionary, ...flags, inputs], {
    cwd: folder,
    env: target === name ? {} : { DAGFILL_DIALECT: name },
  });
  if (process.exitCode === 0 && rest.includes("--keep")) await keep(target, program, inputs);
});

function packed(target) {
  return join(folder, "corpus", `${target}.txt`);
}

/** The corpus as libFuzzer wants it: a file an input. */
function unpack(target) {
  const inputs = join(folder, "target", "corpus", target);
  mkdirSync(inputs, { recursive: true });
  for (const line of readFileSync(packed(target), "utf8").split("\n").filter(Boolean)) {
    const input = Buffer.from(line, "base64");
    writeFileSync(join(inputs, createHash("sha1").update(input).digest("hex")), input);
  }
  return inputs;
}

async function keep(target, program, inputs) {
  const merged = join(folder, "target", "corpus", `${target}-merged`);
  rmSync(merged, { recursive: true, force: true });
  mkdirSync(merged);
  await run(program, ["-merge=1", merged, inputs], { cwd: folder, quiet: true });
  const lines = readdirSync(merged).map((file) => readFileSync(join(merged, file)).toString("base64"));
  writeFileSync(packed(target), `${lines.sort().join("\n")}\n`);
}
