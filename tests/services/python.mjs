// Packages of Python for tests, from pip, each in a virtual environment under .cache/. Nobody promises an index of Python packages to the
// tests: what cannot be installed in time is not there, and why is told.
import { execFile } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const INSTALL_MS = 240_000;

/** The folder of a virtual environment with one package, installed once: `{ environment }`, else `{ missing }`, why. */
export async function pythonPackage(name, version) {
  const environment = join(import.meta.dirname, "..", "..", ".cache", `${name}-${version}`);
  const done = join(environment, "installed");
  if (existsSync(done)) return { environment };
  if (process.env.DAGFILL_REQUIRE_SERVICES === "0")
    return { missing: `${name} is not installed, and nothing is with DAGFILL_REQUIRE_SERVICES=0` };
  const fits = "import sys; assert (3, 10) <= sys.version_info[:2] <= (3, 14); import venv, ensurepip";
  try {
    await run("python3", ["-c", fits]);
  } catch {
    return { missing: "no Python 3.10 to 3.14 with venv (apt-get install python3-venv)" };
  }
  try {
    rmSync(environment, { recursive: true, force: true });
    const options = { timeout: INSTALL_MS, killSignal: "SIGKILL" };
    await run("python3", ["-m", "venv", environment], options);
    const quiet = ["--quiet", "--disable-pip-version-check", "--retries", "1", "--timeout", "20"];
    const pip = ["-m", "pip", "install", ...quiet, `${name}==${version}`];
    await run(join(environment, "bin", "python"), pip, options);
    writeFileSync(done, "");
    return { environment };
  } catch (error) {
    const why = error.killed
      ? `pip took more than ${INSTALL_MS / 1_000} s`
      : lastLine(error.stderr || error.message);
    return { missing: `pip could not install ${name}==${version}: ${why}` };
  }
}

export const lastLine = (text) => String(text).trim().split("\n").at(-1);
