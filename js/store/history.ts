// The runs of a DAG as columns: a million of them are a few typed arrays, and a record is made of them when somebody asks for it.
import { iso } from "../time.js";
import { type RunRow, runRecord } from "./row.js";
import { runIdOf } from "./run_id.js";
import { RUN_STATES, RUN_TYPES } from "./states.js";
import type { DetailColumn, RunDetails, RunHistory, RunRecord, RunState, RunType } from "./store.js";

const NO_CONF = "{}";

/** Collects rows, oldest first. */
export class HistoryBuilder {
  #count = 0;
  #numbers = new Float64Array(0);
  #codes = new Uint8Array(0);
  #attempts = new Uint32Array(0);
  readonly #texts: RunDetails["texts"] = {};
  readonly #last: Partial<Record<DetailColumn, string>> = {};

  add(row: Omit<RunRow, "dagId">): void {
    const at = this.#count;
    if (at === this.#attempts.length) this.#grow();
    this.#count += 1;
    const numbers = this.#numbers;
    numbers[at * 5] = row.executionMs;
    numbers[at * 5 + 1] = row.startMs;
    numbers[at * 5 + 2] = row.endMs;
    numbers[at * 5 + 3] = row.startedMs ?? Number.NaN;
    numbers[at * 5 + 4] = row.finishedMs ?? Number.NaN;
    this.#codes[at] = RUN_STATES.indexOf(row.state) * 4 + RUN_TYPES.indexOf(row.runType);
    this.#attempts[at] = row.attempt;
    if (row.runId !== runIdOf(row.runType, iso(row.executionMs))) this.#text("runId", at, row.runId);
    if (row.conf !== NO_CONF) this.#text("conf", at, row.conf);
    if (row.backfillId !== null) this.#text("backfillId", at, row.backfillId);
    if (row.owner !== null) this.#text("owner", at, row.owner);
    if (row.key !== null) this.#text("key", at, row.key);
    if (row.chunk !== null) this.#text("chunk", at, row.chunk);
    if (row.error !== null) this.#text("error", at, row.error);
    if (row.output !== null) this.#text("output", at, row.output);
  }

  history(): RunHistory {
    const count = this.#count;
    const column = (place: number) => {
      const values = new Float64Array(count);
      for (let at = 0; at < count; at += 1) values[at] = this.#numbers[at * 5 + place] as number;
      return values;
    };
    const codes = this.#codes.subarray(0, count);
    const texts = this.#texts;
    for (const name in texts) padded(texts[name as DetailColumn] as (string | null)[], count);
    const columns = {
      executionMs: column(0),
      startMs: column(1),
      endMs: column(2),
      state: codes.map((code) => code >> 2),
      attempt: this.#attempts.slice(0, count),
      details: {
        startedMs: column(3),
        finishedMs: column(4),
        runType: codes.map((code) => code & 3),
        texts,
      },
    };
    return {
      ...columns,
      runIds: (from, to) => {
        const ids: string[] = [];
        for (let at = from; at < to; at += 1) ids.push(runIdAt(columns, at));
        return ids;
      },
    };
  }

  #grow(): void {
    const room = Math.max(1024, this.#attempts.length * 2);
    this.#numbers = larger(this.#numbers, new Float64Array(room * 5));
    this.#codes = larger(this.#codes, new Uint8Array(room));
    this.#attempts = larger(this.#attempts, new Uint32Array(room));
  }

  /** Neighbours often have the same text, and then share it. */
  #text(column: DetailColumn, at: number, text: string): void {
    this.#texts[column] ??= [];
    const texts = this.#texts[column];
    padded(texts, at);
    if (this.#last[column] !== text) this.#last[column] = text;
    texts.push(this.#last[column] as string);
  }
}

function padded(texts: (string | null)[], length: number): void {
  while (texts.length < length) texts.push(null);
}

function larger<T extends Float64Array | Uint8Array | Uint32Array>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** What records can be made of: the columns of a history, without its functions. */
export type HistoryColumns = Omit<RunHistory, "runIds">;

export function runIdAt({ executionMs, details }: HistoryColumns, at: number): string {
  const type = RUN_TYPES[details?.runType[at] ?? 0] as RunType;
  return details?.texts.runId?.[at] ?? runIdOf(type, iso(executionMs[at] as number));
}

/** The record of the run at a place. */
export function recordAt(dagId: string, columns: HistoryColumns, at: number): RunRecord {
  const { details } = columns;
  const number = (values: Float64Array | undefined) => {
    const value = values?.[at] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  const text = (name: DetailColumn) => details?.texts[name]?.[at] ?? null;
  return runRecord({
    dagId,
    runId: runIdAt(columns, at),
    executionMs: columns.executionMs[at] as number,
    startMs: columns.startMs[at] as number,
    endMs: columns.endMs[at] as number,
    runType: RUN_TYPES[details?.runType[at] ?? 0] as RunType,
    state: RUN_STATES[columns.state[at] as number] as RunState,
    conf: text("conf") ?? NO_CONF,
    attempt: columns.attempt[at] as number,
    startedMs: number(details?.startedMs),
    finishedMs: number(details?.finishedMs),
    backfillId: text("backfillId"),
    owner: text("owner"),
    key: text("key"),
    chunk: text("chunk"),
    error: text("error"),
    output: text("output"),
  });
}
