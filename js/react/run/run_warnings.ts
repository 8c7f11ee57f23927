// The warnings of a backfill. Equal ones of many runs are one line with a count: a list of a thousand says nothing.
import type { Warning } from "../../face.js";

export class RunWarnings {
  readonly #places = new Map<string, number>();
  #list: Warning[] = [];

  /** One warning for each code and text, in the order in which they came first. `count`: how many runs it is of, where more than one. */
  get list(): readonly Warning[] {
    return this.#list;
  }

  add(warning: Warning): void {
    const { runId, text } = partsOf(warning);
    const key = `${warning.code} ${text}`;
    const place = this.#places.get(key);
    if (place === undefined) {
      this.#places.set(key, this.#list.length);
      this.#list = [...this.#list, warning];
      return;
    }
    const first = this.#list[place] as Warning;
    const count = (first.count ?? 1) + (warning.count ?? 1);
    const of = partsOf(first).runId ?? runId;
    const message = runId === null ? text : `${of}: ${text}`;
    this.#list = this.#list.with(place, { ...first, message, count });
  }
}

/** A warning of one run begins with the run's id. */
function partsOf({ message, at }: Warning): { runId: string | null; text: string } {
  const [, runId = null, text = message] = (at !== undefined && /^(\S+): (.*)$/s.exec(message)) || [];
  return { runId, text };
}
