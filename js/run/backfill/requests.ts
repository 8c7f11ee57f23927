// Requests to the driver of a backfill, from any process. Only the owner of the lease writes snapshots, so others append requests to the
// store; the owner reads them before it begins and while it drives.
import { DagfillError } from "../../error.js";
import type { Request, RunStore } from "../../store/store.js";
import type { Snapshot } from "./snapshot.js";

/** The part of a driver that requests steer. */
export interface Steered {
  pause(): void;
  resume(): void;
  cancel(abort: boolean): void;
  approve(verdict: boolean): void;
}

/** Half of what is promised, so that a store may take the other half for its answer. */
const EVERY_MS = 2_000;

/** Stores a request for whoever drives the backfill. */
export async function ask(store: RunStore, backfillId: string, request: Request): Promise<void> {
  if (store.listRequests !== undefined) return store.apply([{ type: "request", id: backfillId, request }]);
  throw new DagfillError("INVALID_OPTION", "store: expected one with listRequests, got one without", {
    field: "store",
    hint: "this store cannot pass requests to the driver: use the Backfill that start() returned",
  });
}

/** The requests since the last that was obeyed, oldest first. */
async function requestsSince(store: RunStore, backfillId: string, obeyed = 0) {
  const all = (await store.listRequests?.(backfillId)) ?? [];
  return all.filter(({ seq }) => seq > obeyed);
}

/** The same. From now on they count as obeyed: the next snapshot that is stored says so. */
async function newRequests(store: RunStore, backfillId: string, snapshot: Snapshot): Promise<Request[]> {
  const fresh = await requestsSince(store, backfillId, snapshot.obeyed);
  const last = fresh.at(-1);
  if (last !== undefined) snapshot.obeyed = last.seq;
  return fresh.map(({ request }) => request);
}

/** Whether anything was asked since the last request that was obeyed. */
export async function hasRequests(store: RunStore, backfillId: string, obeyed?: number): Promise<boolean> {
  return (await requestsSince(store, backfillId, obeyed)).length > 0;
}

/** The answer to a canary that was asked last, and not obeyed yet. */
export async function answered(
  store: RunStore,
  backfillId: string,
  obeyed?: number,
): Promise<"approve" | "reject" | undefined> {
  const asked = (await requestsSince(store, backfillId, obeyed)).map(({ request }) => request);
  return asked.findLast((request) => request === "approve" || request === "reject");
}

/** Obeys in a stored backfill, before it is driven again, what was asked while nobody drove it. */
export async function obeyStored(store: RunStore, backfillId: string, snapshot: Snapshot): Promise<void> {
  for (const request of await newRequests(store, backfillId, snapshot)) {
    if (request === "pause") snapshot.state = "paused";
    else if (request === "unpause") snapshot.state = "running";
    else if (request === "approve") snapshot.approval = "approved";
    else snapshot.canceling = true;
  }
}

/** Reads requests while a backfill is driven. */
export class RequestReader {
  readonly #read: () => Promise<Request[]>;
  readonly #driver: Steered;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ended = false;

  constructor(store: RunStore, backfillId: string, snapshot: Snapshot, driver: Steered) {
    this.#read = () => newRequests(store, backfillId, snapshot);
    this.#driver = driver;
    if (store.listRequests !== undefined) this.#wait();
  }

  /** Reads, and obeys. A store that fails here says so when it is written to. */
  async look(): Promise<void> {
    const requests = await this.#read().catch((): Request[] => []);
    if (this.#ended) return;
    for (const request of requests) this.#obey(request);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => void this.look().then(() => this.#wait()), EVERY_MS);
    // The lease keeps the process alive, not this.
    (this.#timer as { unref?: () => void }).unref?.();
  }

  #obey(request: Request): void {
    const driver = this.#driver;
    if (request === "pause") driver.pause();
    else if (request === "unpause") driver.resume();
    else if (request === "approve" || request === "reject") driver.approve(request === "approve");
    else driver.cancel(request === "abort");
  }
}
