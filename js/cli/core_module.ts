// The core for the command: compiled from the file `dagfill.wasm`, which takes less time than from the text inside the entry.
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { handOver } from "../handed_module.js";

/** The major versions of V8, of Node 20 to 25, that know the flag below. An unknown flag is a line on stderr. */
const KNOWN_V8 = { first: 11, last: 14 };

/** Lets the entry `dagfill` of this process take the module from the file. */
export function takeCoreFromFile(): void {
  handOver(() => {
    const bytes = readFileSync(new URL("../dagfill.wasm", import.meta.url));
    const v8 = Number.parseInt(process.versions.v8 ?? "", 10);
    if (v8 < KNOWN_V8.first || v8 > KNOWN_V8.last) return bytes;
    // V8 compiles a function when it is first called, but validates all of them before. This module is the package's own: each
    // function is validated with its first call. Other modules, which a DAG's file may load, are not concerned.
    setFlagsFromString("--wasm-lazy-validation");
    try {
      return new WebAssembly.Module(bytes);
    } finally {
      setFlagsFromString("--no-wasm-lazy-validation");
    }
  });
}
