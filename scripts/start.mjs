// `npm start`: sets up whatever is missing, builds, and backfills the example DAG over real data. What is given after
// `--` goes to the command, such as `npm start -- --rerun-failed`.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "./build.mjs";
import { handOver, main, root, say } from "./process.mjs";

const store = "examples/out/dagfill.sqlite";
const partitions = "examples/out/seattle_weather_daily";
const range = ["--start-date", "2012-01-01", "--end-date", "2012-03-31", "--max-parallel-runs", "4"];
const file = "examples/seattle_weather.mjs";
const command = [
  "dist/cli.js",
  "run",
  file,
  ...range,
  "--store",
  store,
  "--resume",
  ...process.argv.slice(2),
];

main(async () => {
  await build({ types: false });
  mkdirSync(dirname(join(root, store)), { recursive: true });
  say(`node ${command.join(" ")}`);
  await handOver("node", command);
  const folder = join(root, partitions);
  if (process.exitCode > 1 || !existsSync(folder)) return;
  const count = readdirSync(folder).filter((name) => name.endsWith(".json")).length;
  say(`${count} partitions in ${partitions}/, the state of every run in ${store}`);
});
