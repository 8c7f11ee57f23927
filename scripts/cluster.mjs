// `npm run start:cluster`: Redis, PostgreSQL, two coordinators and three workers on this machine backfill a year of the example DAG. One of
// each is killed in the middle; what the store, the partitions and the processes say at the end is the proof.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { Failure, main, root, say } from "./process.mjs";

const file = join(root, "examples", "seattle_weather.mjs");
const partitions = join(root, "examples", "out", "seattle_weather_daily");
const packages = join(root, "tests", "services", "npm");
const dates = { first: "2012-01-01", last: "2012-12-31", count: 366 };
const dagId = "seattle_weather_daily";
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

main(async () => {
  await build({ types: false });
  const services = await import("../tests/services/services.mjs");
  await services.servicePackages();
  const [postgres, redis] = await Promise.all([
    services.startPostgres(),
    services.startRedis({ everysec: true }),
  ]);
  if (postgres === null || redis === null)
    throw new Failure(
      `no ${postgres === null ? "postgres" : "redis-server"}: apt-get install ${postgres === null ? "postgresql" : "redis-server"}`,
    );
  const children = [];
  try {
    await demonstrate({ postgres, redis, children });
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all([postgres.stop(), redis.stop()]);
  }
});

async function demonstrate({ postgres, redis, children }) {
  rmSync(partitions, { recursive: true, force: true });
  const store = ["--store", postgres.url];
  const engine = ["--engine", redis.url];
  const events = [];
  const start = (name, verb, args) => {
    const resolver = join(packages, "resolve.mjs");
    // The packages pg and bullmq are found beside the tests, as they are in a project that has installed them.
    const command = ["--import", resolver, join(root, "dist", "cli.js"), verb, file, ...args, "--json"];
    const child = spawn(process.execPath, command, { cwd: packages, stdio: ["ignore", "pipe", "inherit"] });
    let rest = "";
    child.stdout.on("data", (data) => {
      const lines = (rest + data).split("\n");
      rest = lines.pop();
      for (const line of lines) events.push({ name, ...JSON.parse(line) });
    });
    child.name = name;
    children.push(child);
    say(`${name} (pid ${child.pid}): dagfill ${[verb, "examples/seattle_weather.mjs", ...args].join(" ")}`);
    return child;
  };
  const workers = [1, 2, 3].map((n) => start(`worker ${n}`, "worker", [...engine, "--concurrency", "4"]));
  const coordinators = [1, 2].map((n) => start(`coordinator ${n}`, "serve", [...store, ...engine]));
  const range = ["--start-date", dates.first, "--end-date", dates.last, "--max-parallel-runs", "8"];
  const enqueued = start("enqueue", "enqueue", [...store, ...range, "--conf", '{"latencyMs": 200}']);
  await new Promise((resolve) => enqueued.once("exit", resolve));

  const ended = () =>
    new Set(events.filter(({ type }) => type === "run-succeeded").map(({ run }) => run.runId));
  const until = async (is, what) => {
    for (const end = Date.now() + 300_000; !is(); ) {
      if (Date.now() > end)
        throw new Failure(`${what} did not come about: ${ended().size} of ${dates.count} dates`);
      await sleep(50);
    }
  };
  await until(() => ended().size >= 100, "100 dates");
  const driver = events.find(({ type }) => type === "run-succeeded").name;
  const coordinator = coordinators.find(({ name }) => name === driver);
  coordinator.kill("SIGKILL");
  say(`${driver} is killed after ${ended().size} dates`);
  await until(() => ended().size >= 200, "200 dates");
  workers[0].kill("SIGKILL");
  say(`worker 1 is killed after ${ended().size} dates`);
  await until(() => events.some(({ type }) => type === "finished"), "the end");

  const { result } = events.find(({ type }) => type === "finished");
  const other = coordinators.find(({ name }) => name !== driver);
  const attached = events.filter(({ type }) => type === "run-attached").length;
  const starts = new Map();
  for (const { name, type, key } of events) {
    if (name.startsWith("worker") && type === "started") starts.set(key, (starts.get(key) ?? 0) + 1);
  }
  const twice = [...starts.values()].filter((count) => count > 1).length;
  const files = existsSync(partitions)
    ? readdirSync(partitions).filter((name) => name.endsWith(".json"))
    : [];
  for (const child of [other, ...workers.slice(1)]) child.kill("SIGTERM");
  say(`${dagId}: ${result.state}, ${result.completed} of ${dates.count} dates, ${result.failed} failed`);
  say(
    `${other.name} attached to ${attached} runs of ${driver}; each of ${starts.size} tasks has one key, ${twice} started twice (those of worker 1)`,
  );
  say(`${files.length} partitions in examples/out/${dagId}/`);
  if (result.completed !== dates.count || files.length !== dates.count || twice > 4)
    throw new Failure("the proof failed: see the figures above");
}
