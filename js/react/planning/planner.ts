// The page's side of planning: questions go to the worker, and to the page's own thread where there is none.
import type { RunHistory, RunStore } from "../../face.js";
import { joinWorker, type WorkerLink } from "../../planning.js";
import { type FromWorker, type Question, READS, type Read, toPortableHistory } from "./messages.js";
import { opened, outcomeOf } from "./outcome.js";
import type { Planning } from "./planning.js";

type Answered<K extends Question> = Awaited<ReturnType<Planning[K]>>;

/** On the page's own thread. Few pages need it: its code comes when one does. */
const planningOf = async (store: RunStore) => new (await import("./planning.js")).Planning(store);

/** Answers for one store. `close` lets the worker go. */
export class Planner {
  readonly #store: RunStore;
  readonly #open = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
  #worker: { client: number; link: WorkerLink } | null = null;
  #planning: Promise<Planning | null>;
  #last = 0;
  #closed = false;

  constructor(store: RunStore, useWorker = true) {
    this.#store = store;
    this.#planning = useWorker ? this.#join() : planningOf(store);
  }

  /** "worker", or "page" where it could not be started. */
  async thread(): Promise<"worker" | "page"> {
    return (await this.#planning) === null ? "worker" : "page";
  }

  async ask<K extends Question>(question: K, ...args: Parameters<Planning[K]>): Promise<Answered<K>> {
    const planning = await this.#planning;
    if (planning !== null) {
      const answer = planning[question] as (...args: unknown[]) => Promise<Answered<K>>;
      return answer.apply(planning, args) as Promise<Answered<K>>;
    }
    this.#last += 1;
    const id = this.#last;
    return new Promise<Answered<K>>((resolve, reject) => {
      if (this.#worker === null) return;
      this.#open.set(id, { resolve: resolve as (value: unknown) => void, reject });
      const { client, link } = this.#worker;
      link.post({ kind: "ask", client, id, question, args });
    });
  }

  close(): void {
    this.#closed = true;
    this.#worker?.link.leave(this.#worker.client);
    this.#worker = null;
    this.#open.clear();
  }

  /** null: the worker answers. */
  async #join(): Promise<Planning | null> {
    const worker = joinWorker();
    this.#worker = worker;
    const { client, link } = worker;
    link.listen(client, (message) => this.#take(message));
    if (await link.started) {
      const reads = READS.filter((read) => typeof this.#store[read] === "function");
      if (!this.#closed) link.post({ kind: "open", client, reads });
      return null;
    }
    if (!this.#closed) link.leave(client);
    this.#worker = null;
    return planningOf(this.#store);
  }

  #take(message: FromWorker): void {
    if (message.kind === "read") void this.#read(message.id, message.read, message.args);
    if (message.kind !== "answer") return;
    const open = this.#open.get(message.id);
    this.#open.delete(message.id);
    try {
      open?.resolve(opened(message));
    } catch (error) {
      open?.reject(error);
    }
  }

  /** The worker reads the page's store. */
  async #read(id: number, read: Read, args: unknown[]): Promise<void> {
    const outcome = await outcomeOf(async () => {
      const method = this.#store[read] as (...args: unknown[]) => Promise<unknown>;
      const value = await method.apply(this.#store, args);
      return read === "listHistory" ? toPortableHistory(value as RunHistory) : value;
    });
    if (this.#worker === null) return;
    const { client, link } = this.#worker;
    link.post({ kind: "answer", client, id, ...outcome });
  }
}
