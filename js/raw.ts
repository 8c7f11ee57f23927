// The one door to the generated wasm glue. Nothing else imports it, so that how and when the module is instantiated,
// and what a trap means, is decided in one place.
import * as glue from "../.cache/glue/dagfill.js";
import { DagfillError, type ErrorCode, type ErrorDetail } from "./error.js";
import { checkedSource, compiled, noModule, unavailable, type WasmSource } from "./wasm_source.js";
import { knowsZone, zoneNames, zoneOffsets } from "./zones.js";

/** The numbers of the protocol, by name. */
export {
  AbortCode,
  ActionCode,
  BackfillCommand,
  BackfillEventCode,
  BackfillNotice,
  BackfillState,
  BeginCode,
  CatchupNumber,
  EdgeCode,
  EstimateNumber,
  GapNumber,
  LookupCode,
  LostRun,
  ManualNumber,
  OnUnknownCode,
  ProgressNumber,
  RowColumn,
  RowStatus,
  RunOrigin,
  RunStateCode,
  SchedulerCommand,
  SchedulerEventCode,
  TaskCommand,
  TaskEventCode,
  TaskStateCode,
} from "../.cache/glue/dagfill.js";

/** The exports of the wasm module. */
export type Raw = typeof glue;

let source: (() => WasmSource) | undefined;
let ready = false;
let instances = 0;

/** An entry says where its module comes from; nothing is decoded or compiled before the first call needs it. */
export function provide(from: () => WasmSource): void {
  source = from;
}

/** The wasm module's exports; the first call instantiates it. WASM_UNAVAILABLE when it cannot be. */
export function raw(): Raw {
  if (!ready) {
    if (source === undefined) throw noModule();
    start(source);
  }
  return glue;
}

function start(source: () => WasmSource): void {
  try {
    glue.initSync({ module: checkedSource(source()) });
  } catch (error) {
    throw unavailable(error);
  }
  started();
}

/** Like `raw`, without compiling on the caller's thread: for a module that is fetched. WASM_UNAVAILABLE when it cannot be
 *  fetched, is no wasm, or may not be compiled. */
export async function load(from: unknown): Promise<void> {
  if (ready) return;
  try {
    await glue.default({ module_or_path: await compiled(from) });
  } catch (error) {
    throw unavailable(error);
  }
  if (!ready) started();
}

function started(): void {
  ready = true;
  instances = 1;
  glue.setHost({ knowsZone, zoneNames, zoneOffsets });
}

/** Counts the instances so far. Whoever holds an object of the wasm side remembers the number it was made under:
 *  when it has changed, that object died with its instance and must be rebuilt from the store. */
export function instance(): number {
  return instances;
}

/** Drops the instance and makes another of the same module: after a trap the memory of the old instance is in an undefined state. */
export function reset(): void {
  if (!ready) return;
  try {
    glue.__wbg_reset_state();
  } catch (error) {
    throw unavailable(error);
  }
  instances += 1;
  glue.setHost({ knowsZone, zoneNames, zoneOffsets });
}

/** One call into wasm. What the core refuses ends as a DagfillError; a trap, or a stack that overflowed, ends as
 *  INTERNAL, and the next call has a new instance. */
export function call<T>(use: (wasm: Raw) => T): T {
  const wasm = raw();
  try {
    return use(wasm);
  } catch (error) {
    throw understood(error);
  }
}

/** An error thrown by the core as a DagfillError. */
function understood(error: unknown): unknown {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    reset();
    return new DagfillError("INTERNAL", `expected an answer from the core, got a trap: ${error.message}`, {
      cause: error,
      hint: "this is a bug of dagfill; the core was started again and the next call works",
    });
  }
  if (error instanceof Error || typeof error !== "object" || error === null) return error;
  const { code, message, ...detail } = error as { code: ErrorCode; message: string } & ErrorDetail;
  return new DagfillError(code, message, detail);
}
