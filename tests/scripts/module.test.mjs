// What the build does to the module after the compiler: similar functions become neighbours, and panics say nothing.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import binaryen from "binaryen";
import { dataSegments, functionBodies, importedFunctions } from "../../scripts/module.mjs";
import { nameByResemblance } from "../../scripts/order.mjs";
import { panicTexts } from "../../scripts/panic_texts.mjs";
import { silencePanics } from "../../scripts/panics.mjs";
import { root } from "../../scripts/process.mjs";

/** What `change` makes of the file of a module that is given as text. */
async function changed(wat, change, { names = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-module-"));
  try {
    const path = join(folder, "module.wasm");
    binaryen.setDebugInfo(names);
    writeFileSync(path, binaryen.parseText(wat).emitBinary());
    await change(path);
    return readFileSync(path);
  } finally {
    binaryen.setDebugInfo(false);
    rmSync(folder, { recursive: true });
  }
}

/** A function that adds so many times the numbers of its kind. */
function adder(name, kind, times) {
  const sums = Array.from(
    { length: times },
    (_, i) => `(drop (i64.mul (local.get 0) (i64.const ${kind + i})))`,
  );
  return `(func $${name} (export "${name}") (param i64) ${sums.join(" ")})`;
}

test("functions that resemble each other become neighbours", async () => {
  const functions = ["a", "b", "c"].flatMap((letter, i) => [
    adder(`${letter}1`, 1_000, 60 + i),
    adder(`${letter}2`, 5_000_000, 60 + i),
  ]);
  const wat = `(module (import "host" "f" (func)) ${functions.join("\n")})`;
  const before = await changed(wat, () => {});
  assert.equal(importedFunctions(before), 1);
  assert.equal(functionBodies(before).length, 6);

  const named = binaryen.readBinary(await changed(wat, nameByResemblance));
  named.runPasses(["reorder-functions-by-name"]);
  const sorted = binaryen.readBinary(named.emitBinary());
  const exported = new Map();
  for (let i = 0; i < sorted.getNumExports(); i++) {
    const { name, value } = binaryen.getExportInfo(sorted.getExportByIndex(i));
    exported.set(value, name);
  }
  const kinds = [];
  for (let i = 0; i < sorted.getNumFunctions(); i++) {
    const { name, module } = binaryen.getFunctionInfo(sorted.getFunctionByIndex(i));
    if (!module) kinds.push(exported.get(name)[1]);
  }
  assert.match(kinds.join(""), /^(111222|222111)$/);
  assert.ok(binaryen.readBinary(sorted.emitBinary()).validate());
});

test("what only panics say is left out: their messages, and the places that they name", async () => {
  const path = "src/time/zone.rs";
  // A Location: address and length of the path, line 12, column 5. Behind it a text that somebody needs, and its address.
  const location = "\\00\\04\\00\\00\\10\\00\\00\\00\\0c\\00\\00\\00\\05\\00\\00\\00";
  const kept = "\\40\\04\\00\\00\\04\\00\\00\\00";
  const wat = `(module (memory 1)
    (data (i32.const 1024) "${path}${location}${kept}")
    (data (i32.const 1088) "kept")
    (func $core[0f]::panicking::panic_fmt (param i32) (drop (i32.load (local.get 0))))
    (func $dagfill::time (export "time") (call $core[0f]::panicking::panic_fmt (i32.const 1040))))`.replace(
    /\$(core\[0f\]::panicking::panic_fmt|dagfill::time)/g,
    (name) => `$"${name.slice(1)}"`,
  );
  const silent = await changed(wat, silencePanics, { names: true });
  const [places, text] = dataSegments(silent);
  assert.equal(places.address, 1024);
  assert.ok(places.bytes.subarray(0, path.length + 16).every((byte) => byte === 0));
  assert.deepEqual([...places.bytes.subarray(path.length + 16)], [0x40, 4, 0, 0, 4, 0, 0, 0]);
  assert.equal(text.bytes.toString(), "kept");
  const trap = [0, 0x00, 0x0b];
  assert.deepEqual([...functionBodies(silent)[0]], trap);
});

test("what shows values in messages is left out, with the tables that nothing else names", async () => {
  const printable = "core[0f]::unicode::printable::is_printable";
  const debug = "<char as core[0f]::fmt::Debug>::fmt";
  const closure = "wasm_bindgen::convert::closures::_::invoke";
  const wat = `(module (memory 32) (table 4 funcref) (elem (i32.const 1) $"${debug}" $"${closure}")
    (data (i32.const 1048576) "printablesharedTABLEneeded")
    (func $"${printable}" (param i32) (result i32) (i32.add (i32.load8_u offset=1048585 (local.get 0))
      (i32.add (i32.load8_u offset=1048576 (local.get 0)) (i32.load8_u offset=1048591 (local.get 0)))))
    (func $"${debug}" (param i32) (result i32) (call $"${printable}" (local.get 0)))
    (func $"${closure}" (param i32) (drop (i32.load (local.get 0))))
    (func $"${closure}2" (export "invoke") (param i32) (drop (i32.load (local.get 0))))
    (func $"dagfill::shared" (export "shared") (result i32)
      (i32.add (i32.load8_u (i32.const 1048585)) (i32.load8_u (i32.const 1048596)))))`;
  const silent = await changed(wat, silencePanics, { names: true });
  const [{ bytes }] = dataSegments(silent);
  assert.equal(bytes.toString(), `${"\0".repeat(9)}shared${"\0".repeat(5)}needed`);
  const traps = functionBodies(silent).map((body) => Buffer.from(body).equals(Buffer.from([0, 0x00, 0x0b])));
  assert.deepEqual(traps, [true, true, true, false, false]);
});

test("no text of a panic is one that the core itself writes", () => {
  const files = readdirSync(join(root, "src"), { recursive: true }).filter((file) => file.endsWith(".rs"));
  const core = files.map((file) => readFileSync(join(root, "src", file), "utf8")).join("\n");
  const own = panicTexts.filter((text) => core.includes(text));
  assert.deepEqual(own, []);
});
