// The callback of the host that a call comes from, also behind an `await`: a callback must not wait for an end that waits for the callback.
// Where the platform has no AsyncLocalStorage, as in browsers, the callback is known up to its first `await`.
import { DagfillError } from "../../error.js";

/** A callback that was called. */
export interface Caller {
  /** Stands for whoever called it: a backfill, or a scheduler. */
  owner: object;
  /** Whether it has not ended. */
  isOpen(): boolean;
}

type Storage = {
  run<T>(caller: Caller | undefined, work: () => T): T;
  getStore(): Caller | undefined;
};

/** Knows the caller of synchronous code only. */
class SynchronousStorage implements Storage {
  #caller: Caller | undefined;

  run<T>(caller: Caller | undefined, work: () => T): T {
    const before = this.#caller;
    this.#caller = caller;
    try {
      return work();
    } finally {
      this.#caller = before;
    }
  }

  getStore(): Caller | undefined {
    return this.#caller;
  }
}

type Builtins = { getBuiltinModule?(name: string): { AsyncLocalStorage?: new () => Storage } | undefined };

let known: Storage | undefined;

function storage(): Storage {
  known ??= newStorage();
  return known;
}

function newStorage(): Storage {
  const { process } = globalThis as { process?: Builtins };
  return new (process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage ?? SynchronousStorage)();
}

/** Runs `work` as the callback `caller`, or outside of any callback where that is undefined. */
export function callAs<T>(caller: Caller | undefined, work: () => T): T {
  const known = storage();
  // Each `run` makes a context of its own, which most turns of a machine do not need: they are outside already.
  return caller === undefined && known.getStore() === undefined ? work() : known.run(caller, work);
}

/** `end`, unless a callback of `owner` asks for it: that would wait for itself, and gets a rejection with ABORTED when `graceMs` are over. `call`: what
 *  was called. */
export function unlessItWaits<T>(
  owner: object | undefined,
  end: Promise<T>,
  call: string,
  graceMs: number,
): Promise<T> {
  const caller = storage().getStore();
  if (caller === undefined || caller.owner !== owner || !caller.isOpen()) return end;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const gaveUp = new Promise<T>((_, reject) => {
    const error = new DagfillError(
      "ABORTED",
      `${call} was awaited in a callback that it waits for: it does not end before the callback does`,
      { hint: "do not await it there: await backfill.result, or stop(), outside of the callback" },
    );
    timer = setTimeout(() => reject(error), graceMs);
  });
  const first = Promise.race([end, gaveUp]);
  const settled = () => clearTimeout(timer);
  // Handled here too: a callback that does not await the promise must not end the process by its rejection.
  first.then(settled, settled);
  return first;
}
