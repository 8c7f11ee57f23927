import { DagfillError } from "dagfill";
import type { EngineError } from "../model";

/** Any thrown value as plain data. Errors of the package keep their code, place and hint. */
export function failureOf(thrown: unknown): EngineError {
  if (thrown instanceof DagfillError)
    return {
      code: thrown.code,
      message: thrown.message,
      field: thrown.field,
      input: thrown.input,
      start: thrown.start,
      end: thrown.end,
      hint: thrown.hint,
      details: thrown.details,
    };
  // A policy without 'wasm-unsafe-eval', or a browser without WebAssembly.
  if (typeof WebAssembly === "undefined" || thrown instanceof WebAssembly.CompileError)
    return { code: "WASM_REFUSED", message: thrown instanceof Error ? thrown.message : "WebAssembly is missing" };
  return { code: "INTERNAL", message: thrown instanceof Error ? thrown.message : String(thrown) };
}
