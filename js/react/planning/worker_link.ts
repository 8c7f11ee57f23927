// The one worker of a page, shared by all that plan on it, and gone when nobody does.
import type { FromWorker, ToWorker } from "./messages.js";

/** How long a worker may take to say that it is there. */
const START_MS = 15_000;
const LINGER_MS = 1_000;

export interface WorkerLink {
  /** Resolves to false when there is no worker here: no `Worker`, a policy that forbids it, or a file that is not served. */
  readonly started: Promise<boolean>;
  post(message: ToWorker): void;
  /** Messages for one client. */
  listen(client: number, listener: (message: FromWorker) => void): void;
  leave(client: number): void;
}

let current: WorkerLink | undefined;
let lastClient = 0;

/** Starts the page's worker where there is none. */
export function startLink(): WorkerLink {
  current ??= linkTo(() => {
    current = undefined;
  });
  return current;
}

/** A new client of the page's worker, which is started by the first. */
export function joinWorker(): { client: number; link: WorkerLink } {
  lastClient += 1;
  return { client: lastClient, link: startLink() };
}

function startWorker(): Worker | null {
  try {
    // Bundlers find the file by this expression: it has to stand as it is.
    return new Worker(new URL("./react/worker.js", import.meta.url), { type: "module" });
  } catch {
    return null;
  }
}

function linkTo(ended: () => void): WorkerLink {
  const worker = startWorker();
  let isEnded = false;
  const listeners = new Map<number, (message: FromWorker) => void>();
  const started = new Promise<boolean>((resolve) => {
    if (worker === null) return resolve(false);
    const timer = setTimeout(() => resolve(false), START_MS);
    const settle = (isThere: boolean) => {
      clearTimeout(timer);
      resolve(isThere);
    };
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ready") settle(true);
      else listeners.get(data.client)?.(data);
    };
    worker.onerror = (event) => {
      event.preventDefault?.();
      settle(false);
    };
  });
  return {
    started,
    post: (message) => worker?.postMessage(message),
    listen: (client, listener) => void listeners.set(client, listener),
    leave(client) {
      listeners.delete(client);
      worker?.postMessage({ kind: "close", client } satisfies ToWorker);
      // A client that leaves may come back at once: a component that is mounted again.
      setTimeout(() => {
        if (listeners.size > 0 || isEnded) return;
        isEnded = true;
        worker?.terminate();
        ended();
      }, LINGER_MS);
    },
  };
}
