// The wasm module that the program which loads the entry has at hand: the command hands over the file.
import type { WasmSource } from "./wasm_source.js";

const key = Symbol.for("dagfill.module");
const shared = globalThis as { [key]?: () => WasmSource };

/** Says where the entries of this process take their module from, at the first call that needs it. */
export function handOver(source: () => WasmSource): void {
  shared[key] = source;
}

/** The module that was handed over; `undefined` where none was. */
export function handed(): WasmSource | undefined {
  return shared[key]?.();
}
