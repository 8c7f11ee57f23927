// One of several processes that start the same backfill at the same moment, round after round.
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";

let go;
let release;

process.on("message", (message) => {
  if (message.type === "round") round(message);
  if (message.type === "go") go(message.at);
  if (message.type === "release") release();
});

async function round({ path, dag, options }) {
  const store = await openSqliteStore(path);
  const signal = new Promise((resolve) => {
    go = resolve;
  });
  const others = new Promise((resolve) => {
    release = resolve;
  });
  const started = [];
  // No run ends before everybody has tried, so that a late one meets a backfill that is driven, not one that is done.
  const executeRun = async ({ executionDate }) => {
    started.push(executionDate);
    await others;
  };
  const service = new BackfillService({ dags: [dag], store, executeRun });
  // The first plan instantiates the core, which takes as long as the whole race.
  await service.preview(options);
  process.send({ type: "opened" });
  const at = await signal;
  while (Date.now() < at);
  let outcome = { type: "outcome" };
  try {
    const backfill = await service.start(options);
    process.send({ type: "outcome", drives: true });
    const { state } = await backfill.result;
    outcome = { type: "ended", state, started };
  } catch (error) {
    outcome = {
      type: "outcome",
      drives: false,
      name: error.name,
      code: error.code,
      message: error.message,
      started,
    };
  }
  await store.close();
  process.send(outcome);
}

process.send({ type: "ready" });
