// Bundles the mutated sources once, in Stryker's copy of the repository: which mutant is active is said by the environment.
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../scripts/bundle.mjs";
import { root } from "../../scripts/process.mjs";

// The copy is in .cache/mutants of the repository.
const installed = join(root, "node_modules");
if (!existsSync(installed)) symlinkSync(join("..", "..", "..", "node_modules"), installed);
await bundle();
