// Why the core ends a run early, by its code.
import { AbortCode } from "../../raw.js";
import type { AbortKind } from "../host/executor.js";

export const ABORTS: Record<number, AbortKind> = {
  [AbortCode.Timeout]: "timeout",
  [AbortCode.Cancel]: "cancel",
  [AbortCode.LeaseLost]: "lost",
};
