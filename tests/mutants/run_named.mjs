// Makes one named mutant after the other in a copy of the repository, and runs the tests that it has to die by.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ask, Failure, ownPath, root, say } from "../../scripts/process.mjs";
import { mutants } from "./named.mjs";

const copy = join(root, ".cache", "mutants", "named");

/** Those whose name has all of the words `asked`, else all. A mutant that survives is a failure. */
export function runNamed(asked) {
  const chosen = mutants.filter(({ name }) => asked.every((word) => name.includes(word)));
  if (chosen.length === 0)
    throw new Failure(
      `no mutant has ${asked.join(" ")} in its name: ${mutants.map(({ name }) => name).join(", ")}`,
    );
  copySources();
  const survivors = [];
  for (const mutant of chosen) {
    const killers = killersOf(mutant);
    if (killers.length === 0) survivors.push(mutant.name);
    const end = killers.length === 0 ? "SURVIVED" : `killed by ${killers.slice(0, 2).join("; ")}`;
    say(`${mutant.name} (a user would lose ${mutant.loses}): ${end}`);
  }
  say(`${chosen.length - survivors.length} of ${chosen.length} named mutants are killed`);
  if (survivors.length > 0) throw new Failure(`survived: ${survivors.join(", ")}`);
}

/** What git knows or would add, with what is generated; packages are those of the repository. */
function copySources() {
  rmSync(copy, { recursive: true, force: true });
  for (const file of ask("git", ["ls-files", "-co", "--exclude-standard"]).split("\n")) {
    if (!existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  cpSync(join(root, ".cache", "glue"), join(copy, ".cache", "glue"), { recursive: true });
  for (const packages of ["node_modules", "tests/services/npm/node_modules"])
    if (existsSync(join(root, packages))) symlinkSync(join(root, packages), join(copy, packages));
}

/** The titles of the tests that fail on the mutant. */
function killersOf({ name, file, from, to, rust, js, only }) {
  const path = join(copy, file);
  const source = readFileSync(path, "utf8");
  if (source.split(from).length !== 2) throw new Failure(`${name}: ${file} has not once ${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  try {
    return rust === undefined ? failedJs(js, only) : failedRust(rust);
  } finally {
    writeFileSync(path, source);
  }
}

function failedRust(args) {
  const target = join(root, "target", "mutants");
  const { status, output } = runIn("cargo", ["test", "--quiet", ...args], { CARGO_TARGET_DIR: target });
  if (status === 0) return [];
  const titles = [...output.matchAll(/^test (\S+) \.\.\. FAILED$|^---- (\S+) stdout ----$/gm)];
  if (titles.length === 0) throw new Failure(`no test of ${args.join(" ")} ran:\n${output.slice(-2_000)}`);
  return [...new Set(titles.map(([, short, long]) => short ?? long))];
}

function failedJs(files, only) {
  const built = runIn("node", ["-e", `import("./scripts/bundle.mjs").then(({ bundle }) => bundle())`]);
  if (built.status !== 0) throw new Failure(`the mutant does not build:\n${built.output.slice(-2_000)}`);
  const options = ["--test", "--test-reporter=tap", "--test-force-exit", "--test-timeout=60000"];
  const named = only === undefined ? [] : [`--test-name-pattern=${only}`];
  const { status, output } = runIn("node", [...options, ...named, ...files]);
  if (status === 0) return [];
  return [...output.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, title]) => title);
}

function runIn(command, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: copy,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    env: { ...process.env, PATH: ownPath(), ...env },
  });
  return { status, output: stdout + stderr };
}
