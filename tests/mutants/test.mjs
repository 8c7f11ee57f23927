// The tests that a mutant of js/ has to survive: those that MUTANT_TESTS names (glob patterns, separated by commas), else those
// of runs.
import { spawn } from "node:child_process";

const patterns = (
  process.env.MUTANT_TESTS ??
  "tests/js/backfill/*.test.mjs,tests/js/{tasks,scheduler,task_past,turns}*.test.mjs"
).split(",");
const child = spawn("node", ["--test", "--test-force-exit", "--test-timeout=60000", ...patterns], {
  stdio: "inherit",
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
