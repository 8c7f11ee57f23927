// The entry `dagfill` under the condition `workerd`: such hosts compile modules ahead and forbid it at run time.
import module from "./dagfill.wasm";
import { provide } from "./raw.js";

provide(() => module);

export * from "./face.js";
