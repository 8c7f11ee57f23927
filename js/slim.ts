// The entry `dagfill/slim`: without the module, which the host fetches (`dagfill/dagfill.wasm`) and hands to `init`.
import { load } from "./raw.js";

export * from "./face.js";

/** What `init` takes: the module's bytes, the compiled `WebAssembly.Module`, a `Response` of `fetch`, a promise of
 *  these, or the URL of the file. Structural, since these types name no DOM. */
export type SlimSource = object | string | Promise<object>;

/** Must have resolved before the first call of anything else. WASM_UNAVAILABLE when the module cannot be fetched or compiled. */
export function init(source: SlimSource): Promise<void> {
  return load(source);
}
