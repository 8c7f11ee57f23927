// The entry `dagfill`: the wasm module travels inside the file, as text. The command hands over the file instead.
import text from "../.cache/glue/dagfill_bg.wasm";
import { handed } from "./handed_module.js";
import { decode } from "./inline.js";
import { provide } from "./raw.js";

provide(() => handed() ?? decode(text));

export * from "./face.js";
