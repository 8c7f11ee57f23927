import address from "dagfill/dagfill.wasm?url";

/** The core's file for this thread, which the worker takes from the browser's cache; null where it did not come. */
export const coreFile: Promise<ArrayBuffer | null> = fetch(address)
  .then((response) => (response.ok ? response.arrayBuffer() : null))
  .catch(() => null);
