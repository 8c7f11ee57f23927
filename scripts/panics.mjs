// A panic of the core ends in a trap, and nobody ever reads its message: on wasm there is no stderr. This takes the bodies of
// the functions that write such messages, and what only they use goes with them. A trap stays a trap, at the same place.
import { readFileSync, writeFileSync } from "node:fs";
import { addressesIn, dataSegments, functionBodies, importedFunctions } from "./module.mjs";
import { panicTexts } from "./panic_texts.mjs";

// As the module's name section has them, such as `core[c5930c85a12de822]::panicking::panic_fmt`.
const messengers = [
  /^<?(core|std)(\[\w+\])?::panicking::/,
  /^core(\[\w+\])?::ptr::drop_in_place(::)?<std(\[\w+\])?::panicking::/,
  /^(core|std)(\[\w+\])?::(option|result|cell|str|slice|thread)::(.*::)?\w*(_fail|_failed|_fail_rt|panic_\w+)$/,
  /^<?(core|alloc|std|hashbrown)(\[\w+\])?::.*::(assert_failed|capacity_overflow|panic_on_ord_violation|len_mismatch_fail)$/,
  /^__rustc(\[\w+\])?::(rust_begin_unwind|rust_panic|__rust_start_panic)$/,
  // The `Debug` of values that messages of panics show. Texts of the core quote values by its own functions (src/error/quoted.rs).
  /^<(char|&usize|(core|std)(\[\w+\])?::(ops::range::Range<usize>|thread::local::AccessError|alloc::layout::LayoutError|fmt::Error)) as core(\[\w+\])?::fmt::Debug>::fmt(\[\d+\])?$/,
  // The search whether a character is printable, which only `Debug` of a text asks for, and its tables.
  /^core(\[\w+\])?::unicode::(printable|unicode_data::grapheme_extend)::/,
];

// Functions by which a host calls closures of the core, which hands out none. A function that the glue calls would be exported.
const closures = /^wasm_bindgen(\[\w+\])?::convert::closures::/;

const tables = /^core(\[\w+\])?::unicode::/;

const sourcePath = /(?:\/rustc\/|\/rust\/deps\/|crates\/|src\/)[\w./-]+?\.rs/g;

/** Rewrites the module at `path`, which still has its name section; says how many functions have lost their body. */
export async function silencePanics(path) {
  const { default: binaryen } = await import("binaryen");
  const before = readFileSync(path);
  const bodies = functionBodies(before);
  const imported = importedFunctions(before);
  const module = binaryen.readBinary(before);
  const exported = new Set();
  for (let index = 0; index < module.getNumExports(); index++) {
    exported.add(binaryen.getExportInfo(module.getExportByIndex(index)).value);
  }
  const [silenced, lost] = [new Set(), []];
  for (let index = 0; index < module.getNumFunctions(); index++) {
    const pointer = module.getFunctionByIndex(index);
    const { name, module: host } = binaryen.getFunctionInfo(pointer);
    if (host || exported.has(name)) continue;
    const known = plain(name);
    if (!closures.test(known) && !messengers.some((pattern) => pattern.test(known))) continue;
    binaryen.Function(pointer).setBody(module.unreachable());
    silenced.add(index - imported);
    if (tables.test(known)) lost.push(index - imported);
  }
  const dead = tablesOf(bodies, silenced, lost, dataSegments(before));
  writeFileSync(path, withoutMessages(Buffer.from(module.emitBinary()), dead));
  return silenced.size;
}

/** The ranges of data whose address only functions without a body hold, and one of `owners` among them. Each range ends at the next address
 *  that any function or datum holds. */
function tablesOf(bodies, silenced, owners, segments) {
  const named = new Set(owners.flatMap((owner) => addressesIn(bodies[owner])));
  const elsewhere = new Set();
  for (const [index, body] of bodies.entries()) {
    if (!silenced.has(index)) for (const address of addressesIn(body)) elsewhere.add(address);
  }
  for (const { bytes } of segments) {
    for (let at = 0; at + 4 <= bytes.length; at++) elsewhere.add(bytes.readUInt32LE(at));
  }
  const places = [...new Set([...named, ...elsewhere])].sort((a, b) => a - b);
  return places.flatMap((start, index) =>
    named.has(start) && !elsewhere.has(start) ? [[start, places[index + 1] ?? start]] : [],
  );
}

/** Zeroes for what only messages of panics need: the places in sources that they name, their texts and their tables. Brotli takes
 *  a row of zeroes for nothing. */
function withoutMessages(module, dead) {
  const segments = dataSegments(module);
  withoutPlaces(segments);
  for (const { address, bytes } of segments) {
    const all = bytes.toString("latin1");
    for (const text of panicTexts) {
      for (let at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1))
        bytes.fill(0, at, at + text.length);
    }
    for (const [start, end] of dead) {
      const [from, to] = [start, end].map((place) => Math.min(Math.max(place - address, 0), bytes.length));
      bytes.fill(0, from, to);
    }
  }
  return module;
}

/** The places in sources: `core::panic::Location`s (path, its length, line and column, four bytes each) and the paths. */
function withoutPlaces(segments) {
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
}

/** Binaryen writes what is no letter as `\5b`. */
function plain(name) {
  return name.replace(/\\([0-9a-f]{2})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));
}
