// bench/ratios.json: the ratios of benchmarks, a record each time that `npm run bench -- --record` has measured them. Ratios to a peer that
// is measured beside them, because times of different machines and days cannot be compared.
import { readFileSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { ask, root } from "./process.mjs";

const file = join(root, "bench", "ratios.json");
/** A ratio below this part of the one before is a regression; ratios of one commit differ by up to a fifth on a busy machine. */
const LEAST = 0.7;

/** The records, oldest first: `{ date, commit, node, machine, ratios }`. */
export function readRecords() {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** Appends a record of these ratios. */
export function record(ratios) {
  const entry = {
    date: new Date().toISOString().slice(0, 10),
    commit: ask("git", ["rev-parse", "--short=12", "HEAD"]),
    node: process.version,
    machine: `${cpus()[0]?.model ?? process.arch}, ${availableParallelism()} cores`,
    ratios,
  };
  writeFileSync(file, `${JSON.stringify([...readRecords(), entry], null, 2)}\n`);
}

/** What has become slower, in words: each ratio of the last record beside the newest one before it that has the ratio, too. */
export function regressions(records) {
  const last = records.at(-1);
  return Object.entries(last?.ratios ?? {}).flatMap(([name, now]) => {
    const before = records.slice(0, -1).findLast(({ ratios }) => ratios[name] !== undefined);
    if (before === undefined || now >= LEAST * before.ratios[name]) return [];
    return [`${name}: ${now} times as fast as its peer, ${before.ratios[name]} on ${before.date}`];
  });
}
