// A life of a backfill in chunks: starts the one of the scene's phase, or goes on with it. node chunks_worker.mjs SCENE.json LIFE
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { note } from "./journal.mjs";

const scene = JSON.parse(readFileSync(process.argv[2], "utf8"));
const life = Number(process.argv[3]);
const { phase, dag, takes, inFlight } = scene;
const noted = (word, fields) => note(scene, word, { life, phase: phase.number, ...fields });
let atOnce = 0;

const executeRun = async ({ executionDate, chunk, attempt, key }) => {
  atOnce += 1;
  noted("start", { first: executionDate, dates: chunk.dates, attempt, key, atOnce });
  const failing = chunk.dates.filter((date) => phase.failing.includes(date));
  for (const date of failing) chunk.fail(date, new Error(`${date} fails alone`));
  await sleep(takes);
  atOnce -= 1;
  if (!chunk.dates.some((date) => phase.breaking.includes(date))) return chunk.dates.length;
  noted("threw", { first: executionDate });
  throw new Error("the chunk fails whole");
};
// Ends are told when they are stored.
const told = ({ type, run }) => {
  if (type === "run-succeeded" || type === "run-failed") noted("ended", { first: run.executionDate });
};

const store = await openSqliteStore(scene.store);
const service = new BackfillService({ dags: [dag], store, executeRun, inFlight, leaseTime: 5_000 });
const known = (await service.list()).find(({ backfillId }) => backfillId === phase.options.backfillId);
// The last life may have been killed when all was done.
if (!["success", "failed"].includes(known?.state)) {
  process.send("driving", () => process.connected && process.disconnect());
  const hooks = { onEvent: told };
  const backfill = known
    ? await service.resume(known.backfillId, hooks)
    : await service.start(phase.options, hooks);
  await backfill.result;
}
await store.close();
if (process.connected) process.disconnect();
