// `npm run chaos`: kills backfills at random moments and resumes them until they are done. What is given after `--`
// goes to the test, such as `npm run chaos -- --kills 20`. `npm run chaos -- engines` does the same to a cluster of coordinators,
// workers, PostgreSQL and Redis.
import { build } from "./build.mjs";
import { handOver, main } from "./process.mjs";

main(async () => {
  await build();
  const [kind, ...rest] = process.argv.slice(2);
  if (kind === "engines") await handOver("node", ["tests/chaos/engines/engines.mjs", ...rest]);
  else await handOver("node", ["tests/chaos/chaos.mjs", ...process.argv.slice(2)]);
});
