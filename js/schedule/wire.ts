// Plain data for the core that may also be stored, and sent to a worker.

/** A schedule and its options as the core reads them. `origin`: where a period without an anchor counts from. */
export type TimetableWire = { origin?: number; [name: string]: unknown };
