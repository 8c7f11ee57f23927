// `npm run chaos`: kills and freezes backfills and schedulers at random moments until all is done. What is given after `--`
// goes to the test, such as `npm run chaos -- --kills 20`.
import { build } from "./build.mjs";
import { handOver, main } from "./process.mjs";

main(async () => {
  await build();
  await handOver("node", ["tests/chaos/chaos.mjs", ...process.argv.slice(2)]);
});
