// The entry `dagfill`: the wasm module travels inside the file, as text.
import text from "../.cache/glue/dagfill_bg.wasm";
import { decode } from "./inline.js";
import { provide } from "./raw.js";

provide(() => decode(text));

export * from "./face.js";
