// A history as text, to be read by importRuns elsewhere.
import { RUN_STATES, RUN_TYPES } from "../../codes.js";
import type { RunRecord } from "../../face.js";
import { reading, wrong } from "../../options.js";
import { instantMs } from "../../store/instant.js";
import { asObject, asText, type Fields } from "../json_values.js";

/** Records as JSON, one a line, which `importRuns` and `dagfill import-runs` read. What only the writing store knows (the owner of
 *  a run in flight) stays out. INVALID_OPTION, with its place, for what is no run. */
export function exportRuns(runs: Iterable<RunRecord>): string {
  const iterator = reading("runs", () => (runs as Iterable<RunRecord> | null)?.[Symbol.iterator]);
  if (typeof runs === "string" || typeof iterator !== "function")
    throw wrong("runs", "a list of runs, such as what listRuns of a store answers", runs);
  const lines: string[] = [];
  const add = (value: unknown) => {
    const path = `runs[${lines.length}]`;
    const members = asObject(value) ?? {};
    if (typeof members.executionDate !== "string" || typeof members.state !== "string")
      throw wrong(path, "a run with executionDate and state", value);
    checkRun(members, path);
    const { owner, ...run } = value as RunRecord;
    lines.push(reading(path, () => JSON.stringify(run)));
  };
  reading("runs", () => {
    for (const run of runs) add(run);
  });
  return `{"dagfill":"runs","version":1,"runs":[\n${lines.join(",\n")}\n]}\n`;
}

/** Refuses a run that an import could not read again, while its store is at hand. */
function checkRun(run: Fields, path: string): void {
  for (const name of ["runId", "dagId"])
    if (typeof run[name] !== "string") throw wrong(`${path}.${name}`, "a text", run[name]);
  for (const [name, words] of [
    ["state", RUN_STATES],
    ["runType", RUN_TYPES],
  ] as const) {
    const word = asText(run[name]);
    if (!words.some((known) => known === word))
      throw wrong(`${path}.${name}`, `one of ${words.join(", ")}`, run[name]);
  }
  const interval = asObject(run.dataInterval);
  if (interval === undefined)
    throw wrong(`${path}.dataInterval`, "an interval, { start, end }", run.dataInterval);
  for (const [name, value] of [
    ["executionDate", run.executionDate],
    ["dataInterval.start", interval.start],
    ["dataInterval.end", interval.end],
  ] as const)
    if (instantMs(asText(value) ?? "") === undefined)
      throw wrong(`${path}.${name}`, "an instant with an offset", value);
}
