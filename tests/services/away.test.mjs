// Servers that are away: what is waited for, and until when, is told; and the wait ends.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { command, fileOf, SALES, saying } from "./command.mjs";
import { freePort, servicePackages } from "./services.mjs";

await servicePackages();
// A URL's pool is made by the package pg of the current folder.
process.chdir(join(import.meta.dirname, "npm"));
const { openPostgresStore } = await import("dagfill/store/postgres");

test("a store whose PostgreSQL is away tells each time that it tries again, and ends with STORE_FAILED", async () => {
  const port = await freePort();
  const told = [];
  const onRetry = (retry) => {
    told.push(retry);
    throw new Error("a listener that fails holds nothing up");
  };
  await assert.rejects(openPostgresStore(`postgres://u@127.0.0.1:${port}/db`, { retryFor: 300, onRetry }), {
    code: "STORE_FAILED",
    message: /could not be opened.*ECONNREFUSED/,
  });
  assert.ok(told.length > 1, String(told.length));
  const [first] = told;
  assert.deepEqual([first.attempt, first.error.code, first.retryFor], ["be opened", "ECONNREFUSED", 300]);
  const waits = told.map(({ waited }) => waited);
  assert.deepEqual(
    waits,
    [...waits].sort((a, b) => a - b),
  );
});

test("a server that takes connections and never answers is given up, too", async () => {
  const sockets = new Set();
  const silent = createServer((socket) => sockets.add(socket));
  silent.listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `postgres://u@127.0.0.1:${silent.address().port}/db`;
  await assert.rejects(openPostgresStore(url, { retryFor: 500 }), { code: "STORE_FAILED" });
  for (const socket of sockets) socket.destroy();
  silent.close();
});

/** A server that sends one answer to each message of a client. */
async function answering(t, ...answers) {
  const server = createServer((socket) => {
    const left = [...answers];
    socket.on("error", () => {});
    socket.on("data", () => socket.write(left.shift() ?? ""));
    t.after(() => socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `postgres://u@127.0.0.1:${server.address().port}/db`;
}

const noRetry = { onRetry: ({ error }) => assert.fail(`tried again: ${error.message}`), retryFor: 5_000 };

test("a server without SSL is no server that is away", async (t) => {
  const url = await answering(t, "N");
  await assert.rejects(openPostgresStore(`${url}?sslmode=require`, noRetry), {
    code: "STORE_FAILED",
    message: "the PostgreSQL store could not be opened: The server does not support SSL connections",
    hint: "sslmode=disable in the URL connects without SSL",
  });
});

test("a URL without the password that the server asks for is told as that", async (t) => {
  const authentication = (kind, text) => {
    const message = Buffer.alloc(9 + text.length);
    message.write("R");
    message.writeInt32BE(8 + text.length, 1);
    message.writeInt32BE(kind, 5);
    message.write(text, 9);
    return message;
  };
  const url = await answering(
    t,
    authentication(10, "SCRAM-SHA-256\0\0"),
    authentication(11, "r=nonce,s=c2FsdA==,i=4096"),
  );
  await assert.rejects(openPostgresStore(url, noRetry), {
    code: "STORE_FAILED",
    message: "the PostgreSQL store could not be opened: the server asks for a password, and the URL has none",
    hint: /PASSWORD@/,
  });
});

test("serve tells on stderr which PostgreSQL it waits for, how often and until when, without the password", async (t) => {
  const port = await freePort();
  const url = `postgres://u:secret@127.0.0.1:${port}/db`;
  const serve = command(t, ["serve", fileOf(t, "sales.mjs", SALES), "--store", url], { streams: ["stderr"] });
  await saying(
    serve,
    new RegExp(
      `^waiting for PostgreSQL at 127\\.0\\.0\\.1:${port}/db \\(connect ECONNREFUSED.*\\): tried again every second, given up 60 s after the first try \\(0 s so far\\)\n`,
    ),
  );
});

test("a worker tells on stderr which Redis it waits for, how often and until when", async (t) => {
  const port = await freePort();
  const url = `redis://u:secret@127.0.0.1:${port}`;
  const worker = command(t, ["worker", fileOf(t, "sales.mjs", SALES), "--engine", url], {
    streams: ["stderr"],
  });
  await saying(
    worker,
    new RegExp(
      `waiting for Redis at 127\\.0\\.0\\.1:${port}: tried again every 2 seconds, given up 60 s after the first try`,
    ),
  );
});
