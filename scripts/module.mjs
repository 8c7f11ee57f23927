// Reads the sections of a wasm module, as far as the build needs to know them.

/** A place in the bytes of a module, and the numbers that stand from there. */
export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** A number as LEB128 has it, without a sign. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  skip(count) {
    this.at += count;
  }
}

/** The reader at the first byte of the section with that number; undefined where there is none. */
export function section(module, wanted) {
  const reader = new Reader(module, 8);
  while (reader.at < module.length) {
    const id = reader.byte();
    const length = reader.number();
    if (id === wanted) return reader;
    reader.skip(length);
  }
}

/** How many functions are imported. The glue hands over nothing else. */
export function importedFunctions(module) {
  const reader = section(module, 2);
  const count = reader?.number() ?? 0;
  for (let left = count; left > 0; left--) {
    reader.skip(reader.number());
    reader.skip(reader.number());
    if (reader.byte() !== 0) throw new Error("expected that the module imports functions only");
    reader.number();
  }
  return count;
}

/** The code of each function that is not imported. */
export function functionBodies(module) {
  const reader = section(module, 10);
  return Array.from({ length: reader.number() }, () => {
    const length = reader.number();
    reader.skip(length);
    return module.subarray(reader.at - length, reader.at);
  });
}

/** What the memory begins with: stretches of bytes, each with its address. */
export function dataSegments(module) {
  const reader = section(module, 11);
  return Array.from({ length: reader.number() }, () => {
    const [kind, constant] = [reader.number(), reader.byte()];
    if (kind !== 0 || constant !== 0x41)
      throw new Error("expected that all data has a fixed place in memory");
    const address = reader.number();
    const [end, length] = [reader.byte(), reader.number()];
    if (end !== 0x0b) throw new Error("expected that all data has a fixed place in memory");
    reader.skip(length);
    return { address, bytes: module.subarray(reader.at - length, reader.at) };
  });
}

/** Every number in a function's code that may be an address: of `i32.const`, and of the fixed part of a load or store. Found without
 *  reading the instructions, so that there may be others among them. */
export function addressesIn(body) {
  const found = [];
  for (let at = 0; at < body.length; at++) {
    const code = body[at];
    const isConstant = code === 0x41;
    if (!isConstant && (code < 0x28 || code > 0x3e)) continue;
    let [number, scale, byte] = [0, 1, 128];
    for (let next = at + (isConstant ? 1 : 2); byte >= 128 && next < body.length; next++, scale *= 128) {
      byte = body[next];
      number += (byte & 127) * scale;
    }
    found.push(number);
  }
  return found;
}
