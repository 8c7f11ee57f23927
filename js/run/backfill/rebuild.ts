// The core's half of a backfill, made from what the store knows and what is in flight in this process: at the beginning, and
// again whenever wasm has trapped.
import { BackfillEventCode, call, LostRun, type Raw } from "../../raw.js";
import { type InFlight, type InFlightMap, LEFT } from "../machine/in_flight.js";
import type { MachineHost } from "../machine/machine.js";
import type { DriverOptions } from "./driver_options.js";
import type { Rows, StoredRun } from "./rows.js";

export type RawBackfill = InstanceType<Raw["RawBackfill"]>;

/** Requests of the holder of a backfill, which a rebuilt machine has to be told again. */
export interface Wants {
  paused: boolean;
  /** true: with abort. */
  cancel?: boolean;
  /** The answer to a canary. */
  approved?: boolean;
  lost?: boolean;
  max?: number;
}

/** A record has the time before its commit: the run itself started up to so much later. */
const COMMIT_MS = 1_000;

type Rebuilt = Pick<DriverOptions<unknown>, "core" | "attach" | "execute"> & { rows: Rows; wants: Wants };

export function rebuildBackfill(
  { rows, core, attach, wants, execute }: Rebuilt,
  storedRuns: readonly StoredRun[],
  inFlight: InFlightMap<InFlight>,
  now: number,
  host: MachineHost,
): RawBackfill {
  const { columns, snapshot } = rows.set;
  const { actions, reasons, states, attempts, weights } = columns;
  rows.restore(storedRuns);
  const options = {
    ...core,
    reportsStart: execute.reportsStart === true,
    maxParallelRuns: wants.max ?? core.maxParallelRuns,
    canary: snapshot?.approval === "approved" ? undefined : core.canary,
    breakerSince: snapshot?.pausedAt,
  };
  const raw = call(
    (wasm) => new wasm.RawBackfill(options, actions, reasons, states, attempts, weights, host),
  );
  call(() => {
    const died = attach ? LostRun.Attach : LostRun.Restart;
    for (const { row, state, attempt, failures, own, startedAt, finishedAt, failed } of storedRuns) {
      if (failed !== undefined) raw.partly(row, failed.size);
      const lost = rows.begun[row] ? LostRun.Start : died;
      raw.stored(row, state, attempt, failures, own, startedAt ?? Number.NaN, finishedAt ?? Number.NaN, lost);
    }
    if (core.ratePer !== undefined) {
      const since = now - core.ratePer - COMMIT_MS;
      raw.recall(rows.startedAt.filter((started) => started > since));
      raw.recall(Float64Array.from(snapshot?.starts ?? []));
    }
    for (const [row, { attempt, started }] of inFlight) raw.adopt(row, attempt, started);
    raw.begin();
    for (const [row, { attempt, settled, beganAt, isLeft }] of inFlight) {
      if (isLeft) raw.handle(BackfillEventCode.Partly, row, attempt, LEFT);
      if (beganAt !== undefined) raw.handle(BackfillEventCode.Began, row, attempt, beganAt);
      if (settled === undefined) continue;
      const failed = settled ? rows.partly(row) : 0;
      if (failed > 0) {
        raw.handle(BackfillEventCode.Partly, row, attempt, failed);
        continue;
      }
      raw.handle(settled ? BackfillEventCode.Succeeded : BackfillEventCode.Failed, row, attempt, 0);
    }
    if (wants.paused) raw.handle(BackfillEventCode.Pause, 0, 0, 0);
    if (wants.approved) raw.handle(BackfillEventCode.Approve, 0, 0, 0);
    if (wants.cancel !== undefined) {
      raw.handle(wants.cancel ? BackfillEventCode.CancelAbort : BackfillEventCode.Cancel, 0, 0, 0);
    }
    if (wants.lost) raw.handle(BackfillEventCode.LeaseLost, 0, 0, 0);
  });
  return raw;
}
