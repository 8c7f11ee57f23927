// Backfills in chunks whose process is killed at random moments: each date has one record and the right end, a chunk whose end is
// stored never runs again, and the dates that failed alone run again in smaller chunks.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { BackfillService } from "dagfill";
import { checkBetweenLives, checkPhase, newPhase } from "./chunk_checks.mjs";
import { withStore } from "./observed.mjs";
import { born, expire } from "./processes.mjs";
import { randomBy } from "./random.mjs";

const dag = { dagId: "chunks", schedule: "@daily" };
const dateOf = (day) => new Date(Date.UTC(2024, 0, day)).toISOString().replace(".000Z", "Z");

/** Kills `kills` processes over as many scenes as that takes. Resolves to figures; `problems` is empty when all held. */
export async function chunks({ kills, seed, say = () => {} }) {
  const random = randomBy(seed);
  const counts = ["kills", "scenes", "backfills", "chunks", "starts", "partly", "whole", "smaller"];
  const figures = { seed, ...Object.fromEntries(counts.map((name) => [name, 0])), problems: [] };
  while (figures.kills < kills) {
    const folder = mkdtempSync(join(tmpdir(), "dagfill-chunks-"));
    const before = figures.problems.length;
    const scene = makeScene(random, folder);
    for (const phase of scene.phases) await play({ ...scene, phase }, random, kills, figures);
    figures.scenes += 1;
    const found = figures.problems.length - before;
    const { chunk } = scene.phases[0].options;
    say(
      `${figures.kills}/${kills} kills of chunks: ${JSON.stringify(chunk)} ${scene.inFlight}, ${found} problems`,
    );
    if (found === 0) rmSync(folder, { recursive: true, force: true });
  }
  return figures;
}

/** Three backfills: some of the range, then all of it with what failed, then what still fails. */
function makeScene(random, folder) {
  const from = random.integer(1, 40);
  const chunk = random.chance(0.5) ? { dates: random.integer(2, 7) } : { period: "P1M" };
  const days = chunk.period === undefined ? random.integer(20, 90) : random.integer(60, 250);
  const all = Array.from({ length: days }, (_, at) => dateOf(from + at));
  const part = all.slice(random.integer(0, 5), all.length - random.integer(0, 8));
  // A date fails, or breaks its chunk, in so many of the backfills.
  const inPhases = (share) =>
    new Map(all.map((date) => [date, random.chance(share) ? random.integer(1, 3) : 0]));
  const [fails, breaks] = [inPhases(0.12), inPhases(chunk.period === undefined ? 0.04 : 0.01)];
  const options = {
    dagId: dag.dagId,
    maxParallelRuns: random.integer(1, 4),
    retries: random.integer(0, 1),
    excludeDates: all.filter(() => random.chance(0.04)),
    chunk,
    ...(random.chance(0.3) && { order: "newest" }),
  };
  const phases = [part, all, all].map((dates, at) => ({
    number: at + 1,
    failing: all.filter((date) => fails.get(date) > at),
    breaking: all.filter((date) => breaks.get(date) > at),
    options: {
      ...options,
      backfillId: `b${at + 1}`,
      startDate: dates[0],
      endDate: dates.at(-1),
      reprocess: at === 0 ? "none" : "failed",
    },
  }));
  return {
    ...{ folder, dag, phases },
    store: join(folder, "runs.sqlite"),
    journal: join(folder, "journal"),
    file: join(folder, "scene.json"),
    takes: random.pick([1, 20, 80]),
    inFlight: random.pick(["restart", "attach"]),
  };
}

/** One backfill, killed and resumed until it has ended. */
async function play(scene, random, most, figures) {
  writeFileSync(scene.file, JSON.stringify(scene));
  const { number, options } = scene.phase;
  const problem = (text) =>
    figures.problems.push(`${text} (backfill ${number}, seed ${figures.seed}, ${scene.folder})`);
  const phase = await newPhase(scene, await planWithoutChunks(scene, options), problem);
  const kills = random.integer(1, 6);
  for (let life = 0; ; life += 1) {
    const one = born(scene, "chunks_worker.mjs", life);
    await one.driving;
    if (phase.kills < kills && figures.kills < most) {
      await Promise.race([one.ended, sleep(random.integer(0, 250))]);
      one.child.kill("SIGKILL");
    }
    const { code, killed, errors } = await one.ended;
    if (killed) {
      phase.kills += 1;
      figures.kills += 1;
      expire(scene, one.pid);
      await checkBetweenLives(phase);
      continue;
    }
    if (code !== 0) problem(`the process ended with ${code}: ${errors}`);
    break;
  }
  await checkPhase(phase, figures);
}

/** The dates that the same backfill would start without chunks. */
async function planWithoutChunks(scene, { chunk: _, backfillId: __, ...options }) {
  const { runs } = await withStore(scene, (store) => previewOf(options, store)).then(
    (preview) => preview ?? previewOf(options),
  );
  return runs.filter(({ action }) => action !== "skip").map(({ executionDate }) => executionDate);
}

function previewOf(options, store) {
  return new BackfillService({ dags: [dag], ...(store && { store }) }).preview(options);
}
