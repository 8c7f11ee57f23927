// The process that sqlite_crash.test.mjs kills: writes batches for ever and prints each one's number when the store has
// acknowledged it. The print is a synchronous write, so that what was printed is what was acknowledged.
import { writeSync } from "node:fs";
import { writeBatches } from "./batches.mjs";
import { openSqliteStore } from "./stores.mjs";

const [path, first, inFlight] = process.argv.slice(2);
const store = await openSqliteStore(path);
await writeBatches(store, Number(first), {
  inFlight: Number(inFlight),
  acknowledged: (number) => writeSync(1, `${number}\n`),
});
