// A Redis that refuses the password is not away: the command says so and ends.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { notTested, redisCommand, servicePackages, startRedis } from "./services.mjs";

await servicePackages();
const redis = await startRedis();
after(() => redis?.stop());

async function run(t, verb, ...args) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-password-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "sales.mjs");
  writeFileSync(
    file,
    'export const dag = { dagId: "sales", schedule: "@daily" };\nexport const executeRun = () => 1;\n',
  );
  const resolver = join(import.meta.dirname, "npm", "resolve.mjs");
  const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
  const child = spawn(process.execPath, ["--import", resolver, cli, verb, file, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += data;
    });
  const [code] = await once(child, "close");
  return { code, said };
}

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
        const { code, said } = await run(t, verb, ...(verb === "run" ? range : []), "--engine", url);
        assert.match(said, message);
        assert.doesNotMatch(said, /waiting for Redis/);
        assert.equal(code, 2, said);
      });
}
