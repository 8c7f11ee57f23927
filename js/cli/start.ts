// Entry point of the command `dagfill`: answers --version without the core, and loads the verbs for everything else.
import { readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { Terminal } from "./terminal.js";

const [name] = process.argv.slice(2);
const isVersion = name === "--version" || name === "-v";

/** The package's version, without the core, which takes longer to load than Node itself. */
async function showVersion(): Promise<void> {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { version } = JSON.parse(manifest) as { version: string };
  const terminal = new Terminal(process.stdout, process.env);
  terminal.line(version);
  await terminal.flush();
  if (terminal.failure === undefined) return;
  process.stderr.write(`error the output could not be written: ${terminal.failure.message}\n`);
  process.exitCode = 1;
}

if (isVersion) {
  await showVersion();
} else {
  // Node from 22.8 keeps what it compiled in its folder of temporary files, so that the next start does not parse the core again.
  nodeModule.enableCompileCache?.();
  await import("./main.js");
}
