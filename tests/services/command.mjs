// The command as a process of its own, over a DAG file, beside real services.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
/** Finds pg and bullmq in the tests' own packages. */
export const RESOLVER = ["--import", join(import.meta.dirname, "npm", "resolve.mjs")];

/** A DAG without tasks, and a run that does nothing. */
export const SALES =
  'export const dag = { dagId: "sales", schedule: "@daily" };\nexport const executeRun = () => 1;\n';

/** A file in a folder of its own, which is removed when the test has ended. */
export function fileOf(t, name, text) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-command-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Starts the command; it is killed when the test has ended. `said`: what it has written to `streams` so far; `exit`: its exit code, when all of
 *  that has come. `cwd`: by default the folder whose package pg the PostgreSQL store takes. `env`: variables beside
 *  those of this process. */
export function command(t, args, options = {}) {
  const {
    node = RESOLVER,
    cwd = join(import.meta.dirname, "npm"),
    streams = ["stdout", "stderr"],
    env,
  } = options;
  const stdio = ["stdout", "stderr"].map((name) => (streams.includes(name) ? "pipe" : "ignore"));
  const child = spawn(process.execPath, [...node, cli, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", ...stdio],
  });
  child.said = "";
  for (const name of streams)
    child[name].on("data", (data) => {
      child.said += data;
    });
  child.exit = once(child, "close").then(([code]) => code);
  t.after(async () => {
    child.kill("SIGKILL");
    await child.exit;
  });
  return child;
}

/** Waits until the command has written something; it must not end before. */
export async function saying(child, pattern) {
  while (!pattern.test(child.said)) {
    assert.equal(child.exitCode, null, child.said);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
