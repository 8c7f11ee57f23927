// A state machine of the core, seen from the host: events go in, and each command that comes out is looked up in one table.
// When wasm traps, its memory is lost with all machines in it: each is made again from the store and from what is in flight.
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { AbortCode, call, instance } from "../../raw.js";
import { storeFailure } from "../../store/failure.js";
import { callAs } from "./caller.js";
import type { Clock } from "./clock.js";
import { laterTurn } from "./turns.js";

/** The exports that every machine of the core has. */
export interface RawMachine<E extends number> {
  handle(event: E, subject: number, a: number, b: number): void;
  pump(): void;
  free(): void;
}

/** The import that every machine of the core has: one door for all commands. */
export interface MachineHost {
  command(code: number, subject: number, a: number, b: number): void;
  now(): number;
  /** Takes the progress that a backfill was asked for. */
  progress?: ((...numbers: ProgressNumbers) => void) | undefined;
}

/** The progress of a backfill as the core gives it. `eta`: milliseconds to the end, negative while unknown. */
export type ProgressNumbers = [
  completed: number,
  failed: number,
  skipped: number,
  canceled: number,
  running: number,
  eta: number,
];

/** The function for each command, by the command's code. */
export type Commands = Record<number, (subject: number, a: number, b: number) => void>;

/** A fault that comes back as often as this is no accident. */
const MOST_RESTARTS = 3;
const RESTARTS_WITHIN_MS = 60_000;

export interface MachineOptions<R> {
  clock: Clock;
  commands: Commands;
  /** The command that says when to pump again, unless it is in the table. */
  sleep?: number;
  progress?: MachineHost["progress"];
  /** Reads the store; what it returns makes the machine at one stroke, so that nothing happens in between. */
  rebuild: () => Promise<(host: MachineHost) => R>;
  /** The machine was lost and is made again; by a fault of its own, or of another. */
  onRestart: (fault: DagfillError, isOwn: boolean) => void;
  /** No machine can be made any more. */
  onEnd: (fault: DagfillError) => void;
}

export class Machine<E extends number, R extends RawMachine<E>> {
  readonly #options: MachineOptions<R>;
  readonly #timer: ReturnType<Clock["alarm"]>;
  #raw: R | undefined;
  #made = 0;
  /** A batch is with the store: what is stored is known when it answers. */
  #committing = false;
  #restarts = 0;
  #restartedAt = Number.NEGATIVE_INFINITY;
  #scheduled = false;
  #ended = false;

  constructor(options: MachineOptions<R>) {
    this.#options = options;
    this.#timer = options.clock.alarm(() => this.pump());
  }

  /** Makes the machine from what the store has. */
  async begin(): Promise<void> {
    const make = await this.#options.rebuild();
    if (!this.#ended) this.beginWith(make);
  }

  /** Makes the machine; its first commands come at the end of this turn. */
  beginWith(make: (host: MachineHost) => R): void {
    const { commands, sleep, clock, progress } = this.#options;
    let raw: R | undefined;
    const host: MachineHost = {
      now: () => clock.now(),
      progress,
      // Commands of a lost machine are ignored.
      command: (code, subject, a, b) => {
        if (raw !== this.#raw || !this.alive) return;
        try {
          if (code === sleep) this.#timer.at(Number.isNaN(a) ? undefined : a);
          else commands[code]?.(subject, a, b);
        } catch (error) {
          // A trap in another call: whoever pumps finds out. Anything else is a fault of this package.
          if (this.alive) this.#options.onEnd(asInternal(error));
        }
      },
    };
    const before = instance();
    try {
      raw = call(() => make(host));
    } catch (error) {
      this.#countRestart();
      if (instance() === before || this.#restarts > MOST_RESTARTS) throw error;
      this.#options.onRestart(asInternal(error), true);
      this.#restart();
      return;
    }
    this.#raw = raw;
    this.#made = instance();
    this.#schedule();
  }

  /** An event; one pump at the end of this turn does what follows from all of its events. */
  dispatch(event: E, subject = 0, a = 0, b = 0): void {
    this.#use((raw) => raw.handle(event, subject, a, b));
    this.#schedule();
  }

  /** Its commands run outside of any callback, also where a callback has caused them. */
  pump(): void {
    callAs(undefined, () => this.#use((raw) => raw.pump()));
  }

  /** A question that changes nothing. It may trap: then whoever asks gives up, and the next event finds out. */
  ask<T>(question: (raw: R) => T): T | undefined {
    const raw = this.#raw;
    return raw === undefined || !this.alive ? undefined : call(() => question(raw));
  }

  /** Stands for the machine of this moment: what one has asked for is no answer to another. */
  get current(): object | undefined {
    return this.#raw;
  }

  /** Whether the instance that the machine lives in is the current one. */
  get alive(): boolean {
    return this.#made === instance();
  }

  /** A batch goes to the store. The answer is an event of the machine that committed it; when that was lost meanwhile,
   *  another can be made now. */
  commits(): (event: E, subject?: number, a?: number) => void {
    const committed = this.#raw;
    this.#committing = true;
    return (event, subject, a) => {
      this.#committing = false;
      if (this.#raw === undefined) this.#restart();
      else if (this.#raw === committed) this.dispatch(event, subject, a);
    };
  }

  /** Nothing more comes of it. */
  end(): void {
    const raw = this.#raw;
    this.#ended = true;
    this.#raw = undefined;
    this.#timer.at(undefined);
    // It may be inside its own loop now: it is freed when that has ended.
    if (raw !== undefined) queueMicrotask(() => this.#free(raw));
  }

  #use(use: (raw: R) => void): void {
    const raw = this.#raw;
    if (raw === undefined || this.#ended) return;
    try {
      if (this.alive) call(() => use(raw));
    } catch (error) {
      this.#countRestart();
      this.#lose(asInternal(error), true);
      return;
    }
    // Another machine's trap has ended the instance: before this call, or while the machine called the host.
    if (!this.alive) {
      this.#lose(new DagfillError("INTERNAL", "the core was started again"), false);
    }
  }

  #free(raw: R): void {
    if (!this.alive) return;
    try {
      call(() => raw.free());
    } catch {
      // Its memory went with its instance.
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    laterTurn(() => {
      this.#scheduled = false;
      this.pump();
    });
  }

  /** Faults that come now and then, over days, are not one that comes back at once. */
  #countRestart(): void {
    const now = this.#options.clock.now();
    this.#restarts = now - this.#restartedAt > RESTARTS_WITHIN_MS ? 1 : this.#restarts + 1;
    this.#restartedAt = now;
  }

  #lose(fault: DagfillError, isOwn: boolean): void {
    if (this.#raw === undefined) return;
    this.#raw = undefined;
    if (this.#restarts > MOST_RESTARTS) {
      this.#options.onEnd(fault);
      return;
    }
    this.#options.onRestart(fault, isOwn);
    if (!this.#committing) this.#restart();
  }

  #restart(): void {
    if (this.#ended) return;
    this.begin().catch((error: unknown) => this.#options.onEnd(storeFailure(error)));
  }
}

function asInternal(error: unknown): DagfillError {
  return error instanceof DagfillError ? error : new DagfillError("INTERNAL", failure(error).message);
}

/** Why a run ends early. "lost": another owner goes on with it, or the engine is closed here, so that it is let go here and not canceled anywhere. */
export type AbortKind = "timeout" | "cancel" | "lost";

/** The kind of the core's command to abort. */
export function abortKind(code: AbortCode): AbortKind {
  if (code === AbortCode.Timeout) return "timeout";
  return code === AbortCode.LeaseLost ? "lost" : "cancel";
}
