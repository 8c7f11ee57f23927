// The page's worker, started before anything asks it.
import { startLink } from "./worker_link.js";

/** Starts the worker that plans, before the first backfill is there: while React, a store or a DAG is still loaded. The first
 *  `useBackfill` or element takes it over, and it ends with the last. Does nothing where there is one.
 *
 *  ```js
 *  preloadWorker();
 *  await loadEditor();
 *  ``` */
export function preloadWorker(): void {
  startLink();
}
