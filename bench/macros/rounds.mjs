// Rounds of several engines in turn, so that a machine whose speed changes is as fast or as slow for each of them.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { median } from "../median.mjs";

const script = fileURLToPath(new URL("run.mjs", import.meta.url));
const ROUNDS = 15;

/** name -> milliseconds of each round after the first, which warms up, and a hash of what was rendered. */
export async function rounds(names, ...kind) {
  const rows = {};
  for (const name of names) {
    rows[name] = { child: fork(script, [name, ...kind], { execArgv: ["--expose-gc"] }), times: [] };
  }
  for (let round = 0; round <= ROUNDS; round++) {
    for (const row of Object.values(rows)) {
      row.child.send("round");
      const [{ time, hash }] = await once(row.child, "message");
      if (round > 0) row.times.push(time);
      row.hash = hash;
    }
  }
  for (const { child } of Object.values(rows)) child.disconnect();
  return rows;
}

/** How many times as fast one is as the other: the median of the rounds, each with the other's beside it. */
export function timesAsFast(row, peer) {
  return median(row.times.map((time, round) => peer.times[round] / time));
}
