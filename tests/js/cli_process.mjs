// Runs the built command as users do: in a pipe or in a terminal, to its end or until a signal.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
export const cli = join(here, "..", "..", "dist", "cli.js");

/** A DAG file of tests/js/cli_dags. */
export const dagFile = (name) => join(here, "cli_dags", name);

/** A folder of the test's own with a store, and a gate and journal for gated.mjs. */
export function workplace() {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-cli-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const journal = join(folder, "journal");
  return {
    folder,
    store: join(folder, "runs.sqlite"),
    gate: join(folder, "gate"),
    env: { JOURNAL: journal, GATE: join(folder, "gate") },
    lines: () => (existsSync(journal) ? readFileSync(journal, "utf8").trimEnd().split("\n") : []),
  };
}

function environment(env) {
  const { NO_COLOR, FORCE_COLOR, ...inherited } = process.env;
  return { ...inherited, LANG: "C.UTF-8", LC_ALL: "C.UTF-8", TERM: "xterm", ...env };
}

/** Starts the command; `ended` resolves to { code, out, err }. */
export function start(args, { env = {}, cwd } = {}) {
  return follow(
    spawn(process.execPath, [cli, ...args], {
      env: environment(env),
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
    }),
  );
}

/** Starts the command in a terminal of `columns`; `out` is what the terminal was sent. `name`: a file for the terminal's name, by which
 *  `stty -F` changes its size. */
export function startInTerminal(args, { env = {}, columns = 80, name = "/dev/null" } = {}) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const program = [process.execPath, cli, ...args].map(quote).join(" ");
  const command = `tty > ${quote(name)}; stty cols ${columns}; exec ${program}`;
  return follow(
    spawn("script", ["-qec", command, "/dev/null"], {
      env: environment(env),
      stdio: ["pipe", "pipe", "pipe"],
    }),
  );
}

function follow(child) {
  const state = { out: "", err: "" };
  child.stdout.on("data", (chunk) => (state.out += chunk));
  child.stderr.on("data", (chunk) => (state.err += chunk));
  return {
    child,
    state,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, ...state }))),
  };
}

/** Runs the command to its end. */
export const run = (args, options) => start(args, options).ended;

/** Waits until something is the case; the test's timeout is the limit. */
export async function until(what) {
  while (!what()) await sleep(5);
}

/** What NDJSON says, a value a line. */
export const jsonLines = (out) =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const DAY = 86_400_000;

/** A daily schedule (UTC) whose next date is about half a day away, so that none becomes due while a test runs. `ago(days)` is an instant so
 *  many days before the last of its dates that has come. */
export function farDaily() {
  const hour = (new Date().getUTCHours() + 12) % 24;
  const last = Math.floor((Date.now() - hour * 3_600_000) / DAY) * DAY + hour * 3_600_000;
  const ago = (days) => new Date(last - days * DAY).toISOString().replace(".000", "");
  return { schedule: `0 ${hour} * * *`, ago };
}

/** The screen after all redrawing: control sequences done, and each line as it was left. */
export function screen(out) {
  return out
    .split("\n")
    .map((line) => stripVTControlCharacters(line.replace(/\r$/, "").split("\r\x1b[2K").at(-1)))
    .join("\n");
}
