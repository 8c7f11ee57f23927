// How fast runs end, and which of those at work was started first, as the redrawn line shows them.
import type { BackfillEvent } from "../face.js";
import { localDate, minuteOf } from "./local_date.js";
import { duration } from "./progress.js";

/** The rate counts the latest runs that ended: so many, or fewer at the start. */
const mostEnds = 50;

export class Pace {
  /** By run id: its date, and when this process saw it start. A map keeps the order, so that the first is the longest at work. */
  readonly #running = new Map<string, { date: string; since: number }>();
  readonly #ends: number[] = [];
  /** When the first run was seen to start. */
  #began: number | undefined;

  constructor(
    private readonly timeZone: string,
    private readonly now: () => number = () => performance.now(),
  ) {}

  see(event: BackfillEvent): void {
    if (!("run" in event)) return;
    const { runId, executionDate } = event.run;
    if (event.type === "run-started" || event.type === "run-attached") {
      this.#began ??= this.now();
      this.#running.set(runId, { date: localDate(executionDate, this.timeZone), since: this.now() });
      return;
    }
    this.#running.delete(runId);
    if (event.type !== "run-succeeded" && event.type !== "run-failed") return;
    this.#ends.push(this.now());
    if (this.#ends.length > mostEnds) this.#ends.shift();
  }

  /** Runs that ended per second, minute or hour, such as `12/min`; empty before two have ended. It falls while none ends. */
  rate(): string {
    const [first] = this.#ends;
    if (first === undefined || this.#ends.length < 2) return "";
    // Until the window is full it counts from the first start: runs that began together end together, and would seem to end in no time.
    const isFull = this.#ends.length === mostEnds;
    const [count, since] = isFull ? [mostEnds - 1, first] : [this.#ends.length, this.#began ?? first];
    const perSecond = count / (Math.max(1, this.now() - since) / 1_000);
    if (perSecond >= 1) return `${short(perSecond)}/s`;
    return perSecond * 60 >= 1 ? `${short(perSecond * 60)}/min` : `${short(perSecond * 3_600)}/h`;
  }

  /** The run that has been at work for the longest, such as `2024-01-02 for 3:05`; empty where none is. */
  longest(): string {
    const [first] = this.#running.values();
    if (first === undefined) return "";
    const day = first.date.replace(/T00:00:00(Z|[+-]00:00)$/, "");
    const date = day === first.date ? minuteOf(day, this.timeZone) : day;
    return `${date} for ${duration(this.now() - first.since)}`;
  }
}

function short(rate: number): string {
  return rate < 9.95 ? rate.toFixed(1) : String(Math.round(rate));
}
