// A batch as one message to PostgreSQL: how many there are, sessions that are reset, and a message that arrives when it was given up.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, createServer } from "node:net";
import { after, test } from "node:test";
import { openPostgresStore } from "dagfill/store/postgres";
import { loadPg, notTested, startPostgres } from "./services.mjs";

const server = await startPostgres();
if (server === null) notTested("messages to PostgreSQL", "no postgres (apt-get install postgresql)");

if (server !== null) {
  const pg = await loadPg();
  after(() => server.stop());
  let schemas = 0;
  // As long as those of backfills are.
  const runId = (n) => `run__2024-01-01T00:00:00+00:00__${n}`;
  const at = (n) => new Date(Date.UTC(2024, 0, 1) + n * 60_000).toISOString();
  const create = (n) => ({
    type: "create-run",
    run: {
      runId: runId(n),
      dagId: "sales",
      executionDate: at(n),
      dataInterval: { start: at(n), end: at(n + 1) },
      runType: "backfill",
      state: "queued",
      conf: { text: "it's a \\ and a ' and $1" },
      attempt: 1,
    },
  });
  const update = (n, change) => ({ type: "update-run", dagId: "sales", runId: runId(n), change });

  async function opened(t, { url = server.url, ...options } = {}) {
    const pool = new pg.Pool({ connectionString: url });
    pool.on("error", () => {});
    const queries = [];
    pool.on("connect", (client) => {
      const { query } = client;
      client.query = (text, ...rest) => {
        queries.push(String(text));
        return query.call(client, text, ...rest);
      };
    });
    schemas += 1;
    const store = await openPostgresStore(pool, { schema: `messages $1 ${schemas}`, ...options });
    t.after(async () => {
      await store.close();
      await pool.end();
    });
    return { store, pool, queries };
  }

  for (const presence of [true, false]) {
    test(`a batch is one message, ${presence ? "of prepared statements" : "with nothing prepared in a session that others share"}`, async (t) => {
      const { store, queries } = await opened(t, { presence });
      const { epoch } = await store.acquireLease("a 'lease' \\", "me", 60_000);
      const write = (...changes) => store.apply(changes, { lease: "a 'lease' \\", epoch });
      // The first of its kind prepares what it is made of.
      await write(create(0), create(1));
      await write(update(0, { state: "running" }));
      queries.length = 0;
      await write(update(1, { state: "running" }), create(2), create(3));
      assert.equal(queries.length, 1, queries.join("\n"));
      assert.match(queries[0], /^BEGIN;.*COMMIT$/s);
      assert.equal(queries[0].includes("EXECUTE"), presence);
      const runs = await store.listRuns({ dagId: "sales" });
      assert.deepEqual(
        runs.map(({ state }) => state),
        ["running", "running", "queued", "queued"],
      );
      assert.deepEqual(runs[0].conf, create(0).run.conf);
    });
  }

  test("a session that somebody has reset prepares its statements again", async (t) => {
    const { store, pool, queries } = await opened(t);
    await store.apply([create(0)]);
    await pool.query("DISCARD ALL");
    await store.apply([create(1)]);
    await store.apply([create(2)]);
    queries.length = 0;
    await store.apply([create(3)]);
    assert.equal(queries.length, 1, queries.join("\n"));
    assert.equal((await store.listRuns({ dagId: "sales" })).length, 4);
  });

  test("statements of more kinds than a session prepares are written too", async (t) => {
    const { store, queries } = await opened(t);
    const members = {
      backfillId: "backfill",
      startedAt: at(1),
      finishedAt: at(2),
      owner: "me",
      key: "key",
      chunk: "chunk",
      output: 1,
    };
    const names = Object.keys(members);
    for (let bits = 0; bits < 2 ** names.length; bits += 1) {
      const set = names.filter((_, place) => (bits >> place) & 1);
      const change = create(bits);
      Object.assign(change.run, Object.fromEntries(set.map((name) => [name, members[name]])));
      await store.apply([change]);
    }
    assert.equal(queries.filter((text) => text.startsWith("PREPARE")).length, 100);
    const runs = await store.listRuns({ dagId: "sales" });
    assert.equal(runs.length, 128);
    const { owner, chunk, output } = runs[127];
    assert.deepEqual([owner, chunk, output], ["me", "chunk", 1]);
  });

  // Of a table of some pages all plans cost about the same.
  for (const few of [3, 200])
    test(`plans that were made for a table of ${few} runs still look runs up by their ids when it has grown`, async (t) => {
      const { store, pool, queries } = await opened(t);
      const running = (...ids) => ids.map((n) => update(n, { state: "running" }));
      await store.apply(Array.from({ length: few }, (_, n) => create(n)));
      // Of one run, of several, and of several DAGs.
      const updates = [
        running(0),
        running(1, 2),
        [...running(1), { ...update(2), dagId: "other", runId: "run" }],
      ];
      updates[2][1].change = { state: "running" };
      await store.apply([{ type: "create-run", run: { ...create(0).run, dagId: "other", runId: "run" } }]);
      for (const changes of updates) await store.apply(changes);
      await store.apply(Array.from({ length: 3_000 }, (_, n) => create(n + few)));
      const client = await pool.connect();
      const plans = [];
      for (const changes of updates) {
        queries.length = 0;
        client.release();
        await store.apply(changes);
        assert.equal(queries.length, 1, "it is prepared");
        await pool.connect();
        const parts = queries[0].split(/; (?=EXECUTE|COMMIT)/);
        // The plan that is kept.
        await client.query("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan");
        const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS OFF) ${parts.at(-2)}`);
        await client.query("ROLLBACK");
        plans.push(rows.map((row) => row["QUERY PLAN"]).join("\n"));
      }
      client.release();
      for (const plan of plans) {
        assert.match(plan, /Tid Scan on runs/);
        assert.match(
          plan,
          /Index Scan using runs_pkey[^\n]*rows=1(\.00)? loops=[12]\)\n *Index Cond: [^\n]*dagId[^\n]*runId/,
        );
        assert.doesNotMatch(plan, /Seq Scan|Hash Join|Sort|executionMs_key/);
      }
    });

  test("a message that arrives when its batch has been written by another one undoes itself", async (t) => {
    const { port, hostname } = new URL(server.url);
    const state = { holds: false };
    const proxy = createServer((socket) => {
      const upstream = createConnection(Number(port), hostname);
      upstream.on("error", () => {});
      socket.on("error", () => {});
      upstream.on("close", () => socket.destroy());
      upstream.pipe(socket);
      socket.on("data", (data) => {
        if (!state.holds || !data.includes("COMMIT")) return void upstream.write(data);
        Object.assign(state, { holds: false, late: data, upstream });
        upstream.unpipe(socket);
        socket.destroy();
      });
      socket.on("close", () => state.upstream !== upstream && upstream.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const url = new URL(server.url);
    url.port = String(proxy.address().port);
    t.after(() => proxy.close());
    const { store } = await opened(t, { url: url.href });
    await store.apply([create(0)]);
    state.holds = true;
    await store.apply([update(0, { state: "running" })]);
    await store.apply([update(0, { state: "success" })]);
    const answered = once(state.upstream, "data");
    state.upstream.resume().write(state.late);
    const [answer] = await answered;
    assert.match(String(answer), /division by zero/);
    state.upstream.destroy();
    assert.equal((await store.listRuns({ dagId: "sales" }))[0].state, "success");
  });
}
