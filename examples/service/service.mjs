// Backfills over HTTP. Clients enqueue, ask for progress and cancel; this process drives what is enqueued.
//
//   node examples/service/service.mjs            (listens on 127.0.0.1:3000; PORT and STORE say otherwise)
//
// There is no login here: put it behind your own.
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService, DagfillError } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";

const dag = {
  dagId: "sales",
  schedule: "@daily",
  timeZone: "Europe/Berlin",
  tasks: [
    // A real task would call a warehouse; the signal is aborted when a client cancels.
    { taskId: "extract", run: ({ signal }) => sleep(20, undefined, { signal }) },
    { taskId: "load", dependsOn: ["extract"], run: ({ localDate }) => ({ partition: localDate }) },
  ],
};

const store = await openSqliteStore(process.env.STORE ?? "backfills.sqlite");
const service = new BackfillService({ dags: [dag], store });

// Also goes on with what an earlier process of this service left unfinished.
const stopping = new AbortController();
const serving = service.serve({ signal: stopping.signal, every: 200 });

async function find(id) {
  const backfill = (await service.list()).find(({ backfillId }) => backfillId === id);
  if (!backfill) throw new HttpError(404, "NOT_FOUND", `there is no backfill ${id}`);
  return backfill;
}

const routes = {
  "POST /preview": async (body) => [200, await service.preview(body)],
  "POST /backfills": async (body) => [202, { backfillId: await service.enqueue(body) }],
  "GET /backfills/:id": async (_, id) => [200, await find(id)],
  "DELETE /backfills/:id": async (_, id) => {
    await find(id);
    await service.cancel(id, { running: "abort" });
    return [202, { backfillId: id }];
  },
};

class HttpError extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

/** Errors that the server has to answer for; every other code says what is wrong with the request. */
const ours = new Set(["INTERNAL", "STORE_FAILED", "ENGINE_FAILED", "WASM_UNAVAILABLE"]);

function answerOf(error) {
  if (error instanceof HttpError) return [error.status, { code: error.code, message: error.message }];
  if (error instanceof DagfillError && !ours.has(error.code)) {
    const { code, message, field, hint } = error;
    return [400, { code, message, field, hint }];
  }
  console.error(error);
  return [500, { code: "INTERNAL", message: "the server failed" }];
}

async function bodyOf(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 100_000) throw new HttpError(413, "TOO_LARGE", "a request has at most 100,000 bytes");
    chunks.push(chunk);
  }
  if (size === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new HttpError(400, "INVALID_JSON", "the body is not JSON");
  }
}

const server = createServer(async (request, response) => {
  const [, collection, id] = new URL(request.url, "http://localhost").pathname.split("/");
  const route = routes[`${request.method} /${collection}${id === undefined ? "" : "/:id"}`];
  const [status, answer] = await (async () => {
    if (!route) throw new HttpError(404, "NOT_FOUND", `${request.method} ${request.url} is not served`);
    return route(await bodyOf(request), id);
  })().catch(answerOf);
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
});

server.listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

process.once("SIGTERM", async () => {
  server.close();
  stopping.abort();
  await serving; // what runs is left as interrupted; the next process goes on with it
  await store.close();
});
