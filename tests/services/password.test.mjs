// A Redis that refuses the password is not away: a program and the command say so and end.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { command, fileOf, RESOLVER, SALES, saying } from "./command.mjs";
import { notTested, redisCommand, servicePackages, startRedis } from "./services.mjs";

await servicePackages();
const redis = await startRedis();
after(() => redis?.stop());

/** The output of a program, which has to end by itself with exit code 0. */
async function printedBy(program, ...given) {
  const args = [...RESOLVER, "--input-type=module", "--eval", program, ...given];
  const limit = { cwd: import.meta.dirname, timeout: 50_000, killSignal: "SIGKILL" };
  const { stdout } = await promisify(execFile)(process.execPath, args, limit);
  return stdout;
}

if (redis === null) notTested("a wrong password of Redis", "no redis-server");
else {
  await redisCommand(redis.port, "CONFIG SET requirepass right");
  test("a password that is set while a backfill runs is waited for, and no date fails", async (t) => {
    const own = await startRedis();
    t.after(() => own.stop());
    if (own.port === undefined) return t.skip("the server is not this test's own");
    const { BackfillService } = await import("dagfill");
    const { bullmqEngine, bullmqWorker } = await import("dagfill/engine/bullmq");
    const queue = { connection: own.url };
    const errors = [];
    const executeRun = ({ executionDate }) => executionDate;
    const onEvent = ({ type, error }) => type === "error" && errors.push(error);
    const worker = await bullmqWorker({ ...queue, executeRun, onEvent, concurrency: 2, leaseTime: 1_000 });
    const engine = bullmqEngine(queue);
    const warnings = [];
    const hear = async ({ type, warning, progress }) => {
      if (type === "run-succeeded" && progress.completed === 3)
        await redisCommand(own.port, "CONFIG SET requirepass new\r\nCLIENT KILL TYPE normal");
      if (type !== "warning") return;
      warnings.push(warning);
      // The server has its old settings again as soon as the refusal is told.
      if (warning.code === "engine_refused")
        await redisCommand(own.port, 'AUTH new\r\nCONFIG SET requirepass ""');
    };
    const dags = [{ dagId: "sales", schedule: "@daily" }];
    const range = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-31" };
    const result = await new BackfillService({ dags, engine }).backfill(range, { onEvent: hear });
    assert.deepEqual([result.state, result.completed], ["success", 31]);
    // Its workers were cut off, too, of which another warning may have come before.
    const refused = warnings.find(({ code }) => code === "engine_refused");
    assert.match(refused?.message ?? "", /Redis asks for a password: .*NOAUTH/);
    await engine.close();
    await worker.close();
  });

  const program = `import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
    const connection = process.argv[1];
    await bullmqWorker({ connection, executeRun: () => 1 }).catch(({ code }) => console.log(code));
    const engine = bullmqEngine({ connection });
    await engine.check([]).catch(({ code }) => console.log(code));
    await engine.close();`;
  // BullMQ's own loop over a refused connection let no timer run in one of three processes.
  for (const time of [1, 2, 3, 4, 5])
    test(`a program ends whose worker and engine were refused: ${time}`, async () => {
      assert.equal(
        await printedBy(program, `redis://:wrong@127.0.0.1:${redis.port}`),
        "ENGINE_FAILED\nENGINE_FAILED\n",
      );
    });

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
        // No command line has to have the password.
        assert.match(child.said, /REDISCLI_AUTH/);
        assert.doesNotMatch(child.said, /PASSWORD@/);
        assert.doesNotMatch(child.said, /waiting for Redis/);
        assert.equal(code, 2, child.said);
      });

  test("REDISCLI_AUTH gives the password that the URL lacks, and not the one that it has", async (t) => {
    const start = (url) =>
      command(t, ["worker", fileOf(t, "sales.mjs", SALES), "--engine", url], {
        env: { REDISCLI_AUTH: "right" },
      });
    await saying(start(`redis://127.0.0.1:${redis.port}`), / {2}ready {2}pid \d+\n/);
    const wrong = start(`redis://:wrong@127.0.0.1:${redis.port}`);
    assert.equal(await wrong.exit, 2, wrong.said);
  });

  test("the error that a program gets has the refused password nowhere", async () => {
    const program = `
      import { inspect } from "node:util";
      import { bullmqEngine } from "dagfill/engine/bullmq";
      const engine = bullmqEngine({ connection: "redis://:wr0ng@127.0.0.1:${redis.port}" });
      const error = await engine.check(["sales"]).catch((thrown) => thrown);
      console.log(inspect(error, { depth: 9, showHidden: true }));
      process.exit(0);`;
    const printed = await printedBy(program);
    assert.match(printed, /WRONGPASS.*ENGINE_FAILED/s);
    assert.doesNotMatch(printed, /wr0ng/);
  });
}
