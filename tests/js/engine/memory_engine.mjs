// An engine of this process: the simplest one that keeps the contract, and what tests bend to make faults.
import { defineEngine, jobRunner } from "dagfill/engine";

/** `shared` is what survives a coordinator: jobs by key. */
export function memoryJobs({ slots = 4, ...work }) {
  const run = jobRunner(work);
  const jobs = new Map();
  const waiting = [];
  let running = 0;
  let worker = 0;
  const pump = () => {
    while (running < slots && waiting.length > 0) {
      const entry = jobs.get(waiting.shift());
      if (entry === undefined || entry.status.state !== "queued") continue;
      running += 1;
      entry.status = { state: "running", startedAt: Date.now() };
      // As between processes: nothing but JSON goes over.
      const own = worker;
      run(JSON.parse(JSON.stringify(entry.job)), entry.controller.signal).then((status) => {
        // A worker that was killed tells nothing.
        if (own !== worker) return;
        running -= 1;
        entry.status = JSON.parse(JSON.stringify(status));
        for (const tell of watchers) tell(entry.job.key, entry.status);
        pump();
      });
    }
  };
  const watchers = new Set();
  /** As if the worker had been killed, and another one had started. */
  const kill = async (whileDead) => {
    worker += 1;
    await whileDead?.();
    running = 0;
    for (const [key, entry] of jobs) {
      if (entry.status.state !== "running") continue;
      entry.status = { state: "queued" };
      waiting.push(key);
    }
    pump();
  };
  return { jobs, waiting, pump, watchers, kill };
}

export function memoryEngine(shared, calls = {}) {
  const { jobs, waiting, pump, watchers } = shared;
  return defineEngine({
    name: "memory",
    keepsResultsFor: Number.POSITIVE_INFINITY,
    pollEvery: 50,
    async submit(batch) {
      for (const job of batch) {
        if (jobs.has(job.key)) continue;
        jobs.set(job.key, { job, status: { state: "queued" }, controller: new AbortController() });
        waiting.push(job.key);
      }
      setImmediate(pump);
    },
    async status(keys) {
      return new Map(keys.filter((key) => jobs.has(key)).map((key) => [key, jobs.get(key).status]));
    },
    async cancel(keys) {
      for (const key of keys) {
        const entry = jobs.get(key);
        if (entry?.status.state === "queued") entry.status = { state: "canceled" };
        entry?.controller.abort();
      }
    },
    watch(ended) {
      watchers.add(ended);
      return () => watchers.delete(ended);
    },
    async forget(keys) {
      for (const key of keys) jobs.delete(key);
    },
    async close() {},
    ...calls,
  });
}
