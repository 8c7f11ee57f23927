// The engine contract over BullMQ, on a real Redis and a real PostgreSQL.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { after, test } from "node:test";
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { engineContract } from "dagfill/engine/contract";
import { jobOf } from "../chaos/engines/job.mjs";
import { lineTo } from "./line.mjs";
import { loadPg, notTested, redisCommand, servicePackages, startPostgres, startRedis } from "./services.mjs";

await servicePackages();
const { createPostgresBackend } = await import("bullmq");

const resolver = ["--import", join(import.meta.dirname, "npm", "resolve.mjs")];

/** Workers in processes of their own; `kill` ends one as kill -9 does and starts the next. */
async function workers(url, queue) {
  const counts = new Map();
  const start = async () => {
    const file = join(import.meta.dirname, "bullmq_contract_worker.mjs");
    const child = fork(file, [url, queue], { execArgv: resolver });
    child.on("message", (key) => counts.set(key, (counts.get(key) ?? 0) + 1));
    await once(child, "message");
    return child;
  };
  let child = await start();
  const end = async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const kill = async (whileDead) => {
    await end();
    await whileDead?.();
    child = await start();
  };
  return { end, kill, starts: (key) => counts.get(key) ?? 0 };
}

/** `over`: the same connection over another port. */
function contract(name, bull, server, over) {
  let count = 0;
  /** It comes back with what it has acknowledged. */
  const away = async () => {
    await server.kill("SIGQUIT");
    return () => server.start();
  };
  engineContract(
    name,
    async (work, wanted) => {
      count += 1;
      const options = { ...bull, queue: `contract-${count}` };
      if (wanted === "kill") {
        const { end, ...rest } = await workers(server.url, options.queue);
        return { engine: bullmqEngine(options), ...rest, done: end };
      }
      const worker = await bullmqWorker({ ...options, ...work, concurrency: 4, leaseTime: 2_000 });
      if (wanted === "unanswered") {
        const line = await lineTo(Number(new URL(server.url).port));
        return {
          engine: bullmqEngine({ ...options, connection: over(line.port) }),
          again: async () => bullmqEngine(options),
          unanswered: async () => line.lose(),
          done: async () => {
            line.close();
            await worker.close({ running: "abort" });
          },
        };
      }
      return {
        engine: bullmqEngine(options),
        again: async () => bullmqEngine(options),
        slots: 4,
        ...(server.kill === undefined ? {} : { away }),
        done: () => worker.close({ running: "abort" }),
      };
    },
    { test, assert },
  );
}

/** Runs a scene of bullmq_closed.mjs to the end of its process, which comes by itself; gives what it printed. */
async function closed(...scene) {
  const child = fork(join(import.meta.dirname, "bullmq_closed.mjs"), scene, {
    execArgv: resolver,
    silent: true,
  });
  let printed = "";
  for (const output of [child.stdout, child.stderr]) {
    output.on("data", (data) => {
      printed += data;
    });
  }
  const [code] = await once(child, "exit");
  return `${printed.trim()} ${code}`;
}

const REFUSED = "ENGINE_FAILED ENGINE_FAILED ENGINE_FAILED ENGINE_FAILED 0";

const redis = await startRedis({ everysec: true });
if (redis === null) notTested("engine bullmq on Redis", "no redis-server (apt-get install redis-server)");
else {
  after(() => redis.stop());
  const over = (port) => redis.url.replace(/:\d+$/, `:${port}`);
  contract("bullmq on Redis", { connection: redis.url }, redis, over);

  for (const [scene, printed] of [
    [["redis", "false"], REFUSED],
    [["redis", "true"], REFUSED],
    [["an engine whose Redis was never there"], "rejected 0"],
    [["a worker whose Redis was never there"], "closed, 1 error told 0"],
  ]) {
    test(`a process ends when all is closed, and calls after that open nothing: ${scene.join(", stopped first ")}`, async () => {
      assert.equal(await closed(...scene), printed);
    });
  }

  test("a Redis that may evict jobs is refused; one without a limit, or that evicts none, is not", async (t) => {
    const own = await startRedis();
    t.after(() => own.stop());
    if (own.port === undefined) return t.skip("the server is not this test's own");
    t.mock.method(console, "warn", () => {});
    for (const [limit, policy, isRefused] of [
      ["0", "allkeys-lru", false],
      ["100mb", "noeviction", false],
      ["100mb", "allkeys-lru", true],
    ]) {
      await redisCommand(own.port, `CONFIG SET maxmemory ${limit}`);
      await redisCommand(own.port, `CONFIG SET maxmemory-policy ${policy}`);
      const engine = bullmqEngine({ connection: own.url });
      const answer = await engine.check(["sales"]).catch((error) => error);
      await engine.close();
      if (!isRefused) assert.equal(answer, undefined);
      else {
        assert.equal(answer.code, "ENGINE_FAILED");
        assert.match(answer.message, /may evict jobs: its maxmemory-policy is allkeys-lru/);
        assert.match(answer.hint, /noeviction/);
      }
    }
  });
}

const postgres = await startPostgres();
if (postgres === null) notTested("engine bullmq on PostgreSQL", "no postgres (apt-get install postgresql)");
else {
  await loadPg();
  after(() => postgres.stop());
  const connection = { connectionString: postgres.url, migrate: true };
  const over = (port) => ({ ...connection, connectionString: postgres.url.replace(/:\d+\//, `:${port}/`) });
  contract("bullmq on PostgreSQL", { connection, backend: createPostgresBackend }, postgres, over);

  test("a client in use that the server ends between two statements does not end the process", async () => {
    const pools = [];
    const backend = (...given) => {
      const made = createPostgresBackend(...given);
      pools.push(made.connection.pool);
      return made;
    };
    const engine = bullmqEngine({ connection, backend });
    try {
      await engine.submit([jobOf("sales", 1, {})]);
      const client = await pools[0].connect();
      // Not by once(), which listens to errors itself.
      const ended = new Promise((resolve) => client.once("end", resolve));
      const { rows } = await client.query("SELECT pg_backend_pid() AS pid");
      await pools[0].query("SELECT pg_terminate_backend($1)", [rows[0].pid]);
      await ended;
      client.release(true);
    } finally {
      await engine.close();
    }
  });

  test("errors of the client for notifications are listened to before it connects", async () => {
    const made = [];
    const backend = (...given) => {
      const one = createPostgresBackend(...given);
      made.push(one.connection);
      return one;
    };
    const engine = bullmqEngine({ connection, backend });
    try {
      await engine.submit([jobOf("sales", 1, {})]);
      for (const { pgModule } of made) assert.equal(new pgModule.Client({}).listenerCount("error"), 1);
      assert.ok(made.length > 0);
    } finally {
      await engine.close();
    }
  });

  for (const stopFirst of ["false", "true"]) {
    test(`a process ends when all is closed, and calls after that open nothing: postgres, stopped first ${stopFirst}`, async () => {
      assert.equal(await closed("postgres", stopFirst), REFUSED);
    });
  }
}
