// Numbered batches that show when half of one is missing: three new runs, an update of the batch before, an XCom value
// and the backfill's count, all of which carry the number.
export const DAG = "crash";

const at = (second) => `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;

export function batch(number) {
  const runs = [0, 1, 2].map((part) => ({
    runId: `run ${number}.${part}`,
    dagId: DAG,
    executionDate: at(number * 3 + part),
    dataInterval: { start: at(number * 3 + part), end: at(number * 3 + part + 1) },
    runType: "backfill",
    state: "running",
    conf: { number },
    attempt: 1,
  }));
  const last = runs[2].runId;
  return [
    ...runs.map((run) => ({ type: "create-run", run })),
    {
      type: "update-run",
      dagId: DAG,
      runId: last,
      change: { state: "success", output: number },
      ifState: ["running"],
    },
    { type: "set-xcom", dagId: DAG, runId: last, taskId: "t", key: "number", value: number },
    { type: "save-backfill", id: `batch ${number}`, dagId: DAG, finished: true, snapshot: number },
  ];
}

/** The batches in the store: the numbers of whole batches, and of those of which only a part is there. */
export async function found(store) {
  const parts = new Map();
  const count = (number) => parts.set(number, (parts.get(number) ?? 0) + 1);
  for (const run of await store.listRuns({ dagId: DAG })) {
    const number = run.conf.number;
    count(number);
    if (run.output === number && run.state === "success") count(number);
    const { t } = await store.getXcom(DAG, run.runId);
    if (t?.number === number) count(number);
  }
  for (const { id, snapshot } of await store.listBackfills({ dagId: DAG }))
    if (id === `batch ${snapshot}`) count(snapshot);
  const whole = new Set();
  const half = [];
  for (const [number, amount] of parts) {
    if (amount === 6) whole.add(number);
    else half.push(number);
  }
  return { whole, half };
}

/** Writes batches from `first` on, `inFlight` at a time, until `until(number)` or until each writer has failed; `acknowledged` hears of
 *  each batch. Ends when all writers have; throws the first failure. */
export async function writeBatches(store, first, { inFlight = 4, acknowledged, until = () => false }) {
  let next = first;
  const write = async () => {
    while (!until(next)) {
      const number = next;
      next += 1;
      await store.apply(batch(number));
      acknowledged(number);
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: inFlight }, write));
  const failed = ends.find(({ status }) => status === "rejected");
  if (failed) throw failed.reason;
}
