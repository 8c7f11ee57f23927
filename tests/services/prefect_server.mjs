// A real Prefect server for tests.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lastLine, pythonPackage } from "./python.mjs";
import { freePort } from "./services.mjs";

const VERSION = "3.9.1";
const START_MS = 120_000;

/** Starts a server: `url` of its API, `python(file, args)` with Prefect connected to it, `away()`, which kills the server and gives what starts it on
 *  the same data, `stop()`. Where there is none to start: `missing`, why. */
export async function startPrefect() {
  const given = process.env.DAGFILL_TEST_PREFECT_URL;
  if (given) return { url: given, stop: async () => {} };
  // Off by default: pip installs it from the network, and its contract takes some of the minutes that all tests have together. The stub of
  // tests/js/engine is always tested; the nightly workflow tests the server.
  if (process.env.DAGFILL_TEST_PREFECT !== "1")
    return {
      missing:
        "DAGFILL_TEST_PREFECT=1 installs Prefect by pip and runs the contract on its server (some minutes)",
    };
  const { environment, missing } = await pythonPackage("prefect", VERSION);
  if (environment === undefined) return { missing };
  const home = mkdtempSync(join(tmpdir(), "dagfill-prefect-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api`;
  const quiet = {
    PREFECT_SERVER_ANALYTICS_ENABLED: "false",
    DO_NOT_TRACK: "1",
    PREFECT_LOGGING_LEVEL: "ERROR",
  };
  const env = { PATH: process.env.PATH, HOME: home, PREFECT_HOME: home, ...quiet };
  const children = new Set();
  const python = (args, more = {}) => {
    const options = { cwd: home, env: { ...env, ...more }, stdio: ["ignore", "ignore", "pipe"] };
    const child = spawn(join(environment, "bin", "python"), args, options);
    child.said = "";
    child.stderr.on("data", (data) => {
      child.said = (child.said + data).slice(-2_000);
    });
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  const stop = async () => {
    await Promise.all([...children].map(ended));
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  // The API alone: no page, and no service that looks at runs beside it.
  const only = { PREFECT_SERVER_UI_ENABLED: "false", PREFECT__SERVER_WEBSERVER_ONLY: "1" };
  const app = ["-m", "uvicorn", "--factory", "prefect.server.api.server:create_app", "--log-level", "error"];
  let server;
  /** Fulfils with whether it answers. */
  const start = async () => {
    server = python([...app, "--host", "127.0.0.1", "--port", String(port)], only);
    for (const until = Date.now() + START_MS; !(await answers(`${url}/health`)); ) {
      if (server.exitCode !== null || Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    return true;
  };
  if (!(await start())) {
    await stop();
    return { missing: `the server of Prefect ${VERSION} did not start: ${lastLine(server.said)}` };
  }
  const away = async () => {
    const exited = once(server, "exit");
    server.kill("SIGKILL");
    await exited;
    return async () => {
      if (!(await start())) throw new Error(`the server did not start again: ${lastLine(server.said)}`);
    };
  };
  return { url, python: (file, ...args) => python([file, ...args], { PREFECT_API_URL: url }), away, stop };
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function ended(child) {
  return new Promise((resolve) => {
    child.once("exit", resolve);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  });
}
