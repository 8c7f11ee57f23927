// Scene after scene until so many processes were killed; the sum of what was seen.
import { rmSync } from "node:fs";
import { playBackfills } from "./backfills.mjs";
import { randomBy } from "./random.mjs";
import { backfillScene, schedulerScene } from "./scenes.mjs";
import { playSchedulers } from "./schedulers.mjs";

const KINDS = [
  "lost",
  "repeated",
  "twice",
  "overCap",
  "overRate",
  "extra",
  "afterPause",
  "afterCancel",
  "open",
  "other",
];

/** Figures of many scenes. `problems` is empty when all held. */
export function newFigures(seed) {
  const counts = [
    "kills",
    "freezes",
    "backfills",
    "schedulers",
    "discards",
    "runs",
    "byHand",
    "starts",
    "attached",
  ];
  const sums = [...counts, "extraStarts", "allowedExtra", "extraStartsAttached"];
  return {
    seed,
    ...Object.fromEntries(sums.map((name) => [name, 0])),
    found: Object.fromEntries(KINDS.map((kind) => [kind, 0])),
    problems: [],
  };
}

/** Kills at least `kills` processes over as many scenes as that takes, `lanes` at once. */
export async function survive({ kills, seed, lanes = 1, say = () => {} }) {
  const seeds = randomBy(seed);
  const figures = newFigures(seed);
  const lane = async () => {
    while (figures.kills < kills) await play(seeds.integer(0, 2 ** 31 - 1), figures, say);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return figures;
}

/** Plays the scene of a seed. */
export async function play(seed, figures, say) {
  const random = randomBy(seed);
  const isScheduler = random.chance(0.3);
  const scene = isScheduler ? schedulerScene(random) : backfillScene(random);
  const result = newFigures(seed);
  result.problem = (kind, text) => {
    result.found[kind] += 1;
    result.problems.push(`${kind}: ${text}, scene ${seed}`);
  };
  result.count = (lines, { inFlight }, extra, allowed) => {
    const starts = lines.filter(({ word }) => word === "start");
    const names = starts.map(({ date, task, attempt }) => `${date} ${task} ${attempt}`);
    result.starts += starts.length;
    result.attached += starts.length - new Set(names).size;
    if (inFlight === "attach") result.extraStartsAttached += extra;
    else {
      result.extraStarts += extra;
      result.allowedExtra += allowed;
    }
  };
  await (isScheduler ? playSchedulers : playBackfills)(scene, random, result);
  add(figures, result);
  say(`${figures.kills} kills: ${describe(scene, result)}`);
  // What went wrong stays, to be looked at.
  if (result.problems.length === 0) rmSync(scene.folder, { recursive: true, force: true });
  else say(`kept ${scene.folder}`);
}

function add(figures, result) {
  for (const [name, value] of Object.entries(result)) {
    if (typeof value === "number" && name !== "seed") figures[name] += value;
  }
  for (const kind of KINDS) figures.found[kind] += result.found[kind];
  figures.problems.push(...result.problems);
}

function describe(
  { kind, phases = [], dag, inFlight },
  { seed, kills, freezes, runs, extraStarts, problems },
) {
  const what = [
    kind,
    ...phases.map((phase) => phase.kind),
    dag.tasks === undefined ? "runs" : "tasks",
    inFlight,
  ];
  return `scene ${seed}: ${what.join(" ")}, ${runs} runs, ${kills} kills, ${freezes} freezes, ${extraStarts} extra starts, ${problems.length} problems`;
}
