// Each failure of the table, and what has to come of it. A scenario gives the row's figures and the promises that it checked.

import { BackfillService } from "dagfill";
import { bullmqEngine } from "dagfill/engine/bullmq";
import { sleep } from "./cluster.mjs";

const summary = ({ state, progress: { completed, failed, canceled } }) => ({
  state,
  completed,
  failed,
  canceled,
});

async function coordinatorKilled(cluster) {
  const runs = 240;
  const workers = await Promise.all([cluster.worker(), cluster.worker(), cluster.worker()]);
  let coordinator = await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 300 } });
  let [attached, slowest] = [0, 0];
  for (let kill = 0; kill < 10; kill += 1) {
    await cluster.noted("starts", Math.min(8 + kill * 20, runs - 20));
    coordinator.kill("SIGKILL");
    const at = performance.now();
    coordinator = await cluster.coordinator();
    const before = cluster.work().starts;
    while (!coordinator.lines.includes("attached") && cluster.work().starts === before) await sleep(20);
    slowest = Math.max(slowest, performance.now() - at);
    attached += coordinator.lines.filter((line) => line === "attached").length;
  }
  const end = await cluster.ended(id);
  const { starts, twice, peak } = cluster.work();
  for (const worker of workers) worker.kill("SIGTERM");
  return {
    figures: `${runs} runs, 10 kills: ${starts} starts, ${twice} twice, peak ${peak} of 8, ${attached} attached, slowest take-over ${(slowest / 1_000).toFixed(1)} s with a process's start (lease 3 s)`,
    promises: {
      "all succeed": end.progress.completed === runs,
      "none starts twice": twice === 0,
      "never more than 8": peak <= 8,
    },
  };
}

async function workerKilled(cluster) {
  const runs = 120;
  const [first] = await Promise.all([cluster.worker({ concurrency: 4 }), cluster.worker({ concurrency: 4 })]);
  await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 200 } });
  await cluster.noted("ends", 40);
  const held = await cluster.heldBy(first, 4);
  first.kill("SIGKILL");
  const end = summary(await cluster.ended(id));
  const { starts, twice } = cluster.work();
  return {
    figures: `${runs} runs, ${held} at the one killed: ${end.completed} done, ${end.failed} failed, ${starts} starts, ${twice} twice`,
    promises: {
      "all succeed": end.completed === runs,
      "its own start again, and no other": twice > 0 && twice <= 4,
    },
  };
}

async function workerFrozen(cluster) {
  const runs = 120;
  const [first] = await Promise.all([cluster.worker({ concurrency: 4 }), cluster.worker({ concurrency: 4 })]);
  await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 400 } });
  await cluster.noted("ends", 20);
  const held = await cluster.heldBy(first, 4);
  first.kill("SIGSTOP");
  await sleep(12_000);
  first.kill("SIGCONT");
  const end = summary(await cluster.ended(id));
  const { starts, twice } = cluster.work();
  return {
    figures: `${runs} runs, ${held} at the one frozen 12 s: ${end.completed} done, ${end.failed} failed, ${starts} starts, ${twice} twice`,
    promises: { "all succeed": end.completed === runs, "only its own start again": twice <= 4 },
  };
}

/** A server that is away for 30 s in the middle of 1,000 runs. */
const away = (name) => async (cluster, servers) => {
  const runs = 1_000;
  await Promise.all([cluster.worker(), cluster.worker()]);
  const coordinator = await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 16, conf: { ms: 50 } });
  await cluster.noted("ends", 300);
  const server = servers[name];
  await server.kill(name === "redis" ? "SIGKILL" : "SIGQUIT");
  const before = cluster.work().starts;
  await sleep(30_000);
  const during = cluster.work().starts - before;
  await server.start();
  const end = summary(await cluster.ended(id));
  const { starts, twice } = cluster.work();
  const warned = coordinator.lines.filter((line) => line.startsWith("warning")).join(", ");
  return {
    figures: `${runs} runs, away 30 s: ${end.completed} done, ${end.failed} failed, ${during} starts while away, ${starts} starts, ${twice} twice; ${warned}`,
    promises: {
      "all succeed": end.completed === runs,
      "at most what was in flight starts twice": twice <= 16,
    },
  };
};

async function flushed(cluster, { redis }) {
  const runs = 60;
  await Promise.all([cluster.worker({ concurrency: 4 }), cluster.worker({ concurrency: 4 })]);
  const coordinator = await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 600 } });
  // In the middle of the third eight, which start and end together: between two eights nothing is there to be lost.
  await cluster.noted("starts", 20);
  await redis.command("FLUSHALL");
  const end = summary(await cluster.ended(id));
  const { starts, twice } = cluster.work();
  return {
    figures: `${runs} runs: ${end.completed} done, ${end.failed} failed, ${starts} starts, ${twice} twice; ${coordinator.lines.filter((line) => line.startsWith("warning")).join(", ")}`,
    promises: {
      "all succeed": end.completed === runs,
      "it is told": coordinator.lines.includes("warning engine_lost"),
      "at most what was in flight starts twice": twice <= 8,
    },
  };
}

async function canceled(cluster, { redis }) {
  await cluster.worker({ concurrency: 4 });
  const engine = bullmqEngine({ connection: redis.url });
  const service = new BackfillService({
    dags: [{ dagId: cluster.dagId, schedule: "@daily" }],
    store: cluster.store,
    engine,
  });
  const backfill = await service.start({
    dagId: cluster.dagId,
    startDate: "2001-01-01",
    endDate: "2001-01-20",
    maxParallelRuns: 8,
    conf: { ms: 60_000 },
  });
  await cluster.noted("starts", 4);
  await sleep(300);
  const at = Date.now();
  const result = await backfill.cancel({ running: "abort" });
  const { notes, starts, aborts } = cluster.work();
  const slowest = Math.max(...notes.filter(({ what }) => what === "abort").map((note) => note.at - at));
  await engine.close();
  return {
    figures: `8 in flight (4 run, 4 wait): ${aborts} signals, the last after ${slowest} ms, ${starts} starts, ${result.canceled} of 20 canceled in ${Date.now() - at} ms`,
    promises: {
      "each running job gets its signal": aborts === 4,
      "under a second": slowest < 1_000,
      "no waiting job starts": starts === 4,
    },
  };
}

async function capped(cluster) {
  await Promise.all([1, 2, 3, 4].map(() => cluster.worker({ concurrency: 8 })));
  await cluster.coordinator();
  const id = await cluster.enqueue(100, { maxParallelRuns: 5, conf: { ms: 50 } });
  const end = summary(await cluster.ended(id));
  const { peak, twice } = cluster.work();
  return {
    figures: `4 workers x 8 slots, cap 5: peak ${peak}, ${end.completed} of 100 done, ${twice} twice`,
    promises: { "peak 5": peak === 5, "all succeed": end.completed === 100 },
  };
}

async function coordinatorFrozen(cluster) {
  const runs = 60;
  await Promise.all([cluster.worker({ concurrency: 4 }), cluster.worker({ concurrency: 4 })]);
  const first = await cluster.coordinator();
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 1_000 } });
  await cluster.noted("starts", 16);
  first.kill("SIGSTOP");
  const second = await cluster.coordinator();
  while (!second.lines.includes("attached")) await sleep(20);
  await sleep(1_000);
  first.kill("SIGCONT");
  const end = summary(await cluster.ended(id));
  const { starts, twice, aborts } = cluster.work();
  return {
    figures: `${runs} runs: ${end.completed} done, ${end.failed} failed, ${end.canceled} canceled, ${starts} starts, ${twice} twice, ${aborts} aborted`,
    promises: {
      "all succeed": end.completed === runs,
      "nothing is aborted": aborts === 0,
      "none starts twice": twice === 0,
    },
  };
}

/** Two processes of `dagfill serve`: the first stands still for longer than its lease of 10 seconds, and comes back. */
async function serveFrozen(cluster) {
  const runs = 80;
  await Promise.all([cluster.worker({ concurrency: 4 }), cluster.worker({ concurrency: 4 })]);
  const id = await cluster.enqueue(runs, { maxParallelRuns: 8, conf: { ms: 2_000 } });
  const first = cluster.serve();
  await cluster.noted("starts", 16);
  first.kill("SIGSTOP");
  const at = performance.now();
  const second = cluster.serve();
  while (!second.said.includes("run-attached")) await sleep(20);
  const taken = performance.now() - at;
  const attached = second.said.split('"run-attached"').length - 1;
  first.kill("SIGCONT");
  while (!first.said.includes('"let_go"') && cluster.work().ends < runs) await sleep(20);
  const end = summary(await cluster.ended(id));
  const { starts, twice, aborts, peak } = cluster.work();
  const stopped = await Promise.all([first, second].map(stop));
  return {
    figures: `${runs} runs: taken over after ${(taken / 1_000).toFixed(1)} s with ${attached} attached, ${end.completed} done, ${end.failed} failed, ${end.canceled} canceled, ${starts} starts, ${twice} twice, ${aborts} aborted, peak ${peak} of 8`,
    promises: {
      "all succeed": end.completed === runs,
      "nothing is aborted": aborts === 0,
      "none starts twice": twice === 0,
      "never more than 8": peak <= 8,
      "the first tells that it let go": first.said.includes('"let_go"'),
      "both end in order": stopped.every((code) => code === 0),
    },
  };
}

/** The exit code of a process that is asked to end. */
function stop(child) {
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return ended;
}

async function delivered(cluster, { redis }) {
  await cluster.worker({ concurrency: 8 });
  const engines = [1, 2, 3].map(() => bullmqEngine({ connection: redis.url }));
  const { jobOf } = await import("./job.mjs");
  const jobs = Array.from({ length: 100 }, (_, n) => jobOf(cluster.dagId, n, { ms: 20 }));
  for (let round = 0; round < 3; round += 1) await Promise.all(engines.map((engine) => engine.submit(jobs)));
  await cluster.noted("ends", 100);
  await Promise.all(engines.map((engine) => engine.submit(jobs)));
  await sleep(500);
  const { starts, twice } = cluster.work();
  await Promise.all(engines.map((engine) => engine.close()));
  return {
    figures: `100 jobs, submitted 12 times by 3 processes' engines: ${starts} starts, ${twice} twice`,
    promises: { "each starts once": starts === 100 && twice === 0 },
  };
}

export const scenarios = {
  "coordinator SIGKILL x 10": coordinatorKilled,
  "worker SIGKILL": workerKilled,
  "worker frozen": workerFrozen,
  "Redis away": away("redis"),
  "PostgreSQL away": away("postgres"),
  FLUSHALL: flushed,
  "cancel with abort": canceled,
  "cap over many slots": capped,
  "coordinator SIGSTOP, SIGCONT": coordinatorFrozen,
  "serve SIGSTOP, SIGCONT": serveFrozen,
  "duplicate delivery": delivered,
};
