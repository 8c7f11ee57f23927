// One of the processes that sqlite_lease.test.mjs lets race: opens stores, and asks for the lease,
// when it is told.
import { openSqliteStore } from "./stores.mjs";

const owner = process.argv[2];
let store;
let lease = null;
const jobs = {
  async open(path) {
    await store?.close();
    store = await openSqliteStore(path);
  },
  async acquire() {
    lease = await store.acquireLease("dag:race", owner, 60_000);
    return lease?.epoch ?? null;
  },
  async release() {
    await lease?.release();
  },
};
process.on("message", async ([job, value]) => {
  process.send(
    await jobs[job](value).then(
      (answer) => ({ answer: answer ?? null }),
      (error) => ({ error: error.message }),
    ),
  );
});
process.send({});
