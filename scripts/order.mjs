// Functions that resemble each other become neighbours: brotli names what is near in fewer bits. 1 % of the compressed module.
import { readFileSync, writeFileSync } from "node:fs";
import { functionBodies, importedFunctions } from "./module.mjs";

// Bytes of code that are compared at once, and how many functions back the next one may resemble.
const stretch = 6;
const lookBack = 16;
// What more functions than this share tells little about any of them.
const common = 150;

/** Names the functions of the module at `path` so that sorted by name (wasm-opt can do that) similar ones stand together. */
export function nameByResemblance(path) {
  const module = readFileSync(path);
  const imported = importedFunctions(module);
  const order = chain(functionBodies(module).map(marksOf));
  const ranks = [...order.entries()].sort(([, a], [, b]) => a - b);
  const entries = ranks.flatMap(([rank, index]) => [
    ...number(imported + index),
    ...text(String(rank).padStart(6, "0")),
  ]);
  const names = [...number(ranks.length), ...entries];
  const content = [...text("name"), 1, ...number(names.length), ...names];
  writeFileSync(path, Buffer.concat([module, Uint8Array.from([0, ...number(content.length), ...content])]));
}

/** Hashes of one in eight stretches of a function's code; of equal stretches always the same. */
function marksOf(body) {
  const found = new Set();
  for (let start = 0; start + stretch <= body.length; start++) {
    let hash = 0;
    for (let i = start; i < start + stretch; i++) hash = (Math.imul(hash, 31) + body[i]) | 0;
    if (Math.imul(hash, 0x9e3779b1) >>> 29 === 0) found.add(hash);
  }
  return found;
}

/** The indices of all functions, each behind those that it shares most marks with. */
function chain(functions) {
  const owners = new Map();
  for (const [index, marks] of functions.entries()) {
    for (const mark of marks) {
      if (!owners.has(mark)) owners.set(mark, []);
      owners.get(mark).push(index);
    }
  }
  const order = [];
  const left = new Set(functions.keys());
  for (let next = 0; next !== undefined; next = nearest() ?? left.values().next().value) {
    order.push(next);
    left.delete(next);
  }
  return order;

  function nearest() {
    const shared = new Map();
    for (const index of order.slice(-lookBack)) {
      for (const mark of functions[index]) {
        const others = owners.get(mark);
        if (others.length > common) continue;
        for (const other of others) {
          if (left.has(other)) shared.set(other, (shared.get(other) ?? 0) + 1 / Math.sqrt(others.length));
        }
      }
    }
    let [best, most] = [undefined, 0];
    for (const [index, weight] of shared) {
      const part = weight / (functions[index].size + 8) ** 0.8;
      if (part > most) [best, most] = [index, part];
    }
    return best;
  }
}

/** LEB128. */
function number(value) {
  return value < 128 ? [value] : [(value % 128) + 128, ...number(Math.floor(value / 128))];
}

function text(value) {
  return [...number(value.length), ...Buffer.from(value)];
}
