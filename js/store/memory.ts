// Everything in maps. A change costs O(1); what is sorted is sorted when somebody reads.
import type { Json } from "../json.js";
import { callback, fields } from "../options.js";
import { HistoryBuilder } from "./history.js";
import { checkLease, isHeld, isOwn, type LeaseRow, taken } from "./lease.js";
import {
  byText,
  checkCountQuery,
  checkHistoryQuery,
  checkQuery,
  counted,
  firstFrom,
  noRuns,
  runSearch,
  selects,
} from "./query.js";
import { otherDate, otherState, runExists, staleOwner, storeClosed, unknownRun } from "./refusal.js";
import {
  type BackfillRow,
  type RequestRow,
  type RunRow,
  runRecord,
  type TaskRow,
  taskInstance,
} from "./row.js";
import { type RunUpdate, type Step, steps } from "./step.js";
import type {
  CountQuery,
  Fence,
  HistoryQuery,
  Lease,
  Request,
  RunHistory,
  RunQuery,
  RunRecord,
  RunState,
  RunStore,
  StoreChange,
  TaskInstance,
} from "./store.js";

/** The runs of one DAG. */
interface Shelf {
  byId: Map<string, RunRow>;
  /** Made when the first run comes out of order; as long as each is later than the one before, none can meet another. */
  byDate: Map<number, RunRow> | null;
  /** All runs; by execution date while `sorted`. */
  rows: RunRow[];
  sorted: boolean;
}

type Undo = () => void;

/** The default: keeps everything in memory, and says so (`durable` is false). */
export class MemoryStore implements RunStore {
  /** @internal Minifying renames classes. */
  static readonly name: string = "MemoryStore";
  /** @internal Vue puts no proxy around it then, which its private fields would refuse. */
  readonly __v_skip = true;
  readonly durable = false;
  readonly #shelves = new Map<string, Shelf>();
  /** By run (see `runKey`), then by task id. */
  readonly #tasks = new Map<string, Map<string, TaskRow>>();
  /** By run, then by task id, then by key; the values are JSON text. */
  readonly #xcom = new Map<string, Map<string, Map<string, string>>>();
  readonly #backfills = new Map<string, BackfillRow>();
  #requests: (RequestRow & { seq: number })[] = [];
  #nextRequest = 1;
  readonly #leases = new Map<string, LeaseRow>();
  readonly #now: () => number;
  #closed = false;

  /** `now` is the clock of the leases, epoch milliseconds; default `Date.now`. */
  constructor(options: { now?: () => number } = {}) {
    const { now } = fields(options, "options", { now: callback<() => number>() });
    this.#now = now ?? Date.now;
  }

  async apply(changes: readonly StoreChange[], fence?: Fence): Promise<void> {
    this.#open();
    const planned = steps(changes);
    if (fence !== undefined) {
      const current = this.#leases.get(fence.lease)?.epoch ?? 0;
      if (current !== fence.epoch) throw staleOwner(fence.lease, fence.epoch, current);
    }
    const undo: Undo[] = [];
    let index = 0;
    try {
      for (const step of planned) {
        this.#take(step, index, undo);
        index += 1;
      }
    } catch (error) {
      for (const back of undo.reverse()) back();
      throw error;
    }
  }

  #take(step: Step, index: number, undo: Undo[]): void {
    switch (step.type) {
      case "create-run":
        this.#createRun(step.row, index, undo);
        return;
      case "update-run":
        this.#updateRun(step, index, undo);
        return;
      case "clear-run": {
        const run = runKey(step.dagId, step.runId);
        replace(this.#tasks, run, undefined, undo);
        replace(this.#xcom, run, undefined, undo);
        return;
      }
      case "save-task-instance": {
        const { row } = step;
        const run = runKey(row.dagId, row.runId);
        const tasks = this.#tasks.get(run);
        if (tasks === undefined) replace(this.#tasks, run, new Map([[row.taskId, row]]), undo);
        else replace(tasks, row.taskId, row, undo);
        return;
      }
      case "set-xcom": {
        const { dagId, runId, taskId, key, value } = step.row;
        const run = runKey(dagId, runId);
        const tasks = this.#xcom.get(run);
        const entries = tasks?.get(taskId);
        if (tasks === undefined) replace(this.#xcom, run, new Map([[taskId, new Map([[key, value]])]]), undo);
        else if (entries === undefined) replace(tasks, taskId, new Map([[key, value]]), undo);
        else replace(entries, key, value, undo);
        return;
      }
      case "request":
        this.#requests.push({ seq: this.#nextRequest++, ...step.row });
        undo.push(() => this.#requests.pop());
        return;
      case "save-backfill":
        replace(this.#backfills, step.row.id, step.row, undo);
        if (step.row.finished) this.#dropRequests(step.row.id, undo);
        return;
    }
  }

  #dropRequests(id: string, undo: Undo[]): void {
    const before = this.#requests;
    if (!before.some((request) => request.id === id)) return;
    this.#requests = before.filter((request) => request.id !== id);
    undo.push(() => {
      this.#requests = before;
    });
  }

  #createRun(row: RunRow, index: number, undo: Undo[]): void {
    let shelf = this.#shelves.get(row.dagId);
    if (shelf === undefined) {
      shelf = { byId: new Map(), byDate: null, rows: [], sorted: true };
      this.#shelves.set(row.dagId, shelf);
    }
    const { byId, rows } = shelf;
    const last = rows[rows.length - 1];
    const inOrder = last === undefined || last.executionMs < row.executionMs;
    if (!inOrder) shelf.byDate ??= new Map(rows.map((other) => [other.executionMs, other]));
    if (byId.has(row.runId) || shelf.byDate?.has(row.executionMs)) {
      throw runExists(index, row.dagId, row.runId, row.executionMs);
    }
    byId.set(row.runId, row);
    shelf.byDate?.set(row.executionMs, row);
    rows.push(row);
    if (!inOrder) shelf.sorted = false;
    undo.push(() => {
      byId.delete(row.runId);
      shelf.byDate?.delete(row.executionMs);
      rows.pop();
    });
  }

  #updateRun(update: RunUpdate, index: number, undo: Undo[]): void {
    const { dagId, runId, columns, executionMs, ifState } = update;
    const row = this.#shelves.get(dagId)?.byId.get(runId);
    if (row === undefined) throw unknownRun(index, dagId, runId);
    if (ifState !== undefined && !ifState.includes(row.state)) {
      throw otherState(index, dagId, runId, row.state, ifState);
    }
    if (executionMs !== undefined && executionMs !== row.executionMs) {
      throw otherDate(index, row.executionMs, executionMs);
    }
    const before: Partial<RunRow> = {};
    for (const column in columns) copyColumn(row, before, column as keyof RunRow);
    Object.assign(row, columns);
    undo.push(() => Object.assign(row, before));
  }

  /** @internal Takes out the runs of a DAG that no backfill has run, and returns the others. */
  forget(dagId: string): readonly RunRow[] {
    const rows = this.#shelves.get(dagId)?.rows.filter(({ backfillId }) => backfillId) ?? [];
    this.#shelves.delete(dagId);
    for (const row of rows) this.#createRun(row, 0, []);
    return rows;
  }

  async listRuns(query: RunQuery): Promise<RunRecord[]> {
    this.#open();
    checkQuery(query);
    const shelf = this.#shelves.get(query.dagId);
    const after = query.after === undefined ? undefined : shelf?.byId.get(query.after)?.executionMs;
    const search = runSearch(query, after);
    const found: RunRecord[] = [];
    for (const row of this.#between(search)) {
      if (found.length >= search.limit) break;
      if (selects(search, row)) found.push(runRecord(row));
    }
    return found;
  }

  /** The runs of a DAG with execution dates in [from, to], in the order that was asked for. */
  *#between(search: { dagId: string; from: number; to: number; descending?: boolean }): Iterable<RunRow> {
    const shelf = this.#shelves.get(search.dagId);
    if (shelf === undefined) return;
    const { rows } = shelf;
    if (!shelf.sorted) {
      rows.sort((a, b) => a.executionMs - b.executionMs);
      shelf.sorted = true;
    }
    const first = firstFrom(rows, search.from);
    const end = firstFrom(rows, search.to + 1);
    for (let step = 0; step < end - first; step += 1) {
      yield rows[search.descending ? end - 1 - step : first + step] as RunRow;
    }
  }

  async listHistory(query: HistoryQuery): Promise<RunHistory> {
    this.#open();
    const builder = new HistoryBuilder();
    for (const row of this.#between(checkHistoryQuery(query))) builder.add(row);
    return builder.history();
  }

  async countRuns(query: CountQuery): Promise<Record<RunState, number>> {
    this.#open();
    const search = checkCountQuery(query);
    const counts = noRuns();
    for (const row of this.#between(search)) if (counted(search, row)) counts[row.state] += 1;
    return counts;
  }

  async listRequests(id: string): Promise<{ seq: number; request: Request }[]> {
    this.#open();
    return this.#requests
      .filter((request) => request.id === id)
      .map(({ seq, request }) => ({ seq, request }));
  }

  async listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]> {
    this.#open();
    const rows = [...(this.#tasks.get(runKey(dagId, runId))?.values() ?? [])];
    return rows.sort((a, b) => byText(a.taskId, b.taskId)).map(taskInstance);
  }

  async getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>> {
    this.#open();
    const tasks = this.#xcom.get(runKey(dagId, runId)) ?? new Map<string, Map<string, string>>();
    // fromEntries makes own members of every key, `__proto__` too.
    return Object.fromEntries(
      [...tasks].map(([taskId, entries]) => [
        taskId,
        Object.fromEntries([...entries].map(([key, value]) => [key, JSON.parse(value) as Json])),
      ]),
    );
  }

  async loadBackfill(id: string): Promise<Json | null> {
    this.#open();
    const row = this.#backfills.get(id);
    return row === undefined ? null : JSON.parse(row.snapshot);
  }

  async listBackfills(
    query: { dagId?: string; unfinished?: boolean } = {},
  ): Promise<{ id: string; snapshot: Json }[]> {
    this.#open();
    const found: { id: string; snapshot: Json }[] = [];
    for (const [id, row] of this.#backfills) {
      if (query.dagId !== undefined && row.dagId !== query.dagId) continue;
      if (query.unfinished === true && row.finished) continue;
      found.push({ id, snapshot: JSON.parse(row.snapshot) });
    }
    return found;
  }

  async acquireLease(leaseName: string, owner: string, ttlMs: number): Promise<Lease | null> {
    this.#open();
    checkLease(leaseName, owner, ttlMs);
    const row = taken(this.#leases.get(leaseName), leaseName, owner, ttlMs, this.#now());
    if (row === null) return null;
    this.#leases.set(leaseName, row);
    const { epoch } = row;
    return {
      epoch,
      renew: async () => {
        this.#open();
        const current = this.#leases.get(leaseName);
        if (!isOwn(current, epoch)) return false;
        this.#leases.set(leaseName, { ...current, expiresAt: this.#now() + ttlMs });
        return true;
      },
      release: async () => {
        const current = this.#leases.get(leaseName);
        if (isOwn(current, epoch)) this.#leases.set(leaseName, { ...current, owner: null, expiresAt: 0 });
      },
    };
  }

  async readLease(leaseName: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null> {
    this.#open();
    const row = this.#leases.get(leaseName);
    return isHeld(row, this.#now()) ? { owner: row.owner, epoch: row.epoch, expiresAt: row.expiresAt } : null;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #open(): void {
    if (this.#closed) throw storeClosed();
  }
}

/** One text for the two ids; a JSON list, so that no ids of two runs make the same one. */
function runKey(dagId: string, runId: string): string {
  return JSON.stringify([dagId, runId]);
}

/** Sets the key, or deletes it when `value` is undefined, and remembers how to put back what was there. */
function replace<K, V>(map: Map<K, V>, key: K, value: V | undefined, undo: Undo[]): void {
  const before = map.get(key);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  undo.push(() => {
    if (before === undefined) map.delete(key);
    else map.set(key, before);
  });
}

function copyColumn<C extends keyof RunRow>(from: RunRow, to: Partial<RunRow>, column: C): void {
  to[column] = from[column];
}
