// Where a benchmark tells its ratios to `npm run bench -- --record`.
import { appendFileSync } from "node:fs";

/** Tells how many times as fast as its peer dagfill is; both have been measured in this process, or side by side. More is better. Without
 *  `--record` it does nothing. */
export function ratio(name, times) {
  const file = process.env.DAGFILL_BENCH_RATIOS;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify([name, Number(times.toPrecision(3))])}\n`);
}
