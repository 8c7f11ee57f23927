// A history as text, to be read by importRuns elsewhere.
import type { RunRecord } from "../../face.js";

/** Records as JSON, one a line, which `importRuns` and `dagfill import-runs` read. What only the writing store knows (the owner of
 *  a run in flight) stays out. */
export function exportRuns(runs: Iterable<RunRecord>): string {
  const lines: string[] = [];
  for (const { owner, ...run } of runs) lines.push(JSON.stringify(run));
  return `{"dagfill":"runs","version":1,"runs":[\n${lines.join(",\n")}\n]}\n`;
}
