// A process that closes its engine and its worker in a scene, and ends when nothing is left open. It prints what the calls answered.
import { bullmqEngine, bullmqWorker } from "dagfill/engine/bullmq";
import { jobOf } from "../chaos/engines/job.mjs";
import { freePort, loadPg, servicePackages, startPostgres, startRedis } from "./services.mjs";

await servicePackages();
const { createPostgresBackend } = await import("bullmq");
const executeRun = () => {};
const job = jobOf("sales", 1, {});
const where = { host: "127.0.0.1", port: await freePort() };
const outcome = (promise) =>
  promise.then(
    () => "done",
    ({ code }) => code ?? "error",
  );

async function onServer(server, bull, stopFirst) {
  const engine = bullmqEngine(bull);
  const worker = await bullmqWorker({ ...bull, executeRun });
  await engine.submit([job]);
  if (stopFirst) await server.stop();
  const waiting = stopFirst ? outcome(engine.status([job.key])) : undefined;
  await Promise.all([engine.close(), worker.close()]);
  await waiting;
  const calls = ["submit", "status", "cancel", "forget"].map((call) =>
    outcome(engine[call](call === "submit" ? [job] : [job.key], "reason")),
  );
  console.log((await Promise.all(calls)).join(" "));
  if (!stopFirst) await server.stop();
}

const scenes = {
  redis: async (stopFirst) => {
    const server = await startRedis();
    await onServer(server, { connection: server.url }, stopFirst);
  },
  postgres: async (stopFirst) => {
    await loadPg();
    const server = await startPostgres();
    const connection = { connectionString: server.url, migrate: true };
    await onServer(server, { connection, backend: createPostgresBackend }, stopFirst);
  },
  "an engine whose Redis was never there": async () => {
    const engine = bullmqEngine({ connection: where });
    const submitted = outcome(engine.submit([job]));
    await engine.close();
    console.log((await submitted) === "done" ? "done" : "rejected");
  },
  "a worker whose Redis was never there": async () => {
    const controller = new AbortController();
    let told = 0;
    const onEvent = ({ type, error }) => {
      if (type === "error" && /ECONNREFUSED/.test(error.message)) told += 1;
    };
    const retryStrategy = (times) => {
      if (times > 4) controller.abort();
      return 10;
    };
    const connection = { ...where, retryStrategy };
    const worker = await bullmqWorker({ connection, executeRun, onEvent, signal: controller.signal });
    await worker.close();
    console.log(`closed, ${told} error told`);
  },
};

const [scene, stopFirst] = process.argv.slice(2);
await scenes[scene](stopFirst === "true");
