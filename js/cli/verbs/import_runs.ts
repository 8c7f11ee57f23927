// dagfill import-runs: reads the history that another scheduler has of a DAG into a store.
import type { LeftRow } from "../../import/runs/import_runs.js";
import { flags } from "../flags.js";
import { readJsonText } from "../json_text.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import type { Verb } from "../verb.js";
import { readSource } from "./import_dag.js";

/** One text, or the pages of several files of JSON. */
function sourceOf(texts: readonly string[]): unknown {
  if (texts.length === 1) return texts[0];
  return texts.flatMap((text) => readJsonText(text, "JSON in each of several files", "INVALID_OPTION"));
}

/** A row that was left out, by its number, run id and value. */
function named({ row, runId, value }: LeftRow): string {
  return [`row ${row}`, runId, value].filter((part) => part !== undefined).join(": ");
}

export const importRuns: Verb = {
  summary: "import a DAG's history: airflow dags list-runs -o json, REST pages, CSV; - reads stdin",
  positionals: ["FILE", "HISTORY", "[MORE...]"],
  flags: [...flags.dag, ...flags.assumeDead, ...flags.store, ...flags.json],
  async run({ positionals: [path = "", ...histories], values, terminal, notices, json, world }) {
    const { importRuns: read, storeRuns } = await import("../../import.js");
    const dag = chooseDag(await loadDagFile(path), values.dagId);
    const {
      runs,
      left,
      leftRows = [],
    } = read(sourceOf(histories.map(readSource)), {
      dag,
      ...(values.assumeDead !== undefined && { assumeDead: values.assumeDead as string | number }),
    });
    const store = await world.openStore(values.store, "write", notices);
    try {
      const stored = await storeRuns(store, runs);
      if (json) terminal.line(JSON.stringify({ ...stored, left, leftRows }));
      else {
        const { created, updated, unchanged, kept } = stored;
        const parts = { created, updated, unchanged, "run by dagfill and kept": kept };
        const shown = Object.entries(parts).filter(([, count]) => count > 0);
        const counts = shown.map(([name, count]) => `${count} ${name}`).join(", ");
        const dates = runs.length === 1 ? "1 date" : `${runs.length} dates`;
        terminal.line(`${dag.dagId}: ${dates}${counts === "" ? "" : `: ${counts}`}`);
        for (const { reason, count } of left) {
          terminal.line(`  left out: ${count} (${reason})`);
          for (const row of leftRows) if (row.reason === reason) terminal.line(`    ${named(row)}`);
        }
      }
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};
