// Takes a lease of ten minutes and stays until it is killed.
import { openSqliteStore } from "./stores.mjs";

const store = await openSqliteStore(process.argv[2]);
const lease = await store.acquireLease("dag:race", `process ${process.pid}`, 600_000);
process.send(lease.epoch);
setInterval(() => {}, 60_000);
