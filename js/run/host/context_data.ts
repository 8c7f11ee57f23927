// The data of a context.
import type { RunState } from "../../store/store.js";
import type { RunContext } from "./run_context.js";

type Plain = Omit<
  RunContext,
  "signal" | "key" | "render" | "backfillId" | "existingState" | "unresolved" | "onUnknown"
>;
/** The data of a context. */
export type ContextData = Plain & { backfillId?: string | undefined; existingState?: RunState | undefined };
