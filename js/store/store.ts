// The shapes every store speaks. Where runs live is the host's choice: memory.ts, sqlite.ts, indexeddb.ts or a store
// of its own; js/store/contract.ts says, store by store, what these words promise.
import type { RunState, RunType, TaskState } from "../codes.js";
import type { Json } from "../json.js";

/** Instants in UTC; half open: `start` belongs to it, `end` does not. */
export interface DataInterval {
  start: string;
  end: string;
}

export type { RunState, RunType, TaskState };

/** One run of one DAG for one logical date. Keyed by (dagId, runId), since run ids repeat between DAGs; (dagId,
 *  executionDate) is unique too. Instants may be written in every form of ISO 8601 that has an offset; they come back as
 *  `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only when they are not zero. */
export interface RunRecord {
  runId: string;
  dagId: string;
  executionDate: string;
  dataInterval: DataInterval;
  runType: RunType;
  state: RunState;
  conf: Record<string, Json>;
  backfillId?: string;
  /** Names this attempt of this run for engines and idempotent callbacks. */
  key?: string;
  /** Attempts that failed, of a run that is tried again; one that was lost with its process is none. */
  failures?: number;
  /** Run id of the chunk that this date is part of. */
  chunk?: string;
  /** Name of the lease of whoever drives the run; absent when it was started by somebody else. */
  owner?: string;
  /** Counts from 1. */
  attempt: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
  output?: Json;
}

/** One task of one run, keyed by (dagId, runId, taskId). */
export interface TaskInstance {
  dagId: string;
  runId: string;
  taskId: string;
  state: TaskState;
  attempt: number;
  /** Attempts that failed; one that was lost with its process is none. */
  failures?: number;
  startedAt?: string;
  finishedAt?: string;
  error?: { name: string; message: string };
}

/** The members that an update of a run sets. A member that is there and `undefined` is removed from the record; `runId`, `dagId`
 *  and `executionDate` are the run's identity and may only be repeated. */
export type RunChange = { [K in keyof RunRecord]?: RunRecord[K] | undefined };

/** Requests of other processes to the driver of a backfill. "finish" and "abort" cancel it; "approve" and "reject" answer a canary. */
export const REQUESTS = ["pause", "unpause", "finish", "abort", "approve", "reject"] as const;
export type Request = (typeof REQUESTS)[number];

/** A wrong change (no object, no such type, a member that is missing, unknown or of another type, a value that JSON cannot say) is
 *  INVALID_OPTION; an instant that does not exist or has no offset is INVALID_DATE. */
export type StoreChange =
  /** RUN_EXISTS when (dagId, executionDate) or (dagId, runId) is taken. */
  | { type: "create-run"; run: RunRecord }
  /** STORE_FAILED when there is no such run. With `ifState`: STALE_OWNER when the run is in none of these states, for
   *  then somebody else has moved it; `details.state` says where it is. INVALID_OPTION when `change` has another `dagId`, `runId` or
   *  `executionDate` than the run. */
  | { type: "update-run"; dagId: string; runId: string; change: RunChange; ifState?: RunState[] }
  /** Deletes task instances and XCom, keeps the run. */
  | { type: "clear-run"; dagId: string; runId: string }
  /** Adds the instance or replaces the one with its key. */
  | { type: "save-task-instance"; instance: TaskInstance }
  | { type: "set-xcom"; dagId: string; runId: string; taskId: string; key: string; value: Json }
  /** Adds a request to those of the backfill. Needs no fence: only the owner of the lease writes snapshots. */
  | { type: "request"; id: string; request: Request }
  /** Adds the backfill or replaces the one with its id. With `finished` its requests are deleted. */
  | { type: "save-backfill"; id: string; dagId: string; finished: boolean; snapshot: Json };

export interface RunQuery {
  dagId: string;
  /** Bounds of the execution date in epoch milliseconds, both included. */
  from?: number;
  to?: number;
  /** Only runs in one of these states; an empty list matches none. The same holds for `runTypes`. */
  states?: RunState[];
  runTypes?: RunType[];
  /** By execution date. Default "asc", oldest first. */
  order?: "asc" | "desc";
  /** At most so many runs. Default: all. */
  limit?: number;
  /** The `runId` of the last run of the page before (its `executionDate` is understood too): the answer goes on behind it. */
  after?: string;
}

/** Which runs a history or a count is about; bounds as in `RunQuery`. */
export interface HistoryQuery {
  dagId: string;
  from?: number;
  to?: number;
}

export interface CountQuery extends HistoryQuery {
  /** Only runs of these types; an empty list matches none. */
  runTypes?: RunType[];
  /** Only runs of this backfill. */
  backfillId?: string;
}

/** The runs of a DAG as columns, oldest first. All columns are of one length and the reader's own. */
export interface RunHistory {
  /** Execution dates in epoch milliseconds. */
  executionMs: Float64Array;
  /** Places in "queued", "running", "success", "failed", "canceled". */
  state: Uint8Array;
  /** The data intervals in epoch milliseconds. */
  startMs: Float64Array;
  endMs: Float64Array;
  attempt: Uint32Array;
  /** The run ids of the runs from place `from` to `to`, `to` excluded. */
  runIds(from: number, to: number): string[];
  /** The other members of the records. Without it records that are made of the columns have the conf {}. */
  details?: RunDetails;
}

/** The rest of the records of a history. A column that says nothing of any run is absent. */
export interface RunDetails {
  /** Places in "backfill", "scheduled", "manual". */
  runType: Uint8Array;
  /** Epoch milliseconds; NaN where there is none. */
  startedMs: Float64Array;
  finishedMs: Float64Array;
  /** By column; null where the run has none. `runId`: only where it is not the default id of its type and date. `conf`: only where it
   *  is not {}. `conf`, `error` and `output` are JSON texts. */
  texts: Partial<Record<DetailColumn, (string | null)[]>>;
}
export type DetailColumn = "runId" | "conf" | "backfillId" | "owner" | "key" | "chunk" | "error" | "output";

/** Ownership that its holder has to renew before `ttlMs` is over. */
export interface Lease {
  /** Higher with each acquisition of the name; the fence of `apply`. */
  readonly epoch: number;
  /** Starts the time anew. false: the lease was released or has gone to somebody else, and the holder must stop. A lease
   *  that expired and that nobody took is renewed. */
  renew(): Promise<boolean>;
  /** Gives the lease back; does nothing when it is no longer held. */
  release(): Promise<void>;
}

/** The lease under which a batch was decided. */
export interface Fence {
  lease: string;
  epoch: number;
}

/** Where runs live. Reads answer what `apply` has acknowledged, as copies that are the reader's own.
 *
 *  A call that cannot be answered rejects with a DagfillError: INVALID_OPTION for a wrong argument (a query with an unknown member or one of
 *  another type), STORE_FAILED when the store cannot read or write, or is closed. `storeContract` of `dagfill/store/contract` tests all of it. */
export interface RunStore {
  /** false: nothing survives the process. */
  readonly durable: boolean;
  /** By execution date, oldest first unless "desc". INVALID_OPTION when `after` names no run of the DAG and is no instant. */
  listRuns(query: RunQuery): Promise<RunRecord[]>;
  /** Of one run, by task id. */
  listTaskInstances(dagId: string, runId: string): Promise<TaskInstance[]>;
  /** Of one run: task id, then key. */
  getXcom(dagId: string, runId: string): Promise<Record<string, Record<string, Json>>>;
  /** The snapshot that was saved last; null where there is none. */
  loadBackfill(id: string): Promise<Json | null>;
  /** In the order in which they were first saved. `unfinished: true` leaves the finished ones out. */
  listBackfills(query?: { dagId?: string; unfinished?: boolean }): Promise<{ id: string; snapshot: Json }[]>;
  /** All of `changes` in order in one transaction: all or nothing, durable when the promise fulfils. The driver hands over
   *  everything that one turn of the event loop produced, so that a thousand state changes cost one commit.
   *
   *  With a fence the whole batch is refused (STALE_OWNER without `details.index`) when the lease has another epoch by
   *  now; a lease that expired or was released, and that nobody has taken since, still lets its last holder write. A
   *  refused change is named by `details.index`, also one that is INVALID_OPTION or INVALID_DATE; `changes` that are no list have none. A store
   *  that cannot write raises STORE_FAILED. */
  apply(changes: readonly StoreChange[], fence?: Fence): Promise<void>;
  /** The runs of a DAG as columns, where the store can tell them without making records. A planner that has a million runs to look at
   *  uses it instead of `listRuns`. */
  listHistory?(query: HistoryQuery): Promise<RunHistory>;
  /** The requests of other processes to the driver of a backfill, oldest first; `seq` grows with each request of the store. */
  listRequests?(id: string): Promise<{ seq: number; request: Request }[]>;
  /** How many runs are in each state, where the store can tell it without reading the records. */
  countRuns?(query: CountQuery): Promise<Record<RunState, number>>;
  /** Exclusive, expiring ownership. One lease a DAG (`dag:<dagId>`), so that two processes never drive one DAG's
   *  backfills. null: somebody else holds it. Each acquisition has a higher epoch, also one by the owner that holds it
   *  already, whose earlier epoch is stale from then on: an owner is one driver, not one process. INVALID_OPTION for an empty name or owner,
   *  and for a time that is not finite and above 0. */
  acquireLease(name: string, owner: string, ttlMs: number): Promise<Lease | null>;
  /** null: nobody holds it; never taken, released, or expired. */
  readLease(name: string): Promise<{ owner: string; epoch: number; expiresAt: number } | null>;
  /** Batches that were handed to `apply` before are still written. Every later call but `close` raises STORE_FAILED. */
  close(): Promise<void>;
}
