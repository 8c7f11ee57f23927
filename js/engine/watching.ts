// Listens to an engine's events.
import { shown } from "../shown.js";
import type { Engine } from "./engine.js";
import { engineFailed, failureOf } from "./outcome.js";

/** Begins to watch an engine that has events, and returns what stops it. ENGINE_FAILED with the cause where watch() throws, or gives something
 *  else than a function. */
export function watching(engine: Engine, heard: (key: string, status: unknown) => void): () => void {
  let stop: unknown;
  try {
    stop = engine.watch?.(heard);
  } catch (cause) {
    throw engineFailed(engine.name, `watch() threw: ${failureOf(cause).message}`, cause);
  }
  if (stop === undefined) return () => {};
  if (typeof stop === "function") return stop as () => void;
  // Of an async function nobody else handles the rejection.
  Promise.resolve(stop).catch(() => {});
  throw engineFailed(engine.name, `watch() gave ${shown(stop)}; expected a function that stops it`);
}
