// dagfill list: the backfills of a store.
import { BackfillService, type BackfillSummary, type RunStore } from "../../face.js";
import { shown } from "../../shown.js";
import { flags } from "../flags.js";
import { withLocalDates } from "../local_date.js";
import { endedOf } from "../progress.js";
import { exitCodes } from "../report_error.js";
import { showRows } from "../rows.js";
import { backfilledDags, listedIds, timeZoneOf } from "../stored_dag.js";
import type { Column } from "../table.js";
import type { Style } from "../terminal.js";
import type { Request, Verb } from "../verb.js";

export const list: Verb = {
  summary: "list the backfills of a store and their progress",
  positionals: [],
  flags: [...flags.dag, ...flags.unfinished, ...flags.store, ...flags.format, ...flags.json],
  async run(request) {
    const { values, notices, world } = request;
    const store = await world.openStore(values.store, "read", notices);
    try {
      const filter = {
        ...(typeof values.dagId === "string" && { dagId: values.dagId }),
        ...(values.unfinished === true && { unfinished: true }),
      };
      const summaries = await new BackfillService({ dags: [], store }).list(filter);
      const stored = await store.listBackfills(filter);
      const zones = new Map(stored.map(({ id, snapshot }) => [id, timeZoneOf(snapshot)]));
      const none = summaries.length > 0 ? "" : await noneText(store, values);
      showRows(summaries, columnsIn(zones), request, none);
      return exitCodes.ok;
    } finally {
      await store.close();
    }
  },
};

/** The text for an empty list: what was looked for, and which DAGs have backfills where this one has none. */
async function noneText(store: RunStore, { dagId, unfinished }: Request["values"]): Promise<string> {
  const what = unfinished === true ? "no unfinished backfills" : "no backfills";
  if (typeof dagId !== "string") return what;
  const ids = await backfilledDags(store);
  const others = ids.length === 0 || ids.includes(dagId) ? "" : `; the store has those of ${listedIds(ids)}`;
  return `${what} of ${shown(dagId)}${others}`;
}

const styles: Record<BackfillSummary["state"], Style> = {
  enqueued: "cyan",
  running: "cyan",
  paused: "yellow",
  awaiting_approval: "yellow",
  interrupted: "yellow",
  success: "green",
  failed: "red",
  canceled: "dim",
};

/** `zones`: by backfill. */
const columnsIn = (zones: ReadonlyMap<string, string | undefined>): Column<BackfillSummary>[] => [
  { title: "backfill", text: ({ backfillId }) => backfillId },
  { title: "state", text: ({ state }) => state, style: ({ state }) => styles[state] },
  { title: "ended", text: ({ progress }) => `${endedOf(progress)}/${progress.total}` },
  { title: "failed", text: ({ progress: { failed } }) => (failed === 0 ? "" : String(failed)), optional: 1 },
  {
    title: "canceled",
    text: ({ progress: { canceled } }) => (canceled === 0 ? "" : String(canceled)),
    optional: 1,
  },
  {
    title: "from",
    text: ({ backfillId, options }) => dateText(options.startDate, zones.get(backfillId)),
    optional: 2,
  },
  {
    title: "to",
    text: ({ backfillId, options }) => dateText(options.endDate, zones.get(backfillId)),
    optional: 2,
  },
  { title: "dag", text: ({ dagId }) => dagId },
  { title: "labels", text: ({ options }) => labelText(options.labels), optional: 3 },
  { title: "note", text: ({ options }) => options.note ?? "", optional: 4 },
];

function labelText(labels: Record<string, string> = {}): string {
  return Object.entries(labels)
    .map(([name, label]) => `${name}=${label}`)
    .join(",");
}

/** A bound as it was given; an instant on the clock of the backfill's zone. */
function dateText(date: Date | number | string, timeZone: string | undefined): string {
  return withLocalDates(typeof date === "string" ? date : new Date(date).toISOString(), timeZone);
}
