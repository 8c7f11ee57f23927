// The runs that tests of stores write: those of the published contract.
export { storeContract } from "dagfill/store/contract";

const day = (n) => new Date(Date.UTC(2024, 0, n)).toISOString().replace(".000Z", "Z");

/** A run of January n-th. */
export function aRun(n, more = {}) {
  return {
    runId: `backfill__${day(n).replace("Z", "+00:00")}`,
    dagId: "sales",
    executionDate: day(n),
    dataInterval: { start: day(n), end: day(n + 1) },
    runType: "backfill",
    state: "queued",
    conf: {},
    attempt: 1,
    ...more,
  };
}
