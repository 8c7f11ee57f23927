// One of the processes that sqlite_lease.test.mjs lets race: opens the store, and asks for the lease when it is told.
import { openSqliteStore } from "./stores.mjs";

const [path, owner] = process.argv.slice(2);
const store = await openSqliteStore(path);
let lease = null;
process.on("message", async (word) => {
  if (word === "acquire") {
    lease = await store.acquireLease("dag:race", owner, 60_000);
    process.send({ epoch: lease?.epoch ?? null });
  } else if (word === "release") {
    await lease?.release();
    process.send("released");
  } else {
    await store.close();
    process.disconnect();
  }
});
process.send("ready");
