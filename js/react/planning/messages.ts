// Messages between page and worker. One worker serves every backfill of a page: `client` says which.
import type { ErrorData, RunHistory, RunStore } from "../../face.js";
import type { Planning } from "./planning.js";

/** The questions that a worker answers. */
export type Question = keyof Planning;

/** The part of a store that a preview reads. */
export const READS = [
  "listRuns",
  "listTaskInstances",
  "getXcom",
  "loadBackfill",
  "listBackfills",
  "readLease",
  "countRuns",
  "listHistory",
] as const satisfies readonly (keyof RunStore)[];
export type Read = (typeof READS)[number];

export type ToWorker =
  | { kind: "open"; client: number; reads: Read[] }
  | { kind: "close"; client: number }
  | { kind: "ask"; client: number; id: number; question: Question; args: unknown[] }
  | ({ kind: "answer"; client: number; id: number } & Outcome);

export type FromWorker =
  | { kind: "ready" }
  | ({ kind: "answer"; client: number; id: number } & Outcome)
  | { kind: "read"; client: number; id: number; read: Read; args: unknown[] };

/** A value, or the error in its place. */
export type Outcome = { value: unknown; error?: never } | { value?: never; error: ErrorData | PlainError };

/** An error that is none of the package's. */
export interface PlainError {
  name: string;
  message: string;
}

/** A history without its function: the ids of its runs where nothing else tells them. */
export interface PortableHistory extends Omit<RunHistory, "runIds"> {
  ids: string[] | null;
}

export function toPortableHistory({ runIds, ...columns }: RunHistory): PortableHistory {
  return { ...columns, ids: columns.details === undefined ? runIds(0, columns.executionMs.length) : null };
}

export function fromPortableHistory({ ids, ...columns }: PortableHistory): RunHistory {
  return { ...columns, runIds: (from, to) => (ids ?? []).slice(from, to) };
}
