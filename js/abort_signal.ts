// The types of abort signals.

/** The shape of AbortSignal that dagfill needs, for places without its types. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** The platform's own AbortSignal where its types are loaded, else the structural one. */
export type HostAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer S } }
  ? S
  : AbortSignalLike;

/** Calls `abort` when the signal is aborted, at once if it is already. Returns what ends that. */
export function onAbort(signal: AbortSignalLike | undefined, abort: () => void): () => void {
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  return () => signal?.removeEventListener("abort", abort);
}
