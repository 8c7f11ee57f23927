// `npm run chaos -- engines [NAME ...]`: kills, freezes and empties every part of a cluster on this machine in the middle of its work, and
// prints what came of it. Names are the beginnings of scenarios.
import { redisCommand, servicePackages, startPostgres, startRedis } from "../../services/services.mjs";

await servicePackages();
const { openCluster } = await import("./cluster.mjs");
const { scenarios } = await import("./scenarios.mjs");

const asked = process.argv.slice(2);
const chosen = Object.entries(scenarios).filter(
  ([name]) => asked.length === 0 || asked.some((word) => name.toLowerCase().startsWith(word.toLowerCase())),
);

let failed = 0;
for (const [name, scenario] of chosen) {
  // New servers for each: what one scenario leaves is nothing to the next.
  const [postgres, redis] = await Promise.all([startPostgres(), startRedis({ everysec: true })]);
  if (postgres === null || redis === null) {
    console.log(`NOT TESTED: engines: no ${postgres === null ? "postgres" : "redis-server"}`);
    process.exit(process.env.CI === "true" ? 1 : 0);
  }
  redis.command = (text) => redisCommand(redis.port, text);
  const cluster = await openCluster({ postgres, redis });
  const begun = performance.now();
  try {
    const { figures, promises } = await scenario(cluster, { postgres, redis });
    const broken = Object.keys(promises).filter((promise) => !promises[promise]);
    if (broken.length > 0) failed += 1;
    const seconds = ((performance.now() - begun) / 1_000).toFixed(0);
    console.log(`${broken.length === 0 ? "ok  " : "FAIL"}  ${name.padEnd(29)} ${figures}  (${seconds} s)`);
    for (const promise of broken) console.log(`        broken: ${promise}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL  ${name.padEnd(29)} ${error.stack}`);
  } finally {
    await cluster.close();
    await Promise.all([postgres.stop(), redis.stop()]);
  }
}
console.log(`${chosen.length - failed} of ${chosen.length} failures ended as promised`);
process.exit(failed === 0 ? 0 : 1);
