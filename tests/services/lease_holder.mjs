// Takes a lease of ten minutes and stays until it is killed.
import { openPostgresStore } from "dagfill/store/postgres";
import { loadPg } from "./services.mjs";

const [, , url, schema] = process.argv;
const { Pool } = await loadPg();
const store = await openPostgresStore(new Pool({ connectionString: url }), { schema });
const lease = await store.acquireLease("dag:race", "holder", 600_000);
process.send(lease.epoch);
setInterval(() => {}, 60_000);
