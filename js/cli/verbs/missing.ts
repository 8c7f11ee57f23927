// dagfill missing: the dates of a range without a successful run.
import { readFile } from "node:fs/promises";
import { DagfillError } from "../../error.js";
import { type KnownRun, type MissingDates, missing, type RunStore } from "../../face.js";
import { flags } from "../flags.js";
import { readJsonText } from "../json_text.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import { type Column, table } from "../table.js";
import type { Verb } from "../verb.js";

const columns: Column<MissingDates["ranges"][number]>[] = [
  { title: "from", text: ({ start }) => start },
  { title: "to", text: ({ end }) => end },
  { title: "dates", text: ({ count }) => String(count) },
  { title: "reason", text: ({ reason }) => reason },
];

export const missingDates: Verb = {
  summary: "the dates of a range without a successful run",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.span, ...flags.missing, ...flags.store, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const dag = chooseDag(await loadDagFile(path), values.dagId);
    const range = { start: bound(values.from, "--from"), end: bound(values.to, "--to") };
    const options = {
      now: Date.now(),
      ...(values.treatFailedAs !== undefined && { treatFailedAs: values.treatFailedAs as "missing" }),
      ...(values.coverage !== undefined && { coverage: values.coverage as "date" }),
    };
    const store =
      values.history === undefined ? await world.openStore(values.store, "read", notices) : undefined;
    try {
      const existing =
        store === undefined
          ? await runsOf(String(values.history))
          : await store.listRuns({ dagId: dag.dagId });
      const found = missing(dag, existing, range, options);
      if (json) terminal.line(JSON.stringify(found));
      else show(found, terminal);
      return exitCodes.ok;
    } finally {
      await (store as RunStore | undefined)?.close();
    }
  },
};

function show(
  { ranges, count, offGrid }: MissingDates,
  terminal: Parameters<Verb["run"]>[0]["terminal"],
): void {
  terminal.line(`${count} ${count === 1 ? "date has" : "dates have"} no successful run`);
  if (ranges.length > 0) terminal.line();
  for (const line of table(columns, ranges, terminal)) terminal.line(line);
  if (offGrid > 0)
    terminal.line(
      `${terminal.paint("yellow", "warning")} ${offGrid} runs of the range stand on no date of the schedule`,
    );
}

/** A JSON list of runs, or an object with the list under `runs`. */
async function runsOf(path: string): Promise<Iterable<KnownRun>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new DagfillError("INVALID_OPTION", `--history: expected a file that can be read, got ${path}`, {
      cause,
    });
  }
  const value = readJsonText(text, "JSON with a list of runs", "INVALID_OPTION") as unknown;
  const runs = Array.isArray(value) ? value : (value as { runs?: unknown } | null)?.runs;
  if (Array.isArray(runs)) return runs as KnownRun[];
  throw new DagfillError("INVALID_OPTION", `--history: expected a list of runs in ${path}`, {
    hint: 'such as [{"executionDate": "2024-01-01T00:00:00Z", "state": "success"}]; import-runs reads what other systems write',
  });
}

function bound(value: unknown, field: string): string {
  if (typeof value === "string") return value;
  throw new DagfillError("INVALID_OPTION", `expected ${field} DATE`, {
    field,
    hint: "--from 2024-01-01 --to 2024-12-31",
  });
}
