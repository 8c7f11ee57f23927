// `npm start`: sets up whatever is missing, builds, and backfills the example DAG over real data. What is given after
// `--` goes to the command, such as `npm start -- --rerun-failed`.
import { build } from "./build.mjs";
import { handOver, main, say } from "./process.mjs";

const range = ["--start-date", "2012-01-01", "--end-date", "2012-03-31", "--max-parallel-runs", "4"];
const command = ["dist/cli.js", "run", "examples/seattle_weather.mjs", ...range, ...process.argv.slice(2)];

main(async () => {
  await build({ types: false });
  say(`node ${command.join(" ")}`);
  await handOver("node", command);
});
