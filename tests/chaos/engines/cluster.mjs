// One cluster on this machine for one scenario: PostgreSQL and Redis that are there already, coordinators and workers as processes.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BackfillService } from "dagfill";
import { openPostgresStore } from "dagfill/store/postgres";
import pg from "pg";

const here = import.meta.dirname;
const resolver = join(here, "..", "..", "services", "npm", "resolve.mjs");
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function openCluster({ postgres, redis }) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-engines-"));
  const log = join(folder, "work.log");
  writeFileSync(log, "");
  const dagId = `chaos_${Date.now()}`;
  const pool = new pg.Pool({ connectionString: postgres.url, max: 4 });
  pool.on("error", () => {});
  const store = await openPostgresStore(pool, { retryFor: "PT2M" });
  const service = new BackfillService({ dags: [{ dagId, schedule: "@daily" }], store });
  const children = new Set();

  const child = (file, options) => {
    const made = spawn(process.execPath, ["--import", resolver, join(here, file), JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    made.lines = [];
    children.add(made);
    made.ready = new Promise((resolve, reject) => {
      made.stdout.on("data", (data) => {
        made.lines.push(...String(data).trim().split("\n"));
        if (made.lines.includes("ready")) resolve(made);
      });
      made.once("exit", (code) => {
        children.delete(made);
        if (code) reject(new Error(`${file} ended with ${code}`));
      });
    });
    made.ready.catch(() => {});
    return made.ready;
  };

  /** A coordinator of the command itself: `said` is what it has told, in lines of JSON. */
  const serve = () => {
    const file = join(folder, "dag.mjs");
    writeFileSync(file, `export const dag = { dagId: ${JSON.stringify(dagId)}, schedule: "@daily" };\n`);
    const flags = ["--store", postgres.url, "--engine", redis.url, "--json"];
    const line = ["--import", resolver, join(here, "..", "..", "..", "dist", "cli.js"), "serve", file];
    // The package pg is found from where the command is called.
    const cwd = join(here, "..", "..", "services", "npm");
    const made = spawn(process.execPath, [...line, ...flags], { cwd, stdio: ["ignore", "pipe", "inherit"] });
    made.said = "";
    made.stdout.on("data", (data) => {
      made.said += data;
    });
    children.add(made);
    made.once("exit", () => children.delete(made));
    return made;
  };

  return {
    dagId,
    store,
    service,
    serve,
    coordinator: (options = {}) =>
      child("coordinator.mjs", { postgres: postgres.url, redis: redis.url, dagIds: [dagId], ...options }),
    worker: (options = {}) => child("worker.mjs", { redis: redis.url, log, ...options }),
    enqueue: (runs, options) =>
      service.enqueue({
        dagId,
        startDate: "2001-01-01",
        endDate: new Date(Date.UTC(2001, 0, runs)).toISOString().slice(0, 10),
        ...options,
      }),
    /** The summary of a backfill when it has ended. */
    async ended(id, seconds = 240) {
      const until = Date.now() + seconds * 1_000;
      for (;;) {
        const one = await service.list().then(
          (all) => all.find(({ backfillId }) => backfillId === id),
          () => undefined,
        );
        if (one !== undefined && ["success", "failed", "canceled"].includes(one.state)) return one;
        if (Date.now() > until)
          throw new Error(`backfill ${id} has not ended: ${JSON.stringify(one?.progress)}`);
        await sleep(200);
      }
    },
    /** The notes of the workers. */
    work() {
      const lines = readFileSync(log, "utf8").trim().split("\n").filter(Boolean);
      const notes = lines.map((line) => {
        const [what, key, pid, at] = line.split(" ");
        return { what, key, pid: Number(pid), at: Number(at) };
      });
      const starts = new Map();
      let [open, peak] = [0, 0];
      for (const { what, key } of notes) {
        if (what === "start") starts.set(key, (starts.get(key) ?? 0) + 1);
        open += what === "start" ? 1 : -1;
        peak = Math.max(peak, open);
      }
      const twice = [...starts.values()].filter((count) => count > 1).length;
      const count = (of) => notes.filter(({ what }) => what === of).length;
      return {
        notes,
        starts: count("start"),
        ends: count("end"),
        aborts: count("abort"),
        keys: starts.size,
        twice,
        peak,
      };
    },
    /** Waits until a worker has so many jobs, and tells how many. */
    async heldBy({ pid }, least) {
      for (let tries = 0; ; tries += 1) {
        const open = new Set();
        for (const note of this.work().notes) {
          if (note.pid !== pid) continue;
          if (note.what === "start") open.add(note.key);
          else open.delete(note.key);
        }
        if (open.size >= least || tries > 500) return open.size;
        await sleep(5);
      }
    },
    async noted(what, count, seconds = 120) {
      const until = Date.now() + seconds * 1_000;
      while (this.work()[what] < count) {
        if (Date.now() > until) throw new Error(`${what} did not reach ${count}`);
        await sleep(20);
      }
    },
    async close() {
      for (const each of children) each.kill("SIGKILL");
      await store.close();
      await pool.end().catch(() => {});
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
