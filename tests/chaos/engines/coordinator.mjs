// A coordinator in a process of its own: serves the store until SIGTERM. Arguments: JSON of `postgres`, `redis`, `dagIds`, `leaseTime`.

import { BackfillService } from "dagfill";
import { bullmqEngine } from "dagfill/engine/bullmq";
import { openPostgresStore } from "dagfill/store/postgres";
import pg from "pg";

const { postgres, redis, dagIds, leaseTime = 3_000 } = JSON.parse(process.argv[2]);
const store = await openPostgresStore(new pg.Pool({ connectionString: postgres, max: 8 }));
const engine = bullmqEngine({ connection: redis });
const service = new BackfillService({
  dags: dagIds.map((dagId) => ({ dagId, schedule: "@daily" })),
  store,
  engine,
  leaseTime,
});
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const said = new Set();
console.log("ready");
await service.serve(
  { signal: stop.signal },
  {
    onEvent: (event) => {
      if (event.type === "run-attached") console.log("attached");
      if (event.type !== "warning" || said.has(event.warning.code)) return;
      said.add(event.warning.code);
      console.log(`warning ${event.warning.code}`);
    },
  },
);
process.exit(0);
