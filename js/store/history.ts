// The runs of a DAG as columns: a million of them are a few typed arrays, and a record is made of them when somebody asks for it.
import { RUN_STATES, RUN_TYPES } from "../codes.js";
import { iso } from "../time.js";
import { instantMs } from "./instant.js";
import { type RunRow, runRecord } from "./row.js";
import { runIdOf } from "./run_id.js";
import type { DetailColumn, RunDetails, RunHistory, RunRecord, RunState, RunType } from "./store.js";

const NO_CONF = "{}";

/** Columns that grow a chunk at a time, so that a million runs are copied once. */
const CHUNK = 16_384;

const newChunk = () => ({
  executionMs: new Float64Array(CHUNK),
  startMs: new Float64Array(CHUNK),
  endMs: new Float64Array(CHUNK),
  startedMs: new Float64Array(CHUNK),
  finishedMs: new Float64Array(CHUNK),
  state: new Uint8Array(CHUNK),
  runType: new Uint8Array(CHUNK),
  attempt: new Uint32Array(CHUNK),
});
type Chunk = ReturnType<typeof newChunk>;

/** Collects runs, oldest first. */
export class HistoryBuilder {
  #count = 0;
  #chunk = newChunk();
  readonly #chunks: Chunk[] = [this.#chunk];
  readonly #texts: RunDetails["texts"] = {};
  readonly #last: Partial<Record<DetailColumn, string>> = {};
  readonly #isDefault = defaultIds();

  /** The numbers of a run. `state` and `runType` are places in RUN_STATES and RUN_TYPES; NaN where it has not begun or ended. What
   *  else it has is told by `text` behind this. */
  addNumbers(
    executionMs: number,
    startMs: number,
    endMs: number,
    startedMs: number,
    finishedMs: number,
    state: number,
    runType: number,
    attempt: number,
  ): void {
    const at = this.#count % CHUNK;
    if (at === 0 && this.#count > 0) {
      this.#chunk = newChunk();
      this.#chunks.push(this.#chunk);
    }
    this.#count += 1;
    const chunk = this.#chunk;
    chunk.executionMs[at] = executionMs;
    chunk.startMs[at] = startMs;
    chunk.endMs[at] = endMs;
    chunk.startedMs[at] = startedMs;
    chunk.finishedMs[at] = finishedMs;
    chunk.state[at] = state;
    chunk.runType[at] = runType;
    chunk.attempt[at] = attempt;
  }

  /** A text of the run that was added last. Neighbours often have the same one, and then share it. */
  text(column: DetailColumn, text: string): void {
    let texts = this.#texts[column];
    if (texts === undefined) {
      texts = [];
      this.#texts[column] = texts;
    }
    const last = this.#last[column];
    if (last !== text) this.#last[column] = text;
    if (texts.length !== this.#count - 1) padded(texts, this.#count - 1);
    texts.push(last === text ? last : text);
  }

  /** The id of the run that was added last. */
  id(runId: string, runType: number, executionMs: number): void {
    if (!this.#isDefault(runId, runType, executionMs)) this.text("runId", runId);
  }

  /** The execution date of the run that was added last. */
  get last(): number | undefined {
    return this.#count === 0 ? undefined : this.#chunk.executionMs[(this.#count - 1) % CHUNK];
  }

  add(row: Omit<RunRow, "dagId">): void {
    const runType = RUN_TYPES.indexOf(row.runType);
    this.addNumbers(
      row.executionMs,
      row.startMs,
      row.endMs,
      row.startedMs ?? Number.NaN,
      row.finishedMs ?? Number.NaN,
      RUN_STATES.indexOf(row.state),
      runType,
      row.attempt,
    );
    this.id(row.runId, runType, row.executionMs);
    if (row.conf !== NO_CONF) this.text("conf", row.conf);
    for (const column of OPTIONAL_TEXTS) {
      const text = row[column];
      if (typeof text === "string") this.text(column, text);
    }
  }

  /** The record of a run, as a store that has no rows of ours answers it. */
  addRecord(run: RunRecord): void {
    const ms = (text: string | undefined) => (text === undefined ? undefined : instantMs(text));
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    const executionMs = ms(run.executionDate) ?? Number.NaN;
    this.add({
      runId: run.runId,
      executionMs,
      startMs: ms(run.dataInterval?.start) ?? executionMs,
      endMs: ms(run.dataInterval?.end) ?? executionMs,
      runType: run.runType,
      state: run.state,
      conf: JSON.stringify(run.conf),
      attempt: run.attempt,
      startedMs: ms(run.startedAt) ?? null,
      finishedMs: ms(run.finishedAt) ?? null,
      backfillId: run.backfillId ?? null,
      owner: run.owner ?? null,
      key: run.key ?? null,
      chunk: run.chunk ?? null,
      error: json(run.error),
      output: json(run.output),
    });
  }

  history(): RunHistory {
    const count = this.#count;
    const whole = <T extends Float64Array | Uint8Array | Uint32Array>(into: T, name: keyof Chunk): T => {
      for (const [at, chunk] of this.#chunks.entries()) {
        into.set(chunk[name].subarray(0, count - at * CHUNK), at * CHUNK);
      }
      return into;
    };
    const ms = (name: keyof Chunk) => whole(new Float64Array(count), name);
    const texts = this.#texts;
    for (const name in texts) padded(texts[name as DetailColumn] as (string | null)[], count);
    const columns = {
      executionMs: ms("executionMs"),
      startMs: ms("startMs"),
      endMs: ms("endMs"),
      state: whole(new Uint8Array(count), "state"),
      attempt: whole(new Uint32Array(count), "attempt"),
      details: {
        startedMs: ms("startedMs"),
        finishedMs: ms("finishedMs"),
        runType: whole(new Uint8Array(count), "runType"),
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
}

const OPTIONAL_TEXTS = ["backfillId", "owner", "key", "chunk", "error", "output"] as const;

function padded(texts: (string | null)[], length: number): void {
  while (texts.length < length) texts.push(null);
}

const DAY_MS = 86_400_000;
const MIDNIGHT = "00:00:00+00:00";

/** Tells the default ids of runs. A million of them are not written only to be compared: neighbours share their day, and the time of
 *  day is read digit by digit. */
function defaultIds(): (runId: string, runType: number, executionMs: number) => boolean {
  let ofDay = Number.NaN;
  let ofType = Number.NaN;
  let day = "";
  return (runId, runType, executionMs) => {
    const rest = executionMs - Math.floor(executionMs / DAY_MS) * DAY_MS;
    if (executionMs - rest !== ofDay || runType !== ofType) {
      ofDay = executionMs - rest;
      ofType = runType;
      day = runIdOf(RUN_TYPES[runType] as RunType, iso(ofDay)).slice(0, -MIDNIGHT.length);
    }
    const at = day.length;
    if (runId.length !== at + MIDNIGHT.length)
      return runId === runIdOf(RUN_TYPES[runType] as RunType, iso(executionMs));
    const seconds = (two(runId, at) * 60 + two(runId, at + 3)) * 60 + two(runId, at + 6);
    return (
      seconds * 1000 === rest &&
      runId.startsWith(day) &&
      runId.endsWith("+00:00") &&
      runId.charCodeAt(at + 2) === COLON &&
      runId.charCodeAt(at + 5) === COLON
    );
  };
}

const COLON = 58;

/** The number of two digits; NaN when they are none. */
function two(text: string, at: number): number {
  const [tens, ones] = [text.charCodeAt(at) - 48, text.charCodeAt(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** The columns of a history, without its functions: enough to make records of. */
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
