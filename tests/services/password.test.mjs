// A Redis that refuses the password is not away: the command says so and ends.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { command, fileOf, SALES } from "./command.mjs";
import { notTested, redisCommand, servicePackages, startRedis } from "./services.mjs";

await servicePackages();
const redis = await startRedis();
after(() => redis?.stop());

if (redis === null) notTested("a wrong password of Redis", "no redis-server");
else {
  await redisCommand(redis.port, "CONFIG SET requirepass right");
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--yes"];
  const told = {
    ":wrong@": /error ENGINE_FAILED engine bullmq: wrong password, or wrong user, for Redis: WRONGPASS/,
    "nobody:right@": /error ENGINE_FAILED engine bullmq: wrong password, or wrong user, for Redis: WRONGPASS/,
    "": /error ENGINE_FAILED engine bullmq: Redis asks for a password: .*NOAUTH/,
  };
  for (const [user, message] of Object.entries(told))
    for (const verb of ["worker", "run", "serve"])
      test(`${verb} ends at once at redis://${user}host`, { timeout: 50_000 }, async (t) => {
        const url = `redis://${user}127.0.0.1:${redis.port}`;
        const file = fileOf(t, "sales.mjs", SALES);
        const args = [verb, file, ...(verb === "run" ? range : []), "--engine", url];
        const child = command(t, args, { cwd: dirname(file) });
        const code = await child.exit;
        assert.match(child.said, message);
        assert.doesNotMatch(child.said, /waiting for Redis/);
        assert.equal(code, 2, child.said);
      });
}
