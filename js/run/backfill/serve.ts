// Drives what is enqueued or was interrupted, on one of any number of machines that share a store: the lease of a DAG decides who drives
// its backfills, and one that dies is followed by another when its lease expires.

import type { AbortSignalLike } from "../../abort_signal.js";
import { positiveDuration } from "../../duration.js";
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { fields, integer, signal, wrong } from "../../options.js";
import { iso } from "../../time.js";
import type { Hooks } from "../events/backfill_events.js";
import type { Host } from "../host/host.js";
import { leaseOf } from "../writing/lease_handle.js";
import type { BackfillHandle } from "./backfill_handle.js";
import { hasRequests } from "./requests.js";
import { fromStored } from "./snapshot.js";

interface CheckedServe {
  signal: AbortSignalLike;
  abort?: AbortSignalLike;
  maxBackfills: number;
  every: number;
}

export function readServe(options: unknown): CheckedServe {
  const read = fields<CheckedServe>(options, "options", {
    signal,
    abort: signal,
    maxBackfills: integer(1),
    every: positiveDuration,
  });
  if (read.signal === undefined) throw wrong("signal", "an AbortSignal that ends it", undefined);
  return { maxBackfills: 4, every: 1_000, ...read, signal: read.signal };
}

/** Errors of a take-up that another coordinator has won: nothing of it has begun here. */
const TAKEN = new Set(["BACKFILL_ACTIVE", "UNKNOWN_BACKFILL", "STALE_OWNER"]);

export class Server {
  readonly #host: Host;
  readonly #options: CheckedServe;
  readonly #hooks: Hooks;
  readonly #resume: (id: string) => Promise<BackfillHandle>;
  readonly #driven = new Map<string, Promise<BackfillHandle | undefined>>();
  readonly #told = new Map<string, string>();
  #wake: () => void = () => {};
  #refusal: DagfillError | undefined;

  constructor(
    host: Host,
    options: CheckedServe,
    hooks: Hooks,
    resume: (id: string) => Promise<BackfillHandle>,
  ) {
    this.#host = host;
    this.#options = options;
    this.#hooks = hooks;
    this.#resume = resume;
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    const stop = () => this.#wake();
    signal.addEventListener("abort", stop);
    const hasEnded = () => signal.aborted || this.#refusal !== undefined;
    void this.#checkEngine();
    try {
      while (!hasEnded()) {
        await this.#look().catch((error) => this.#warn("", "store_failed", failure(error).message));
        if (!hasEnded()) await this.#pause();
      }
      await this.#leave();
      if (this.#refusal !== undefined) throw this.#refusal;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  /** Ends it where the engine refuses for good, such as a wrong password. One that is away is waited for. */
  async #checkEngine(): Promise<void> {
    try {
      await this.#host.engine?.check?.([]);
    } catch (error) {
      if (!(error instanceof DagfillError) || error.code !== "ENGINE_FAILED" || this.#options.signal.aborted)
        return;
      this.#refusal = error;
      this.#wake();
    }
  }

  /** Takes up what is free, oldest first. */
  async #look(): Promise<void> {
    const { store, dags } = this.#host;
    const dagsSeen = new Set<string>();
    for (const { id, snapshot } of await store.listBackfills({ unfinished: true })) {
      if (this.#options.signal.aborted || this.#driven.size >= this.#options.maxBackfills) return;
      const { dagId, state, obeyed } = fromStored(id, snapshot);
      // Others of the same DAG wait behind the first.
      if (this.#driven.has(id) || !dags.has(dagId) || dagsSeen.has(dagId)) continue;
      if (state === "paused" && !(await hasRequests(store, id, obeyed))) continue;
      dagsSeen.add(dagId);
      if ((await store.readLease(leaseOf(dagId))) === null) this.#take(id, dagId);
    }
  }

  #take(id: string, dagId: string): void {
    const taken = this.#resume(id);
    const held = taken.catch((error: unknown) => {
      const { message } = failure(error);
      const code = error instanceof DagfillError ? error.code : "INTERNAL";
      if (!TAKEN.has(code))
        this.#warn(id, "not_taken_up", `backfill ${id} is not taken up: ${message}`, dagId);
      return undefined;
    });
    this.#driven.set(id, held);
    const ended = held.then((backfill) =>
      backfill?.result.then(
        () => {
          this.#told.delete(id);
          // Only an end is followed at once: what fails is tried again when the store is looked at next.
          this.#driven.delete(id);
          this.#wake();
        },
        (error: unknown) => {
          // The new owner of the lease goes on with it; or this one does, when the store answers again.
          if (this.#options.signal.aborted) return;
          // Each loss of the lease is told, also when its text is that of the last one.
          if (error instanceof DagfillError && error.code === "STALE_OWNER") this.#told.delete(id);
          this.#warn(id, "let_go", `backfill ${id} is let go: ${failure(error).message}`, dagId);
        },
      ),
    );
    void ended.finally(() => this.#driven.delete(id));
  }

  /** Each text once: what cannot be taken up is tried again all the time. */
  #warn(id: string, code: string, message: string, dagId?: string): void {
    if (this.#told.get(id) === message) return;
    this.#told.set(id, message);
    const none = { total: 0, completed: 0, failed: 0, remaining: 0, running: 0, skipped: 0, canceled: 0 };
    try {
      const at = iso(this.#host.now());
      const of = dagId === undefined ? {} : { dagId, backfillId: id };
      this.#hooks.onEvent?.({ type: "warning", at, progress: none, warning: { code, message, ...of } });
    } catch {
      // A listener that fails holds nothing up.
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#options.every);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #leave(): Promise<void> {
    const isElsewhere = this.#host.engine !== undefined;
    const held = await Promise.all(this.#driven.values());
    await Promise.all(held.map((backfill) => backfill?.leave(isElsewhere, this.#options.abort)));
  }
}
