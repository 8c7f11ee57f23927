import type { Operations } from "./engine.worker";
import type { EngineError, RunBatch } from "./model";

/** The page's side of the worker: a call is a promise, a run's news come to `onRun`. */
export interface Engine {
  call<K extends keyof Operations>(op: K, ...args: Parameters<Operations[K]>): ReturnType<Operations[K]>;
  onRun: (batch: RunBatch) => void;
  /** The worker itself could not be loaded. */
  onLost: (message: string) => void;
}

/** Thrown by `Engine.call`: an `EngineError` as an exception. */
export class EngineFailure extends Error {
  constructor(readonly error: EngineError) {
    super(error.message);
  }
}

type Answer = { id: number; value?: unknown; error?: EngineError } | { event: "run"; batch: RunBatch };

export function startEngine(): Engine {
  const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), {
    type: "module",
    name: "dagfill",
  });
  const open = new Map<number, { resolve(value: unknown): void; reject(reason: unknown): void }>();
  let last = 0;
  const engine: Engine = {
    call(op, ...args) {
      const id = ++last;
      const answer = new Promise((resolve, reject) => open.set(id, { resolve, reject }));
      worker.postMessage({ id, op, args });
      return answer as ReturnType<Operations[typeof op]>;
    },
    onRun: () => {},
    onLost: () => {},
  };
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if ("event" in data) {
      engine.onRun(data.batch);
      return;
    }
    const call = open.get(data.id);
    open.delete(data.id);
    if (data.error) call?.reject(new EngineFailure(data.error));
    else call?.resolve(data.value);
  };
  worker.onerror = (event) => engine.onLost(event.message ?? "the worker could not be loaded");
  return engine;
}

/** The plain data of whatever a call threw. */
export function errorOf(thrown: unknown): EngineError {
  if (thrown instanceof EngineFailure) return thrown.error;
  return { code: "INTERNAL", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
