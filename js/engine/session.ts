// The jobs of this process at one engine: submits them, asks how they stand, and tells how they end. Whatever an engine loses,
// forgets or does not answer is asked again here, so that no engine has to do it itself.
import type { DagfillError } from "../error.js";
import { nextTurn, Wake } from "../run/machine/turns.js";
import { type Engine, type EngineJob, type EngineStatus, hasEnded } from "./engine.js";
import { Forgotten } from "./forgotten.js";
import { isFinal, Outage, type OutageTimes, spread, TIMES } from "./outage.js";
import { checkedStatus, engineClosed, engineFailed, isRefusal, statusOf } from "./outcome.js";
import { Refusals } from "./refusals.js";
import { type JobListener, type Ticket, tellLoss, tellWarning, ticketOf } from "./ticket.js";
import { watching } from "./watching.js";

const LONGEST_POLL_MS = 30_000;
const CANCEL_EVERY_MS = 1_000;
const FORGETS_WITHIN_MS = 1_000;
const OWNED_EVERY_MS = 1_000;
const MOST = 1_000;
/** A job that was accepted so often and was never known in between is accepted in vain. */
const MOST_UNKNOWN = 8;

export class Session {
  readonly #engine: Engine;
  readonly #tickets = new Map<string, Ticket>();
  readonly #outage: Outage;
  readonly #refusals: Refusals;
  readonly #submits = new Wake(() => void this.#submit());
  readonly #polls = new Wake(() => void this.#poll());
  #looking: ReturnType<typeof setInterval> | undefined;
  #turn = false;
  #polling = false;
  #unwatch: (() => void) | undefined;
  #closed = false;
  readonly #forgotten = new Forgotten((keys) => this.call(async (engine) => engine.forget?.(keys)));
  /** Callbacks that let go of the jobs of each backfill, run by hand or scheduled run. */
  readonly #leavers = new Set<(error: DagfillError) => void>();

  constructor(engine: Engine, times: OutageTimes = TIMES) {
    this.#engine = engine;
    // One warning a backfill: its jobs share the listener's channel, which drops repetitions.
    const tell = (message: string) => {
      for (const { listener } of this.#tickets.values()) listener.warn("engine_silent", message);
    };
    this.#outage = new Outage(engine.name, tell, times);
    this.#refusals = new Refusals(engine.name, times);
  }

  get #every(): number {
    return this.#engine.pollEvery ?? 2_000;
  }

  /** Hands over a job, at once with all others of this turn. One that a dead process handed over is attached to: its key is the same. */
  add(job: EngineJob, listener: JobListener): void {
    if (this.#closed) return;
    const ticket = ticketOf(job, listener);
    this.#tickets.set(job.key, ticket);
    try {
      this.#unwatch ??= watching(this.#engine, (key, status) => this.#heard(key, status));
    } catch (error) {
      nextTurn(() => this.#fail(ticket, error));
      return;
    }
    this.#looking ??= setInterval(() => this.#outage.look(), 1_000);
    this.#submitSoon();
  }

  /** Asks for the end of a job, again and again until it has ended or is dropped. */
  cancel(key: string, reason: string): void {
    const ticket = this.#tickets.get(key);
    if (ticket === undefined || ticket.canceled !== undefined) return;
    ticket.canceled = reason;
    if (ticket.state === "waiting") this.#end(ticket, { state: "canceled" });
    else this.#cancel([ticket]);
  }

  /** Lets go of a job, which goes on. */
  drop(key: string): void {
    this.#tickets.delete(key);
    if (this.#tickets.size > 0) return;
    clearInterval(this.#looking);
    this.#looking = undefined;
    for (const wake of [this.#submits, this.#polls]) wake.at(undefined);
  }

  /** The end of a job is stored: the engine may delete its result. */
  forget(key: string): void {
    if (this.#engine.forget !== undefined && !this.#closed) this.#forgotten.add(key);
  }

  /** Makes any other call of the engine. ENGINE_FAILED when it is closed. */
  async call<T>(make: (engine: Engine) => Promise<T>): Promise<T> {
    this.insistOpen();
    return this.#outage.call(() => make(this.#engine));
  }

  /** The states of jobs, by key. ENGINE_FAILED where the engine's answer is none. */
  status(keys: readonly string[]): Promise<ReadonlyMap<string, EngineStatus>> {
    return this.call(async (engine) => checkedStatus(engine.name, await engine.status(keys)));
  }

  /** ENGINE_FAILED when it is closed. */
  insistOpen(): void {
    if (this.#closed) throw engineClosed(this.#engine.name);
  }

  /** Calls `leave` when the session is closed, as it may be already. Returns what stops it. */
  onClose(leave: (error: DagfillError) => void): () => void {
    if (this.#closed) nextTurn(() => leave(engineClosed(this.#engine.name)));
    else this.#leavers.add(leave);
    return () => this.#leavers.delete(leave);
  }

  /** Nothing more is asked. Jobs that are still waited for go on at the engine, and are left in flight: who resumes attaches to them. */
  async close(): Promise<void> {
    if (this.#closed) return;
    // An engine that does not answer now deletes what it keeps by its age.
    const late = setTimeout(() => this.#outage.close(engineClosed(this.#engine.name)), FORGETS_WITHIN_MS);
    await this.#forgotten.flush();
    clearTimeout(late);
    this.#closed = true;
    this.#unwatch?.();
    for (const wake of [this.#submits, this.#polls]) wake.at(undefined);
    for (const leave of this.#leavers) leave(engineClosed(this.#engine.name));
    for (const key of this.#tickets.keys()) this.drop(key);
    this.#outage.close(engineClosed(this.#engine.name));
  }

  #submitSoon(): void {
    if (this.#turn) return;
    this.#turn = true;
    nextTurn(() => {
      this.#turn = false;
      void this.#submit();
    });
  }

  async #submit(): Promise<void> {
    if (this.#closed) return;
    const now = performance.now();
    const waiting = [...this.#tickets.values()].filter(({ state, due }) => state === "waiting" && due <= now);
    for (let at = 0; at < waiting.length; at += MOST) void this.#hand(waiting.slice(at, at + MOST));
    this.#submitNext();
  }

  /** Submits what waits for a later moment then. */
  #submitNext(): void {
    let due = Number.POSITIVE_INFINITY;
    for (const ticket of this.#tickets.values())
      if (ticket.state === "waiting") due = Math.min(due, ticket.due);
    this.#submits.at(Number.isFinite(due) && !this.#closed ? due - performance.now() : undefined);
  }

  /** Lets tickets wait for so many milliseconds before they are submitted. */
  #wait(tickets: readonly Ticket[], pause: number): void {
    for (const ticket of tickets) {
      ticket.state = "waiting";
      ticket.due = performance.now() + pause;
    }
    this.#submitNext();
  }

  async #hand(waiting: Ticket[]): Promise<void> {
    for (const ticket of waiting) ticket.state = "submitting";
    const tickets = await this.#owned(waiting);
    if (tickets.length === 0 || this.#closed) return;
    for (const ticket of tickets) tellLoss(ticket, this.#engine.name);
    try {
      await this.call((engine) => engine.submit(tickets.map(({ job }) => job)));
    } catch (error) {
      this.#refused(tickets, error);
      return;
    }
    this.#refusals.answered("submit", tickets);
    const now = performance.now();
    for (const ticket of tickets) {
      ticket.state = "submitted";
      ticket.due = Math.max(ticket.due, now + spread(this.#every));
    }
    this.#cancel(tickets.filter(({ canceled }) => canceled !== undefined));
    this.#pollNext();
  }

  /** The tickets whose backfill this process surely owns. The others wait until the store has confirmed it, or are dropped with the lease. */
  async #owned(tickets: Ticket[]): Promise<Ticket[]> {
    const owned = await Promise.all(tickets.map(({ listener }) => listener.isOwned()));
    const known = (ticket: Ticket) => this.#tickets.get(ticket.job.key) === ticket;
    const rest = tickets.filter((ticket, at) => !owned[at] && known(ticket));
    if (rest.length > 0) this.#wait(rest, OWNED_EVERY_MS);
    return tickets.filter((ticket, at) => owned[at] && known(ticket));
  }

  /** A final refusal may be about one job of many: each is handed over by itself. After any other rejection it is unknown what was accepted. */
  #refused(tickets: Ticket[], error: unknown): void {
    if (this.#closed) return;
    if (isFinal(error)) {
      for (const each of tickets)
        if (tickets.length === 1) this.#fail(each, error);
        else void this.#hand([each]);
      return;
    }
    if (isRefusal(error)) {
      const pause = this.#refusals.pause("submit", tickets, error, (each) => void this.#hand(each));
      if (pause === undefined) return;
      this.#wait(tickets, pause);
    } else this.#wait(tickets, this.#outage.pause);
    // Jobs that were canceled meanwhile are not submitted again; one that the engine had already accepted is canceled there.
    const canceled = tickets.filter(({ canceled }) => canceled !== undefined);
    for (const each of canceled) each.state = "submitted";
    this.#cancel(canceled);
  }

  #cancel(tickets: Ticket[]): void {
    if (tickets.length === 0 || this.#closed) return;
    const reason = tickets[0]?.canceled ?? "";
    const keys = tickets.map(({ job }) => job.key);
    // Whether it helps is told by the status.
    void this.call((engine) => engine.cancel(keys, reason)).catch(() => {});
    for (const ticket of tickets)
      ticket.due = performance.now() + Math.min(this.#every, CANCEL_EVERY_MS / 10);
    this.#pollNext();
  }

  #pollNext(): void {
    if (this.#polling || this.#closed) return;
    let due = Number.POSITIVE_INFINITY;
    for (const ticket of this.#tickets.values()) {
      if (ticket.state === "submitted") due = Math.min(due, ticket.due);
    }
    this.#polls.at(Number.isFinite(due) ? due - performance.now() : undefined);
  }

  async #poll(): Promise<void> {
    if (this.#polling || this.#closed) return;
    const now = performance.now();
    const due = [...this.#tickets.values()].filter((each) => each.state === "submitted" && each.due <= now);
    if (due.length === 0) return this.#pollNext();
    this.#polling = true;
    let pause = 0;
    for (let at = 0; at < due.length && pause === 0; at += MOST)
      pause = await this.#ask(due.slice(at, at + MOST));
    this.#polling = false;
    if (pause > 0 && !this.#closed) this.#polls.at(pause);
    this.#goOn(pause === 0);
  }

  #goOn(polls = true): void {
    this.#submitNext();
    if (polls) this.#pollNext();
  }

  /** Asks for the states of some jobs. Gives the milliseconds to wait for an engine that is away, else 0. */
  async #ask(asked: Ticket[]): Promise<number> {
    let told: ReadonlyMap<string, EngineStatus>;
    try {
      told = await this.status(asked.map(({ job }) => job.key));
    } catch (error) {
      if (isFinal(error)) for (const ticket of asked) this.#fail(ticket, error);
      else if (!isRefusal(error)) return this.#outage.pause;
      else {
        const apart = (each: Ticket[]) => void this.#ask(each).then(() => this.#goOn());
        const pause = this.#refusals.pause("status", asked, error, apart);
        for (const ticket of asked) ticket.due = performance.now() + (pause ?? this.#every);
      }
      return 0;
    }
    this.#refusals.answered("status", asked);
    for (const ticket of asked) this.#told(ticket, told.get(ticket.job.key) ?? { state: "unknown" });
    return 0;
  }

  #told(ticket: Ticket, status: EngineStatus): void {
    if (this.#tickets.get(ticket.job.key) !== ticket) return;
    if (hasEnded(status)) {
      this.#end(ticket, status);
      return;
    }
    if (status.state === "unknown" && ticket.canceled !== undefined) {
      // It was never accepted, or removed before it began.
      this.#end(ticket, { state: "canceled" });
      return;
    }
    if (status.state === "unknown") {
      this.#lost(ticket);
      return;
    }
    ticket.unknown = 0;
    tellWarning(ticket, status);
    if (status.state === "running" && !ticket.began) {
      ticket.began = true;
      ticket.listener.began(status.startedAt);
    }
    const now = performance.now();
    if (ticket.canceled !== undefined) {
      this.#cancel([ticket]);
      ticket.due = now + Math.min(this.#every, CANCEL_EVERY_MS);
    } else {
      const pause = Math.min(Math.max((now - ticket.since) / 10, this.#every), LONGEST_POLL_MS);
      ticket.due = now + spread(pause);
    }
  }

  /** The engine does not know a job that it had accepted: it is submitted again under its key, at once the first time and later and later
   *  afterwards. */
  #lost(ticket: Ticket): void {
    ticket.lost += 1;
    ticket.unknown += 1;
    if (ticket.unknown > MOST_UNKNOWN) {
      const times = `submit() accepted the job ${MOST_UNKNOWN} times, and status() has never known its key ${ticket.job.key}`;
      this.#fail(ticket, engineFailed(this.#engine.name, times));
      return;
    }
    ticket.forgotten = true;
    ticket.state = "waiting";
    const pause = ticket.lost === 1 ? 0 : Math.min(this.#every * 2 ** (ticket.lost - 1), LONGEST_POLL_MS);
    ticket.due = performance.now() + pause;
  }

  /** An event of the engine. One that says nothing of use is a reason to ask. */
  #heard(key: string, told: unknown): void {
    const ticket = this.#tickets.get(key);
    if (ticket === undefined || this.#closed) return;
    const status = statusOf(told);
    if (status !== undefined && hasEnded(status)) this.#end(ticket, status);
    else {
      ticket.due = 0;
      this.#pollNext();
    }
  }

  #end(ticket: Ticket, status: EngineStatus): void {
    if (!this.#forget(ticket)) return;
    if (status.startedAt !== undefined && !ticket.began) ticket.listener.began(status.startedAt);
    tellWarning(ticket, status);
    ticket.listener.ended(status);
  }

  #fail(ticket: Ticket, error: unknown): void {
    if (this.#forget(ticket)) ticket.listener.failed(error);
  }

  /** Whether it was still waited for. */
  #forget(ticket: Ticket): boolean {
    if (this.#tickets.get(ticket.job.key) !== ticket) return false;
    this.drop(ticket.job.key);
    return true;
  }
}
