// The entry `dagfill`: the wasm module travels inside the file, as base64.
import base64 from "../.cache/glue/dagfill_bg.wasm";
import { provide } from "./raw.js";

provide(() => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));

export * from "./face.js";
