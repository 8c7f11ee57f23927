// The runs that exist already, as the core wants them: columns.

import { RUN_STATES, RUN_TYPES } from "../codes.js";
import { HistoryBuilder } from "../store/history.js";
import type { RunHistory, RunRecord, RunState, RunStore } from "../store/store.js";
import type { ExistingRuns } from "./existing_runs.js";

export interface History {
  runs: ExistingRuns;
  /** Bit 0: its owner is dead, and no backfill can be resumed that goes on with it. The bits above: the place of its type in RUN_TYPES. */
  flags: Uint8Array;
  /** The runs whose id is not the default one of their type and date. */
  ownIds: { places: Uint32Array; ids: string[] };
}

/** Whether the run of a record was abandoned: it is queued or running and its owner's lease has expired.
 *  Under the lease `held` no other process drives, so what names it was left behind. */
export function abandonment(
  store: RunStore,
  held?: string,
): (run: { state: RunState; owner?: string | undefined }) => Promise<boolean> {
  const alive = new Map<string, boolean>();
  return async ({ state, owner }) => {
    if ((state !== "queued" && state !== "running") || owner === undefined) return false;
    if (owner === held) return true;
    let lives = alive.get(owner);
    if (lives === undefined) {
      lives = (await store.readLease(owner)) !== null;
      alive.set(owner, lives);
    }
    return !lives;
  };
}

/** The runs of a DAG with execution dates in [from, to]. `held` names the lease of the process that is going to run the plan;
 *  `needsConf`: runs that are run again keep their conf. */
export async function loadHistory(
  store: RunStore,
  dagId: string,
  from: number,
  to: number,
  held?: string,
  needsConf = held !== undefined,
): Promise<History> {
  const told = await store.listHistory?.({ dagId, from, to });
  // A history without details knows no conf.
  if (told !== undefined && (told.details !== undefined || !needsConf))
    return complete(told, store, dagId, held);
  return complete(await listedHistory(store, dagId, from, to), store, dagId, held);
}

/** The ids of the backfills of a DAG that have not ended. */
export async function unfinishedIds(store: RunStore, dagId: string): Promise<ReadonlySet<string>> {
  return new Set((await store.listBackfills({ dagId, unfinished: true })).map(({ id }) => id));
}

/** Records that are asked for at once. */
const PAGE = 10_000;

/** The history of a store that has no columns, read page by page. */
async function listedHistory(store: RunStore, dagId: string, from: number, to: number): Promise<RunHistory> {
  const builder = new HistoryBuilder();
  let first = from;
  for (;;) {
    const page = await store.listRuns({ dagId, from: first, to, limit: PAGE });
    for (const run of page) builder.addRecord(run);
    const last = page.at(-1);
    // A store that knows no limit answers all at once.
    if (page.length !== PAGE || last === undefined) return builder.history();
    first = Date.parse(last.executionDate) + 1;
  }
}

const IN_FLIGHT = RUN_STATES.indexOf("running");

async function complete(
  history: RunHistory,
  store: RunStore,
  dagId: string,
  held?: string,
): Promise<History> {
  const { state } = history;
  const details = history.details ?? readIds(history);
  const columns = columnsOf({ ...history, details });
  const abandoned = abandonment(store, held);
  const listed = history.details === undefined ? await inFlightRuns(history, store, dagId) : [];
  const told = (name: "owner" | "backfillId", place: number) =>
    history.details?.texts[name]?.[place] ?? listed[place]?.[name];
  let unfinished: ReadonlySet<string> | undefined;
  for (let place = 0; place < state.length; place += 1) {
    const code = state[place] as number;
    if (code > IN_FLIGHT) continue;
    const owner = told("owner", place) ?? undefined;
    if (!(await abandoned({ state: RUN_STATES[code] ?? "queued", owner }))) continue;
    // Runs that an interrupted backfill left are in flight: only resuming that backfill goes on with them.
    unfinished ??= await unfinishedIds(store, dagId);
    if (!unfinished.has(told("backfillId", place) ?? ""))
      columns.flags[place] = (columns.flags[place] as number) | 1;
  }
  return columns;
}

/** A history of which no run was abandoned. */
export function columnsOf(history: RunHistory): History {
  const { executionMs, state, attempt, startMs, endMs } = history;
  const details = history.details ?? readIds(history);
  const places: number[] = [];
  const ids: string[] = [];
  for (const [place, id] of details.texts.runId?.entries() ?? []) {
    if (id === null) continue;
    places.push(place);
    ids.push(id);
  }
  return {
    runs: { executionMs, state, attempt, startMs, endMs, details },
    flags: details.runType.map((type) => type << 1),
    ownIds: { places: Uint32Array.from(places), ids },
  };
}

/** The types and ids of runs that are known by their columns alone: the type is the one that the id begins with. */
function readIds({ executionMs, runIds }: RunHistory): NonNullable<RunHistory["details"]> {
  const count = executionMs.length;
  const runId = runIds(0, count);
  const runType = Uint8Array.from(runId, (id) =>
    Math.max(
      0,
      RUN_TYPES.findIndex((type) => id.startsWith(`${type}__`)),
    ),
  );
  const none = () => new Float64Array(count).fill(Number.NaN);
  return { runType, startedMs: none(), finishedMs: none(), texts: { runId } };
}

/** By place: the runs that are in flight. */
async function inFlightRuns(
  { executionMs, state }: RunHistory,
  store: RunStore,
  dagId: string,
): Promise<RunRecord[]> {
  const found: RunRecord[] = [];
  if (!state.some((code) => code <= IN_FLIGHT)) return found;
  const [from, to] = [executionMs[0] as number, executionMs.at(-1) as number];
  const places = new Map(Array.from(executionMs, (date, place) => [date, place]));
  for (const run of await store.listRuns({ dagId, from, to, states: ["queued", "running"] })) {
    const place = places.get(Date.parse(run.executionDate));
    if (place !== undefined) found[place] = run;
  }
  return found;
}
