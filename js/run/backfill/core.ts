// The core's half of a backfill. When wasm traps, that half is dead: another takes its place, made of what the store and the
// host's half know.
import { DagfillError } from "../../error.js";
import { failure } from "../../failure.js";
import { call, instance, type Raw } from "../../raw.js";
import { laterTurn } from "../timing/turns.js";

export type RawBackfill = InstanceType<Raw["RawBackfill"]>;

/** A fault that comes back as often as this is no accident. */
const MOST_RESTARTS = 3;

export class Core {
  readonly #make: () => Promise<() => RawBackfill>;
  readonly #onRestart: (fault: DagfillError) => void;
  readonly #onEnd: (fault: DagfillError) => void;
  #raw: RawBackfill | undefined;
  #made = 0;
  /** A batch is with the store: what is stored is known when it answers. */
  #asking = false;
  #restarts = 0;
  #scheduled = false;
  #ended = false;

  /** `make` reads the store and then makes a core at one stroke: what happens in between is known to whoever makes it.
   *  `onEnd` is told when no core can be made any more. */
  constructor(
    make: () => Promise<() => RawBackfill>,
    onRestart: (fault: DagfillError) => void,
    onEnd: (fault: DagfillError) => void,
  ) {
    this.#make = make;
    this.#onRestart = onRestart;
    this.#onEnd = onEnd;
  }

  async begin(): Promise<void> {
    const make = await this.#make();
    this.#raw = make();
    this.#made = instance();
    this.#schedule();
  }

  /** One event for the core; one pump handles all events of this turn. */
  dispatch(event: (raw: RawBackfill) => void): void {
    this.#use(event);
    this.#schedule();
  }

  pump(): void {
    this.#use((raw) => raw.pump());
  }

  #use(use: (raw: RawBackfill) => void): void {
    const raw = this.#raw;
    if (raw === undefined || this.#ended) return;
    try {
      if (this.alive) call(() => use(raw));
    } catch (error) {
      this.#restarts += 1;
      this.#trapped(error);
      return;
    }
    // Somebody else's trap has ended the instance that this core lived in: before this event, or while the core called the host.
    if (!this.alive) this.#trapped(new DagfillError("INTERNAL", "the core was started again"));
  }

  /** Whether the instance that it lives in is the current one. What a dead core still asks for is not done. */
  get alive(): boolean {
    return this.#made === instance();
  }

  /** The core asks the store. The answer goes to the core that asked; when that has died meanwhile, another can be made now. */
  asks(): (answer: (raw: RawBackfill) => void) => void {
    const asked = this.#raw;
    this.#asking = true;
    return (answer) => {
      this.#asking = false;
      if (this.#raw === undefined) this.#restart();
      else if (this.#raw === asked) this.dispatch(answer);
    };
  }

  /** Completed, failed, skipped and canceled rows. Asked from inside the core's loop: when it traps, whoever asked gives up,
   *  and the loop's own call finds out. */
  counts(): Uint32Array {
    const raw = this.#raw;
    return raw === undefined ? new Uint32Array(4) : call(() => raw.counts());
  }

  /** Where every row stands. It may trap, as `counts`. */
  status(): Uint8Array | undefined {
    const raw = this.#raw;
    return raw === undefined ? undefined : call(() => raw.status());
  }

  /** No more of it. */
  end(): void {
    const raw = this.#raw;
    this.#ended = true;
    this.#raw = undefined;
    // It may be inside its own loop now: it is freed when that has ended.
    if (raw !== undefined) queueMicrotask(() => this.#free(raw));
  }

  #free(raw: RawBackfill): void {
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

  #trapped(error: unknown): void {
    if (this.#raw === undefined) return;
    this.#raw = undefined;
    const fault =
      error instanceof DagfillError ? error : new DagfillError("INTERNAL", failure(error).message);
    if (this.#restarts > MOST_RESTARTS) {
      this.#onEnd(fault);
      return;
    }
    this.#onRestart(fault);
    if (!this.#asking) this.#restart();
  }

  #restart(): void {
    if (this.#ended) return;
    this.begin().catch((error: unknown) => {
      this.#onEnd(
        error instanceof DagfillError ? error : new DagfillError("INTERNAL", failure(error).message),
      );
    });
  }
}
