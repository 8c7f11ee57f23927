// Scenes by chance: a DAG, dates, options, and what is done to the processes that run them.
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expandRange } from "dagfill";
import { diamond } from "./callbacks.mjs";

const dayMs = 86_400_000;

function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-chaos-"));
  const scene = {
    folder,
    file: join(folder, "scene.json"),
    store: join(folder, "runs.sqlite"),
    journal: join(folder, "journal"),
    locks: join(folder, "locks"),
  };
  mkdirSync(scene.locks);
  return scene;
}

export function save(scene) {
  writeFileSync(scene.file, JSON.stringify(scene));
}

function common(random, runs, step, schedule) {
  const start = Date.UTC(2024, random.integer(0, 11), random.integer(1, 28));
  const end = start + (runs - 1) * step;
  const dates = [...expandRange(schedule, start, end)].map((ms) =>
    new Date(ms).toISOString().replace(".000Z", "Z"),
  );
  return {
    ...makeFolder(),
    dates,
    startDate: new Date(start).toISOString(),
    endDate: new Date(end).toISOString(),
    longest: random.pick([0, 5, 25, 60]),
    flaky: random.pick([0, 0, 0.02, 0.1]),
    seed: random.integer(0, 2 ** 31),
    inFlight: random.pick(["restart", "attach"]),
    freezes: random.pick([0, 0, 0.2]),
  };
}

/** A backfill, and perhaps another over the same dates. */
export function backfillScene(random) {
  const { schedule, step } = random.pick([
    { schedule: "@hourly", step: dayMs / 24 },
    { schedule: "*/10 * * * *", step: dayMs / 144 },
    { schedule: "@daily", step: dayMs },
  ]);
  const hasTasks = random.chance(0.5);
  const scene = common(random, random.integer(20, hasTasks ? 80 : 250), step, schedule);
  const share = random.pick([0, 0.02, 0.1]);
  const tasks = hasTasks ? { tasks: diamond(random.pick([0, 1, 2])) } : {};
  const options = () => ({
    dagId: "chaos",
    startDate: scene.startDate,
    endDate: scene.endDate,
    maxParallelRuns: random.integer(1, 8),
    runBackwards: random.chance(0.3),
    retries: random.pick([0, 0, 1, 2]),
    retryDelay: random.pick([0, 20]),
    ...(random.chance(0.25) && { rate: { count: random.integer(5, 30), per: 1_000 } }),
  });
  const kinds = ["plain", ...(random.chance(0.5) ? [random.pick(["plain", "reset", "rerun"])] : [])];
  return {
    ...scene,
    kind: "backfill",
    dag: { dagId: "chaos", schedule, ...tasks },
    failing: scene.dates.filter(() => random.chance(share)),
    phases: kinds.map((kind, at) => ({
      number: at + 1,
      backfillId: `phase-${at + 1}`,
      kind,
      options: {
        ...options(),
        ...(kind === "reset" && { resetDagRun: true }),
        ...(kind === "rerun" && { rerunFailed: true }),
      },
      pauses: random.pick([0, 0.3]),
      cancels: random.pick([0, 0, 0.3]),
      discards: random.pick([0, 0, 0.15]),
      kills: random.integer(4, 20),
    })),
  };
}

/** Schedulers that share a store and make good for dates that were missed; and runs by hand. */
export function schedulerScene(random) {
  const scene = common(random, random.integer(20, 80), dayMs / 24, "@hourly");
  const dependsOnPast = random.chance(0.2);
  const tasks = random.chance(0.5) ? { tasks: diamond(random.pick([0, 1])) } : {};
  return {
    ...scene,
    kind: "schedulers",
    dag: {
      dagId: "chaos",
      schedule: "@hourly",
      startDate: scene.startDate,
      endDate: scene.endDate,
      catchup: true,
      maxActiveRuns: random.integer(1, 6),
      ...(dependsOnPast && { dependsOnPast }),
      ...tasks,
    },
    // A date that fails would end what depends on its past.
    flaky: dependsOnPast ? 0 : scene.flaky,
    failing: dependsOnPast ? [] : scene.dates.filter(() => random.chance(0.05)),
    byHand: { dagId: "hand", schedule: "@hourly" },
    processes: random.integer(2, 3),
    kills: random.integer(5, 20),
  };
}
