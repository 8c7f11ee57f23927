// Plain data for the core that may also be stored, and sent to a worker.

/** A schedule and its options as the core reads them. `origin`: where a period without an anchor counts from. */
export type TimetableWire = { origin?: number; [name: string]: unknown };

/** Something that opens at the dates of a schedule and stays open for `duration` milliseconds. */
export type WindowWire = TimetableWire & { duration: number };
