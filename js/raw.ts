// The one door to the generated wasm glue. Nothing else imports it, so that how and when the module is instantiated,
// and what a trap means, is decided in one place.
import * as glue from "../.cache/glue/dagfill.js";
import { DagfillError, type ErrorCode, type ErrorDetail } from "./error.js";
import { checkedSource, compiled, noModule, unavailable, type WasmSource } from "./wasm_source.js";
import { zoneName, zoneNames, zoneOffsets } from "./zones.js";

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
  CountNumber,
  EdgeCode,
  EstimateNumber,
  GapNumber,
  LookupCode,
  LostRun,
  ManualNumber,
  OnUnknownCode,
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
/** A call has thrown, and it is not known yet that the core only refused something: its memory may be in an undefined state.
 *  Where a stack has overflowed there may be no room to find out. */
let isSuspect = false;
/** A question of the core that the host could not answer, such as where the stack was too small for it: the core goes on with offsets
 *  of zero and would keep them. */
let unanswered: unknown;

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
  if (isSuspect) reset();
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
    glue.initSync({ module: await compiled(from) });
  } catch (error) {
    throw unavailable(error);
  }
  if (!ready) started();
}

function started(): void {
  ready = true;
  instances = 1;
  answerQuestions();
}

function answerQuestions(): void {
  unanswered = undefined;
  glue.setHost({
    zoneName,
    zoneNames,
    zoneOffsets(...question: Parameters<typeof zoneOffsets>) {
      try {
        return zoneOffsets(...question);
      } catch (error) {
        unanswered = error;
        throw error;
      }
    },
  });
}

/** Counts the instances so far. Whoever holds an object of the wasm side remembers the number it was made under:
 *  when it has changed, that object died with its instance and must be rebuilt from the store. */
export function instance(): number {
  return instances;
}

/** Drops the instance and makes another of the same module: after a trap the memory of the old instance is in an undefined state. */
function reset(): void {
  if (!ready) return;
  isSuspect = true;
  instances += 1;
  try {
    glue.__wbg_reset_state();
  } catch (error) {
    throw unavailable(error);
  }
  answerQuestions();
  isSuspect = false;
}

/** One call into wasm. What the core refuses ends as a DagfillError; a trap, or a stack that overflowed, ends as
 *  INTERNAL, and the next call has a new instance. */
export function call<T>(use: (wasm: Raw) => T): T {
  const wasm = raw();
  try {
    const answer = use(wasm);
    if (unanswered !== undefined) throw unanswered;
    return answer;
  } catch (error) {
    const wasSuspect = isSuspect;
    isSuspect = true;
    throw understood(error, wasSuspect);
  }
}

/** An error thrown by the core as a DagfillError. */
function understood(error: unknown, wasSuspect: boolean): unknown {
  if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
    reset();
    return new DagfillError("INTERNAL", `expected an answer from the core, got a trap: ${error.message}`, {
      cause: error,
      hint: "this is a bug of dagfill; the core was started again and the next call works",
    });
  }
  isSuspect = wasSuspect;
  if (error instanceof Error || typeof error !== "object" || error === null) return error;
  const { code, message, ...detail } = error as { code: ErrorCode; message: string } & ErrorDetail;
  // Node prints each line of a text as one: where they are many, spaces keep the places that the span names.
  const { input } = detail;
  if (input !== undefined && input.split("\n").length > 50) detail.input = input.replaceAll("\n", " ");
  return new DagfillError(code, message, detail);
}
