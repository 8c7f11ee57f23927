import address from "dagfill/dagfill.wasm?url";
import { init } from "dagfill/slim";
import { coreFile } from "./coreFile";

let opening: Promise<void> | null = null;

/** The core on this thread. It is opened when the worker has answered once: the first plan does not wait for it. */
export function openCore(): Promise<void> {
  opening ??= coreFile
    .then((file) => init(file ?? address))
    .catch((thrown) => {
      // A failed load is not kept: the next call tries again.
      opening = null;
      throw thrown;
    });
  return opening;
}
