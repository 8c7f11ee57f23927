// Processes on the SQLite store that are killed and frozen at random moments, and starts that race.
//
//   npm run chaos -- --kills 200 --lanes 2 --rounds 50 --seed 42
//   npm run chaos -- --scene 1234567   plays one scene again
import { parseArgs } from "node:util";
import { chunks } from "./chunks.mjs";
import { newFigures, play, survive } from "./kills.mjs";
import { race } from "./race.mjs";
import { valves } from "./valve.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    lanes: { type: "string", default: "2" },
    rounds: { type: "string", default: "50" },
    processes: { type: "string", default: "8" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    scene: { type: "string" },
  },
});

const say = (text) => console.log(text);
const seconds = (start) => `${((performance.now() - start) / 1_000).toFixed(1)} s`;

async function chaos() {
  const start = performance.now();
  say(`kills, seed ${values.seed}`);
  const kills = await survive({
    kills: Number(values.kills),
    lanes: Number(values.lanes),
    seed: Number(values.seed),
    say,
  });
  say(`kills in ${seconds(start)}:`);
  printed(kills);

  const raceStart = performance.now();
  const races = await race({ processes: Number(values.processes), rounds: Number(values.rounds), say });
  const { problems, ...raceFigures } = races;
  say(`race in ${seconds(raceStart)}: ${JSON.stringify(raceFigures)}`);

  const valveStart = performance.now();
  const { problems: ofValves, ...valveFigures } = await valves({
    kills: Math.ceil(Number(values.kills) / 4),
    seed: Number(values.seed),
    say,
  });
  say(`canaries, breakers and chunks in ${seconds(valveStart)}: ${JSON.stringify(valveFigures)}`);

  const chunkStart = performance.now();
  const { problems: ofChunks, ...chunkFigures } = await chunks({
    kills: Math.ceil(Number(values.kills) / 3),
    seed: Number(values.seed),
    say,
  });
  say(`chunks in ${seconds(chunkStart)}: ${JSON.stringify(chunkFigures)}`);
  say(`chunks: ${chunkFigures.kills} kills, ${ofChunks.length} problems`);
  return [...kills.problems, ...problems, ...ofValves, ...ofChunks];
}

async function again(seed) {
  const figures = newFigures(seed);
  await play(seed, figures, say);
  printed(figures);
  return figures.problems;
}

function printed({ found, problems: _, ...figures }) {
  const { extraStarts, allowedExtra, extraStartsAttached, attached, ...done } = figures;
  say(
    Object.entries(done)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
  );
  say(`lost: ${found.lost}`);
  say(`acknowledged runs repeated: ${found.repeated}`);
  say(`(run, task, attempt) twice: ${found.twice}`);
  say(`cap exceeded: ${found.overCap}`);
  say(`rate exceeded: ${found.overRate}`);
  say(
    `started in a pause: ${found.afterPause}, behind a cancel: ${found.afterCancel}; left open: ${found.open}; other: ${found.other}`,
  );
  say(`extra starts with restart: ${extraStarts}, at most ${allowedExtra} (in flight x kills and freezes)`);
  say(`extra starts with attach: ${extraStartsAttached}, ${attached} attempts called again under their key`);
}

const problems = await (values.scene === undefined ? chaos() : again(Number(values.scene)));
for (const problem of problems) console.error(problem);
say(`${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
