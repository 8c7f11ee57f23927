import type { Progress, RunRecord, RunStore } from "dagfill";
import {
  CANCELED,
  FAILED,
  INTERRUPTED,
  KEEP,
  KEEP_FAILED,
  QUEUED,
  RUNNING,
  SUCCESS,
  TOKEN_COUNT,
  TOKENS,
} from "dagfill/planning";
import type { PlanView, RowDetail, ShownRun, StoredBackfill } from "../model";

/** The state of one date; the names are those of `RunRecord`. */
export interface DateState
  extends Partial<Pick<RunRecord, "startedAt" | "finishedAt" | "attempt" | "error">> {
  state: string;
  /** The run of the date as the backfill has recorded it. */
  record: RunRecord | undefined;
}

/** A backfill as it stood at one moment. */
export interface Moment {
  backfillId: string;
  state: StoredBackfill["state"];
  /** Epoch milliseconds. */
  at: number;
  progress: Progress;
  /** The plan with the tokens of the moment, which do not change any more. */
  plan: PlanView;
  /** The rows from `from` to before `to`. */
  states: (from: number, to: number) => Promise<DateState[]>;
}

/** The shown backfill at the moment that the page shows: now, or one of the past. `view` has the tokens of that moment, `state` is the
 *  backfill's own of now. */
export function momentOf(
  store: RunStore,
  { backfillId }: ShownRun,
  view: PlanView,
  past: number | null,
  state: Moment["state"],
): Moment {
  const plan = { ...view, tokens: view.tokens.slice() };
  const at = past ?? Date.now();
  return {
    ...{ backfillId, at, plan, progress: progressOf(plan.tokens) },
    state: past === null ? state : "running",
    async states(from, to) {
      const own = await recordsOf(store, backfillId, plan, from, to);
      return Array.from({ length: to - from }, (_, row) =>
        stateOf(plan.tokens[from + row] ?? KEEP, own.get(plan.dates[from + row] ?? 0), at),
      );
    },
  };
}

/** The records of a backfill by date, of the rows from `from` to before `to`. */
async function recordsOf(
  store: RunStore,
  backfillId: string,
  { dagId, dates }: PlanView,
  from: number,
  to: number,
) {
  const [oldest = 0, newest = oldest] = [dates[from] ?? 0, dates[to - 1] ?? 0].sort((a, b) => a - b);
  const records = await store.listRuns({ dagId, from: oldest, to: newest });
  const own = records.filter((record) => record.backfillId === backfillId);
  return new Map(own.map((record) => [Date.parse(record.executionDate), record]));
}

function stateOf(token: number, record: RunRecord | undefined, at: number): DateState {
  const state = token === KEEP || token === KEEP_FAILED ? "left_alone" : (TOKENS[token] ?? "queued");
  const { startedAt, finishedAt, attempt, error } = record ?? {};
  // A record tells of its last attempt, which may have begun after the moment; a date that waits has none, or one that failed.
  const isKnown = startedAt !== undefined && Date.parse(startedAt) <= at;
  const hasEnded = token === SUCCESS || token === FAILED || token === CANCELED || record?.state === "queued";
  if (!isKnown || (token === QUEUED && !hasEnded)) return { state, record };
  return {
    ...{ state, record, attempt, startedAt },
    ...(hasEnded && finishedAt !== undefined && Date.parse(finishedAt) <= at && { finishedAt, error }),
  };
}

/** Whether a row is of a plan that was made after the backfill had run the date: of one that is read again, the plan that it began with is not
 *  known any more. */
export const isLater = ({ existing }: RowDetail, { record }: DateState): boolean =>
  record !== undefined &&
  existing?.state === record.state &&
  existing.finishedAt === (record.finishedAt ?? null);

function progressOf(tokens: Uint8Array): Progress {
  const counts = new Array<number>(TOKEN_COUNT).fill(0);
  for (const token of tokens) counts[token] = (counts[token] ?? 0) + 1;
  const sum = (...some: number[]) => some.reduce((all, token) => all + (counts[token] ?? 0), 0);
  return {
    total: tokens.length,
    completed: sum(SUCCESS),
    failed: sum(FAILED),
    remaining: sum(QUEUED, RUNNING, INTERRUPTED),
    running: sum(RUNNING),
    skipped: sum(KEEP, KEEP_FAILED),
    canceled: sum(CANCELED),
  };
}
