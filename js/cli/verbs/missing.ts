// dagfill missing: the dates of a range without a successful run.
import { type MissingDates, missing, type RunRecord } from "../../face.js";
import { rangeOf, zoneOf } from "../bounds.js";
import { firstFew } from "../first_few.js";
import { flags } from "../flags.js";
import { foreignRuns } from "../foreign_history.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { localDate, withLocalDates } from "../local_date.js";
import { exitCodes } from "../report_error.js";
import { type Column, table } from "../table.js";
import type { Terminal } from "../terminal.js";
import type { Verb } from "../verb.js";

const columnsIn = (timeZone: string | undefined): Column<MissingDates["ranges"][number]>[] => [
  { title: "from", text: ({ start }) => localDate(start, timeZone) },
  { title: "to", text: ({ end }) => localDate(end, timeZone) },
  { title: "dates", text: ({ count }) => String(count) },
  { title: "reason", text: ({ reason }) => reason },
];

export const missingDates: Verb = {
  summary: "list the dates of a range without a successful run",
  positionals: ["FILE"],
  flags: [...flags.dag, ...flags.span, ...flags.history, ...flags.missing, ...flags.store, ...flags.json],
  async run({ positionals: [path = ""], values, terminal, notices, json, world }) {
    const dag = chooseDag(await loadDagFile(path), values.dagId);
    const timeZone = zoneOf(dag);
    const range = rangeOf(values, timeZone);
    const options = {
      now: Date.now(),
      ...(values.treatFailedAs !== undefined && { treatFailedAs: values.treatFailedAs as "missing" }),
      ...(values.coverage !== undefined && { coverage: values.coverage as "date" }),
    };
    let inFlight: RunRecord[] = [];
    const found = await missingIn();
    inFlight = inFlight.filter(({ executionDate }) => isIn(range, executionDate));
    if (json)
      terminal.line(
        JSON.stringify({ ...found, inFlight: inFlight.map(({ executionDate }) => executionDate) }),
      );
    else {
      show(found, timeZone, terminal);
      showInFlight(inFlight, timeZone, terminal);
    }
    return exitCodes.ok;

    async function missingIn(): Promise<MissingDates> {
      const runs = await foreignRuns(values, dag, notices);
      if (runs !== undefined) {
        inFlight = runs.filter(isInFlight);
        return missing(dag, runs, range, options);
      }
      const store = await world.openStore(values.store, "read", notices);
      try {
        const query = { dagId: dag.dagId, states: [...IN_FLIGHT], from: range.start, to: range.end };
        inFlight = await store.listRuns(query);
        return await missing(dag, store, range, options);
      } finally {
        await store.close();
      }
    }
  },
};

const IN_FLIGHT = ["running", "queued"] as const;

function isInFlight({ state }: RunRecord): boolean {
  return IN_FLIGHT.some((open) => open === state);
}

function isIn({ start, end }: { start: number; end: number }, date: string): boolean {
  return Date.parse(date) >= start && Date.parse(date) <= end;
}

/** Runs that have not ended are neither missing nor done. */
function showInFlight(runs: readonly RunRecord[], timeZone: string | undefined, terminal: Terminal): void {
  if (runs.length === 0) return;
  const dates = firstFew(runs, 3, ({ executionDate }) => localDate(executionDate, timeZone));
  const are = runs.length === 1 ? "1 date is" : `${runs.length} dates are`;
  terminal.line(
    `${terminal.paint("yellow", "in flight")}  ${are} running or queued and not counted: ${dates}; if another scheduler left them, import-runs --assume-dead P1D counts them as failed`,
  );
}

function show(
  { ranges, count, warnings = [] }: MissingDates,
  timeZone: string | undefined,
  terminal: Terminal,
): void {
  terminal.line(`${count} ${count === 1 ? "date has" : "dates have"} no successful run`);
  if (ranges.length > 0) terminal.line();
  for (const line of table(columnsIn(timeZone), ranges, terminal)) terminal.line(line);
  for (const { code, message } of warnings)
    terminal.line(`${terminal.paint("yellow", "warning")} ${code}: ${withLocalDates(message, timeZone)}`);
}
