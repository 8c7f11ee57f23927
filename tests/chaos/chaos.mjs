// Backfills on the SQLite store whose processes are killed at random moments, and starts that race.
//
//   npm run chaos -- --kills 200 --rounds 50 --seed 42
import { parseArgs } from "node:util";
import { survive } from "./kills.mjs";
import { race } from "./race.mjs";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    rounds: { type: "string", default: "50" },
    processes: { type: "string", default: "8" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});

const say = (text) => console.log(text);
const seconds = (start) => `${((performance.now() - start) / 1_000).toFixed(1)} s`;

const killStart = performance.now();
say(`kills, seed ${values.seed}`);
const kills = await survive({ kills: Number(values.kills), seed: Number(values.seed), say });
const { problems: _, ...killFigures } = kills;
say(`kills in ${seconds(killStart)}: ${JSON.stringify(killFigures)}`);

const raceStart = performance.now();
const races = await race({ processes: Number(values.processes), rounds: Number(values.rounds), say });
const { problems: __, ...raceFigures } = races;
say(`race in ${seconds(raceStart)}: ${JSON.stringify(raceFigures)}`);

const problems = [...kills.problems, ...races.problems];
for (const problem of problems) console.error(problem);
say(`${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
