// dagfill missing: the dates of a range without a successful run.
import { type Dag, type KnownRun, type MissingDates, missing } from "../../face.js";
import { rangeOf } from "../bounds.js";
import { flags } from "../flags.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { exitCodes } from "../report_error.js";
import { type Column, table } from "../table.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";
import { readSource } from "./import_dag.js";

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
    const range = rangeOf(values, dag.timeZone);
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
      if (values.history !== undefined)
        return missing(dag, await runsOf(String(values.history), dag, notices), range, options);
      const store = await world.openStore(values.store, "read", notices);
      return missing(dag, store, range, options).finally(() => store.close());
    }
  },
};

function show({ ranges, count, offGrid, warnings = [] }: MissingDates, terminal: Terminal): void {
  terminal.line(`${count} ${count === 1 ? "date has" : "dates have"} no successful run`);
  if (ranges.length > 0) terminal.line();
  for (const line of table(columns, ranges, terminal)) terminal.line(line);
  if (offGrid > 0)
    terminal.line(
      `${terminal.paint("yellow", "warning")} ${offGrid === 1 ? "1 run of the range stands" : `${offGrid} runs of the range stand`} on no date of the schedule`,
    );
  for (const { code, message } of warnings)
    terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${message}`);
}

/** The runs of a file, in any of the forms that import-runs reads; what is left out of it is told. */
async function runsOf(path: string, dag: Dag, notices: Terminal): Promise<Iterable<KnownRun>> {
  const { importRuns } = await import("../../import.js");
  const { runs, left } = importRuns(readSource(path), { dag });
  for (const { reason, count } of left) notices.line(`left out of ${path}: ${count} (${reason})`);
  return runs;
}
