// The PostgreSQL store against a real server: the contract, and what happens when the server goes away.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { after, test } from "node:test";
import { BackfillService } from "dagfill";
import { storeContract } from "dagfill/store/contract";
import { migratePostgresStore, openPostgresStore } from "dagfill/store/postgres";
import { loadPg, notTested, startPostgres } from "./services.mjs";

const server = await startPostgres();
if (server === null) notTested("the PostgreSQL store", "no postgres (apt-get install postgresql)");

if (server !== null) {
  const pg = await loadPg();
  after(() => server.stop());
  let schemas = 0;
  const newSchema = () => `test_${++schemas} "quoted"`;
  const newPool = (max = 8) => new pg.Pool({ connectionString: server.url, max });

  storeContract(
    "postgres",
    async (clock) => {
      const schema = newSchema();
      const pools = [];
      const open = () => {
        const pool = newPool();
        pools.push(pool);
        return openPostgresStore(pool, { schema, now: () => clock.now });
      };
      return { store: await open(), twin: open, done: () => Promise.all(pools.map((pool) => pool.end())) };
    },
    { test, assert },
  );

  const DAG = "sales";
  const at = (n) => new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString();
  const create = (n, more = {}) => ({
    type: "create-run",
    run: {
      runId: `run ${n}`,
      dagId: DAG,
      executionDate: at(n),
      dataInterval: { start: at(n), end: at(n + 1) },
      runType: "backfill",
      state: "queued",
      conf: {},
      attempt: 1,
      ...more,
    },
  });
  const count = async (store) => (await store.listRuns({ dagId: DAG })).length;

  /** A store over a pool of its own, which is closed behind the test. */
  async function opened(t, options = {}) {
    const { pool = newPool(), ...more } = options;
    const store = await openPostgresStore(pool, { schema: newSchema(), ...more });
    t.after(async () => {
      await store.close();
      if (options.pool === undefined) await pool.end();
    });
    return { store, pool };
  }

  test("of many that open a new schema at once one makes the tables, and a later version's are refused", async (t) => {
    const schema = newSchema();
    const all = await Promise.all(Array.from({ length: 8 }, () => opened(t, { schema })));
    await all[0].store.apply([create(1)]);
    assert.equal(await count(all[7].store), 1);
    const client = await all[0].pool.connect();
    assert.deepEqual(await migratePostgresStore(client, { schema }), { from: 1, to: 1 });
    await client.query(`UPDATE "${schema.replaceAll('"', '""')}".meta SET version = 9`);
    client.release();
    await assert.rejects(openPostgresStore(all[1].pool, { schema }), (error) => {
      assert.equal(error.code, "STORE_FAILED");
      assert.match(error.message, /version 9.*knows 1/);
      return true;
    });
  });

  test("without the right to make tables they have to be there", async (t) => {
    const schema = newSchema();
    const pool = newPool();
    t.after(() => pool.end());
    await assert.rejects(openPostgresStore(pool, { schema, migrate: false }), /has no tables of dagfill/);
    const client = await pool.connect();
    assert.deepEqual(await migratePostgresStore(client, { schema }), { from: 0, to: 1 });
    client.release();
    await (await openPostgresStore(pool, { schema, migrate: false })).close();
    // A pool that was handed in stays open.
    assert.equal((await pool.query("SELECT 1 AS one")).rows[0].one, 1);
  });

  test("batches of several drivers share a transaction, and one that is refused takes nobody with it", async (t) => {
    const { store, pool } = await opened(t);
    const leases = await Promise.all([1, 2, 3].map((n) => store.acquireLease(`l${n}`, "one", 60_000)));
    await store.acquireLease("l2", "two", 60_000);
    await store.acquireLease("l2", "one", 60_000);
    const begun = [];
    const { connect } = pool;
    pool.connect = async (...args) => {
      const client = await connect.apply(pool, args);
      // The pool's own queries connect with a callback.
      if (client === undefined) return client;
      // Once a client: the pool hands it out again.
      if (!Object.hasOwn(client, "query")) {
        client.query = (text, ...rest) => {
          if (String(text).startsWith("BEGIN")) begun.push(text);
          return pg.Client.prototype.query.call(client, text, ...rest);
        };
      }
      return client;
    };
    const answers = await Promise.allSettled([
      ...leases.map(({ epoch }, n) => store.apply([create(n)], { lease: `l${n + 1}`, epoch })),
      store.apply([create(10), create(11)]),
      store.apply([create(12), create(10, { runId: "other" })]),
    ]);
    assert.deepEqual(
      answers.map(({ reason }) => reason?.code ?? "ok"),
      ["ok", "STALE_OWNER", "ok", "ok", "RUN_EXISTS"],
    );
    assert.equal(answers[4].reason.details.index, 1);
    // Once for all together, and because one was refused once more, each behind a savepoint.
    assert.equal(begun.length, 2);
    assert.equal(await count(store), 4);
  });

  test("renewals of many leases are one statement, and each is told whether it is still held", async (t) => {
    const { store, pool } = await opened(t);
    const names = Array.from({ length: 300 }, (_, n) => `dag:\\${n}`);
    const leases = await Promise.all(names.map((name) => store.acquireLease(name, "one", 60_000)));
    const before = await Promise.all(names.map((name) => store.readLease(name)));
    // Another owner has one of them by now, and one is given back.
    await store.acquireLease(names[7], "one", 60_000);
    await leases[8].release();
    let statements = 0;
    const { query } = pool;
    pool.query = (text, ...rest) => {
      if (/UPDATE .*leases/s.test(String(text))) statements += 1;
      return query.call(pool, text, ...rest);
    };
    const held = await Promise.all(leases.map((lease) => lease.renew()));
    pool.query = query;
    assert.equal(statements, 1);
    assert.deepEqual(
      held.flatMap((is, n) => (is ? [] : [n])),
      [7, 8],
    );
    const later = await Promise.all(names.map((name) => store.readLease(name)));
    assert.ok(held.every((is, n) => !is || later[n].expiresAt > before[n].expiresAt));
    // Batches lock the leases of their fences, several at a time: none of them waits for a renewal that waits for it.
    const dag = (n) => create(n, { dagId: `dag ${n}` });
    for (let round = 1; round <= 5; round += 1) {
      await Promise.all([
        ...leases.slice(100).map((lease) => lease.renew()),
        ...leases
          .slice(100)
          .map(({ epoch }, at) => store.apply([dag(1_000 * round + at)], { lease: names[100 + at], epoch })),
      ]);
    }
  });

  test("leases go by the database's clock, whatever the clocks of the machines say", async (t) => {
    const { store, pool } = await opened(t);
    t.mock.method(Date, "now", () => 0);
    await store.acquireLease("l", "one", 60_000);
    const { expiresAt } = await store.readLease("l");
    const { rows } = await pool.query("SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now");
    assert.ok(Math.abs(expiresAt - 60_000 - Number(rows[0].now)) < 5_000, String(expiresAt));
  });

  test("a lease of ten minutes is free as soon as its process is killed, not while it is only stopped", async (t) => {
    const schema = newSchema();
    const { store } = await opened(t, { schema });
    const child = fork(new URL("lease_holder.mjs", import.meta.url), [server.url, schema]);
    t.after(() => child.kill("SIGKILL"));
    const [epoch] = await once(child, "message");
    child.kill("SIGSTOP");
    assert.equal(await store.acquireLease("dag:race", "next", 60_000), null);
    assert.equal((await store.readLease("dag:race")).owner, "holder");
    child.kill("SIGKILL");
    await once(child, "exit");
    let lease = null;
    for (let tries = 0; lease === null && tries < 100; tries += 1) {
      lease = await store.acquireLease("dag:race", "next", 60_000);
      if (lease === null) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.ok(lease.epoch > epoch);
  });

  test("the session that shows a process is given back to its pool once, however often its end is told", async (t) => {
    const pool = newPool();
    t.after(() => pool.end());
    const shown = [];
    const { connect } = pool;
    pool.connect = async (...args) => {
      const client = await connect.apply(pool, args);
      if (client === undefined || Object.hasOwn(client, "query")) return client;
      client.query = (text, ...rest) => {
        if (/pg_advisory_lock_shared/.test(text)) shown.push(client);
        return pg.Client.prototype.query.call(client, text, ...rest);
      };
      return client;
    };
    const { store } = await opened(t, { pool });
    const gone = () =>
      shown[0].emit("error", new Error("terminating connection due to administrator command"));
    assert.ok(await store.acquireLease("one", "me", 60_000));
    gone();
    gone();
    assert.ok(await store.acquireLease("two", "me", 60_000));
    assert.equal(shown.length, 2);
    gone();
    assert.ok(await store.acquireLease("three", "me", 60_000));
    assert.equal(shown.length, 2);
    await store.close();
    shown[1].emit("error", new Error("Connection terminated unexpectedly"));
  });

  /** A line to the server that can be cut at the answer to COMMIT. */
  async function cuttable(t) {
    const target = new URL(server.url);
    const state = { cut: false, cuts: 0 };
    const sockets = new Set();
    const proxy = createServer((socket) => {
      const upstream = createConnection(Number(target.port), target.hostname);
      let committing = false;
      for (const one of [socket, upstream]) {
        sockets.add(one);
        one.on("error", () => {});
        one.on("close", () => {
          socket.destroy();
          upstream.destroy();
        });
      }
      socket.on("data", (data) => {
        if (state.cut && data.includes("COMMIT")) committing = true;
        upstream.write(data);
      });
      upstream.on("data", (data) => {
        if (!committing) return void socket.write(data);
        // The server has done it, and nobody hears of it.
        state.cut = false;
        state.cuts += 1;
        socket.destroy();
      });
    });
    await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    const url = new URL(server.url);
    url.port = String(proxy.address().port);
    return { url: url.href, state };
  }

  test("an answer to COMMIT that is lost is asked for: what was written is not written again", async (t) => {
    const line = await cuttable(t);
    const pool = new pg.Pool({ connectionString: line.url });
    pool.on("error", () => {});
    t.after(() => pool.end());
    const { store } = await opened(t, { pool });
    for (let n = 0; n < 5; n += 1) {
      line.state.cut = true;
      await store.apply([create(n)]);
      assert.equal(line.state.cuts, n + 1);
    }
    assert.equal(await count(store), 5);
  });

  test("values that the database could misread come back as they were", async (t) => {
    const { store } = await opened(t);
    const odd = ["\\", "\\0", "\0", "a\\\0b", "'; DROP TABLE runs; --", "\u{1f600}", "$1", "%"];
    await store.apply(
      odd.map((text, n) =>
        create(n, { runId: `id ${text}`, owner: text, key: text, chunk: text, conf: { [text]: text } }),
      ),
    );
    assert.deepEqual(
      (await store.listRuns({ dagId: DAG })).map(({ runId, owner, key, chunk, conf }) => [
        runId,
        owner,
        key,
        chunk,
        conf,
      ]),
      odd.map((text) => [`id ${text}`, text, text, text, { [text]: text }]),
    );
    for (const text of odd) {
      const lease = await store.acquireLease(text, text, 60_000);
      await store.apply([], { lease: text, epoch: lease.epoch });
      assert.equal((await store.readLease(text)).owner, text);
    }
    assert.equal((await store.listRuns({ dagId: DAG, from: -Infinity, to: Infinity })).length, odd.length);
  });

  test("a server that dies in the middle of a backfill is waited for: no run is lost, none starts twice", async (t) => {
    if (server.kill === undefined) return t.skip("the server is not this test's own");
    const { store } = await opened(t);
    const started = [];
    const service = new BackfillService({
      dags: [{ dagId: "etl", schedule: "@hourly" }],
      store,
      executeRun: async ({ runId }) => {
        started.push(runId);
        await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
    const range = { dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-20", maxParallelRuns: 8 };
    const backfill = await service.start(range);
    while (started.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    await server.kill("SIGQUIT");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await server.start();
    const result = await backfill.result;
    assert.deepEqual([result.state, result.completed], ["success", 480]);
    assert.equal(new Set(started).size, 480);
    assert.equal(started.length, 480);
  });

  test("a server that is not there is STORE_FAILED once retryFor is over", async () => {
    const { freePort } = await import("./services.mjs");
    const pool = new pg.Pool({
      connectionString: `postgres://dagfill@127.0.0.1:${await freePort()}/postgres`,
    });
    await assert.rejects(openPostgresStore(pool, { retryFor: 200 }), (error) => {
      assert.equal(error.code, "STORE_FAILED");
      assert.match(error.hint, /is the server running/);
      return true;
    });
    await pool.end();
    await assert.rejects(openPostgresStore(pool, { retryFor: "soon" }), { code: "INVALID_DURATION" });
  });

  test("an URL needs the package pg, and says so", async () => {
    await assert.rejects(openPostgresStore(server.url), (error) => {
      assert.equal(error.code, "STORE_FAILED");
      assert.match(error.message, /needs the package pg/);
      assert.match(error.hint, /npm install pg/);
      return true;
    });
  });
}
