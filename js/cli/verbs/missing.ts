// dagfill missing: the dates of a range without a successful run.
import { type MissingDates, missing } from "../../face.js";
import { rangeOf, zoneOf } from "../bounds.js";
import { flags } from "../flags.js";
import { foreignRuns } from "../foreign_history.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import { type Column, table } from "../table.js";
import type { Terminal } from "../terminal.js";
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
  flags: [...flags.dag, ...flags.span, ...flags.history, ...flags.missing, ...flags.store, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const dag = chooseDag(await loadDagFile(path), values.dagId);
    const range = rangeOf(values, zoneOf(dag));
    const options = {
      now: Date.now(),
      ...(values.treatFailedAs !== undefined && { treatFailedAs: values.treatFailedAs as "missing" }),
      ...(values.coverage !== undefined && { coverage: values.coverage as "date" }),
    };
    const found = await missingIn();
    if (json) terminal.line(JSON.stringify(found));
    else show(found, terminal);
    return exitCodes.ok;

    async function missingIn(): Promise<MissingDates> {
      const runs = await foreignRuns(values, dag, notices);
      if (runs !== undefined) return missing(dag, runs, range, options);
      const store = await world.openStore(values.store, "read", notices);
      return missing(dag, store, range, options).finally(() => store.close());
    }
  },
};

function show({ ranges, count, warnings = [] }: MissingDates, terminal: Terminal): void {
  terminal.line(`${count} ${count === 1 ? "date has" : "dates have"} no successful run`);
  if (ranges.length > 0) terminal.line();
  for (const line of table(columns, ranges, terminal)) terminal.line(line);
  for (const { code, message } of warnings)
    terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${message}`);
}
