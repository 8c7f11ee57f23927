// The tables of tests/cases, which the Rust tests read too.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../scripts/process.mjs";

/** A file of tests/cases. */
export function file(path) {
  return JSON.parse(readFileSync(join(root, "tests", "cases", path), "utf8"));
}

/** Its cases. */
export function table(path) {
  return file(path).cases;
}

/** As dagfill writes instants: milliseconds only when they are not zero. */
export function iso(ms) {
  return new Date(ms).toISOString().replace(".000Z", "Z");
}
