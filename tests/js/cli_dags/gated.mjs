// A DAG whose runs wait for a file, so that tests decide when they end. $JOURNAL gets a line for every start and end.
import { appendFileSync, existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

export const dag = { dagId: "gated", schedule: "@daily" };

export async function executeRun({ executionDate, attempt, signal }) {
  const note = (word) =>
    appendFileSync(process.env.JOURNAL, `${word} ${executionDate.slice(0, 10)} ${attempt}\n`);
  note("start");
  try {
    while (!existsSync(process.env.GATE)) await sleep(5, undefined, { signal });
    note("end");
  } catch (error) {
    note("abort");
    throw error;
  }
}
