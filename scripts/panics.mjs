// A panic of the core ends in a trap, and nobody ever reads its message: on wasm there is no stderr. This takes the bodies of
// the functions that write such messages, and what only they use goes with them. A trap stays a trap, at the same place.
import { readFileSync, writeFileSync } from "node:fs";
import { dataSegments } from "./module.mjs";

// As the module's name section has them, such as `core[c5930c85a12de822]::panicking::panic_fmt`.
const messengers = [
  /^(core|std)(\[\w+\])?::panicking::/,
  /^(core|std)(\[\w+\])?::(option|result|cell|str|slice|thread)::(.*::)?\w*(_fail|_failed|_fail_rt|panic_\w+)$/,
  /^<?(core|alloc|std|hashbrown)(\[\w+\])?::.*::(assert_failed|capacity_overflow|panic_on_ord_violation|len_mismatch_fail)$/,
  /^__rustc(\[\w+\])?::(rust_begin_unwind|rust_panic|__rust_start_panic)$/,
];

const sourcePath = /(?:\/rustc\/|\/rust\/deps\/|crates\/|src\/)[\w./-]+?\.rs/g;

/** Rewrites the module at `path`, which still has its name section; says how many functions have lost their body. */
export async function silencePanics(path) {
  const { default: binaryen } = await import("binaryen");
  const module = binaryen.readBinary(readFileSync(path));
  let count = 0;
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const pointer = module.getFunctionByIndex(index);
    const { name, module: imported } = binaryen.getFunctionInfo(pointer);
    if (imported || !messengers.some((pattern) => pattern.test(plain(name)))) continue;
    binaryen.Function(pointer).setBody(module.unreachable());
    count += 1;
  }
  writeFileSync(path, withoutPlaces(Buffer.from(module.emitBinary())));
  return count;
}

/** Zeroes for the places in sources that messages of panics name: `core::panic::Location`s (path, its length, line and column,
 *  four bytes each) and the paths. Zeroes are left out of the module. */
function withoutPlaces(module) {
  const segments = dataSegments(module);
  const lengths = new Map();
  const paths = [];
  for (const { address, bytes } of segments) {
    for (const { 0: path, index } of bytes.toString("latin1").matchAll(sourcePath)) {
      lengths.set(address + index, path.length);
      paths.push(bytes.subarray(index, index + path.length));
    }
  }
  for (const { address, bytes } of segments) {
    for (let at = -address & 3; at + 16 <= bytes.length; at += 4) {
      const length = lengths.get(bytes.readUInt32LE(at));
      // The length of a path that C could read counts the zero behind it.
      const longer = bytes.readUInt32LE(at + 4) - length;
      if (longer === 0 || longer === 1) bytes.fill(0, at, at + 16);
    }
  }
  for (const path of paths) path.fill(0);
  return module;
}

/** Binaryen writes what is no letter as `\5b`. */
function plain(name) {
  return name.replace(/\\([0-9a-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
