// Turns of the event loop: work is done at the end of this one, timers come later.

/** After so many milliseconds of microtasks the loop gets its turn: timers, input and other people's promises wait for it. */
const LONGEST_MS = 10;

let since = 0;
let queue: (() => void)[] = [];
let scheduled = false;

/** Runs `work` when everything that this turn brings has come, in the order of the calls; now and then only in the next turn. */
export function laterTurn(work: () => void): void {
  queue.push(work);
  if (!scheduled) scheduleQueue();
}

function scheduleQueue(): void {
  scheduled = true;
  if (performance.now() - since < LONGEST_MS) queueMicrotask(runQueue);
  else {
    nextTurn(() => {
      since = performance.now();
      runQueue();
    });
  }
}

function runQueue(): void {
  const works = queue;
  queue = [];
  let done = 0;
  try {
    do {
      works[done++]?.();
    } while (done < works.length && performance.now() - since < LONGEST_MS);
  } finally {
    queue = [...works.slice(done), ...queue];
    scheduled = false;
    if (queue.length > 0) scheduleQueue();
  }
}

type Immediate = (work: () => void) => unknown;

/** Runs `work` in the next turn. */
export const nextTurn: Immediate =
  (globalThis as { setImmediate?: Immediate }).setImmediate ??
  (typeof MessageChannel === "undefined" ? (work) => setTimeout(work, 0) : channelTurns());

/** Timers of browsers wait 4 ms when they are nested; messages do not. */
function channelTurns(): Immediate {
  const waiting: (() => void)[] = [];
  let channel: MessageChannel | undefined;
  return (work) => {
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(work);
    channel.port2.postMessage(0);
  };
}

/** Longer timers overflow and fire at once. */
export const LONGEST_TIMER_MS = 2_147_483_647;

/** One timer. */
export class Wake {
  readonly #call: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(call: () => void) {
    this.#call = call;
  }

  /** Calls in `ms` milliseconds instead of whenever it would have; `undefined`: never. */
  at(ms: number | undefined): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (ms !== undefined) this.#timer = setTimeout(this.#call, Math.min(Math.max(ms, 0), LONGEST_TIMER_MS));
  }
}
