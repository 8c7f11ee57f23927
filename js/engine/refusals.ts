// An engine that refuses whoever asks (401, 403): a token that was rotated, a proxy that starts. Such answers of a few minutes fail no run.
import type { DagfillError } from "../error.js";
import { type OutageTimes, pauseAfter, spread } from "./outage.js";
import { engineFailed, failureOf } from "./outcome.js";
import type { Ticket } from "./ticket.js";

interface Refusal {
  /** `performance.now()` of the first one, and of the last one so far. */
  since: number;
  last: number;
  count: number;
  told: number;
}

/** Tickets by DAG: an engine may refuse one DAG, and accept another. */
function byDag(tickets: readonly Ticket[]): Ticket[][] {
  const found = new Map<string, Ticket[]>();
  for (const ticket of tickets) {
    const { dagId } = ticket.job.data;
    const known = found.get(dagId);
    if (known === undefined) found.set(dagId, [ticket]);
    else known.push(ticket);
  }
  return [...found.values()];
}

export class Refusals {
  readonly #name: string;
  readonly #times: OutageTimes;
  /** By call and DAG: a token may allow reading alone. */
  readonly #open = new Map<string, Refusal>();

  constructor(name: string, times: OutageTimes) {
    this.#name = name;
    this.#times = times;
  }

  /** A call for jobs was refused. Gives the milliseconds until it is made again. `undefined` where the call is not made again: the refusal has
   *  lasted for too long, and the backfills of these jobs are left for a resume; or the jobs are of several DAGs, and `apart` has made the call
   *  for the jobs of each DAG. */
  pause(
    call: string,
    tickets: readonly Ticket[],
    error: unknown,
    apart: (tickets: Ticket[]) => void,
  ): number | undefined {
    const dags = byDag(tickets);
    if (dags.length > 1) {
      for (const each of dags) apart(each);
      return undefined;
    }
    const key = keyOf(call, tickets);
    const now = performance.now();
    const { refusal: most, repeat, pause, deadline } = this.#times;
    const known = this.#open.get(key);
    // A call is made again within this time, unless its backfill was canceled or the engine was away: then a new refusal begins.
    const isOne = known !== undefined && now - known.last <= deadline + 2 * pause[1];
    const refusal = isOne ? known : { since: now, last: now, count: 0, told: 0 };
    refusal.last = now;
    this.#open.set(key, refusal);
    const lasts = now - refusal.since;
    if (lasts >= most) {
      this.#open.delete(key);
      const left = this.#left(lasts, error);
      for (const { listener } of tickets) listener.leave(left);
      return undefined;
    }
    if (lasts >= refusal.told * repeat) {
      refusal.told += 1;
      const message = `engine ${this.#name} refuses ${call}() (${failureOf(error).message}): runs wait and none has failed; after ${minutes(most)} the backfill is left for a resume. Check the token or the password`;
      for (const { listener } of tickets) listener.warn("engine_refused", message);
    }
    refusal.count += 1;
    return spread(Math.min(pauseAfter(refusal.count, pause), most - lasts));
  }

  /** A call for jobs was answered. */
  answered(call: string, tickets: readonly Ticket[]): void {
    if (this.#open.size === 0) return;
    for (const each of byDag(tickets)) this.#open.delete(keyOf(call, each));
  }

  #left(lasts: number, error: unknown): DagfillError {
    const message = `it has refused for ${minutes(lasts)} (${failureOf(error).message}): this process no longer waits for its jobs, and what it has accepted continues`;
    const hint =
      "no date has failed by it: check the token or the password, then resume the backfill, which attaches to its jobs";
    return engineFailed(this.#name, message, error, hint);
  }
}

function keyOf(call: string, [ticket]: readonly Ticket[]): string {
  return `${call} ${ticket?.job.data.dagId}`;
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`;
}
