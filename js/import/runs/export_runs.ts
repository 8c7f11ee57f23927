// A history as text, to be read by importRuns elsewhere.
import type { RunRecord } from "../../face.js";
import { reading, wrong } from "../../options.js";
import { asObject } from "../json_values.js";

/** Records as JSON, one a line, which `importRuns` and `dagfill import-runs` read. What only the writing store knows (the owner of
 *  a run in flight) stays out. INVALID_OPTION, with its place, for what is no run. */
export function exportRuns(runs: Iterable<RunRecord>): string {
  const iterator = reading("runs", () => (runs as Iterable<RunRecord> | null)?.[Symbol.iterator]);
  if (typeof runs === "string" || typeof iterator !== "function")
    throw wrong("runs", "a list of runs, such as what listRuns of a store answers", runs);
  const lines: string[] = [];
  const add = (value: unknown) => {
    const path = `runs[${lines.length}]`;
    const { executionDate, state } = asObject(value) ?? {};
    if (typeof executionDate !== "string" || typeof state !== "string")
      throw wrong(path, "a run with executionDate and state", value);
    const { owner, ...run } = value as RunRecord;
    lines.push(reading(path, () => JSON.stringify(run)));
  };
  reading("runs", () => {
    for (const run of runs) add(run);
  });
  return `{"dagfill":"runs","version":1,"runs":[\n${lines.join(",\n")}\n]}\n`;
}
