import type { TaskInstance } from "dagfill";
import type { Brought } from "./engine/bring";
import { compare } from "./engine/compare";
import { exportPlan } from "./engine/export";
import { failureOf } from "./engine/failure";
import { fillHistory } from "./engine/history";
import { buffersOf } from "./engine/pack";
import { answer, detail, explainDay, type HeldPlan } from "./engine/plan";
import { type Opened, Runner } from "./engine/run";
import { forgetStore, openStore } from "./engine/store";
import type { CompareView, Draft, PlanAnswer, RowDetail, RunBatch } from "./model";
import { dagOf } from "./request";

/** The worker owns the package: wasm, store and driver all live here, and the page stays free to draw. */
const scope = self as unknown as {
  postMessage(message: unknown, transfer?: ArrayBufferLike[]): void;
  onmessage: ((event: MessageEvent<Call>) => void) | null;
};

interface Call {
  id: number;
  op: keyof Operations;
  args: unknown[];
}

let held: HeldPlan | null = null;
let opened: ReturnType<typeof openWorld> | null = null;

async function openWorld() {
  const { store, problem } = await openStore();
  const send = (batch: RunBatch) => scope.postMessage({ event: "run", batch });
  return { store, problem, runner: new Runner(store, send) };
}

function world() {
  opened ??= openWorld();
  return opened;
}

/** Single rows are asked of the plan that was opened last. */
function hold<T>(draft: Draft, { value, preview }: Opened<T>): T {
  held = { draft, dag: dagOf(draft), now: Date.now(), preview, records: null };
  return value;
}

const operations = {
  async storage(): Promise<string | null> {
    return (await world()).problem;
  },
  async plan(draft: Draft, now: number): Promise<PlanAnswer> {
    const [result, plan] = await answer(draft, (await world()).store, now);
    if (plan) held = plan;
    return result;
  },
  async detail(planHash: string, row: number): Promise<RowDetail | null> {
    return held?.preview.planHash === planHash ? detail(held, row) : null;
  },
  async tasks(dagId: string, runId: string): Promise<TaskInstance[]> {
    return (await world()).store.listTaskInstances(dagId, runId);
  },
  async explainDay(day: string): Promise<string | null> {
    return held ? explainDay(held.draft, day, held.now) : null;
  },
  async compare(draft: Draft): Promise<CompareView | null> {
    if (!held) return null;
    const { executionDate, offsetSeconds } = held.preview.columns();
    return compare(draft, held.preview, executionDate, offsetSeconds);
  },
  async export(format: "json" | "csv"): Promise<Blob | null> {
    return held ? exportPlan(held, format) : null;
  },
  async fillHistory(draft: Draft, now: number): Promise<number> {
    return fillHistory(draft, (await world()).store, now);
  },
  /** Comes when it is asked for: reading Python is a third of the package. */
  async bring(text: string, fileName: string | undefined, draft: Draft): Promise<Brought> {
    const { readBrought } = await import("./engine/bring");
    return readBrought(text, fileName, draft, (await world()).store);
  },
  async forget(): Promise<void> {
    await (await world()).store.close();
    opened = null;
    await forgetStore();
  },
  async start(draft: Draft, now: number, planHash: string) {
    return hold(draft, await (await world()).runner.start(draft, now, planHash));
  },
  async retry(draft: Draft, now: number) {
    return hold(draft, await (await world()).runner.retry(draft, now));
  },
  async resume(backfillId: string, draft: Draft) {
    return hold(draft, await (await world()).runner.resume(backfillId, draft));
  },
  async discard(backfillId: string, draft: Draft): Promise<void> {
    await (await world()).runner.discard(backfillId, draft);
  },
  async pause(backfillId: string): Promise<void> {
    (await world()).runner.pause(backfillId);
  },
  async unpause(backfillId: string): Promise<void> {
    (await world()).runner.unpause(backfillId);
  },
  async cancel(backfillId: string, running: "finish" | "abort"): Promise<void> {
    await (await world()).runner.cancel(backfillId, running);
  },
  async setParallel(backfillId: string, lanes: number): Promise<void> {
    (await world()).runner.setParallel(backfillId, lanes);
  },
  async list(draft: Draft) {
    return (await world()).runner.list(draft);
  },
  async review(backfillId: string, draft: Draft) {
    const opened = await (await world()).runner.review(backfillId, draft);
    return opened && hold(draft, opened);
  },
};
export type Operations = typeof operations;

scope.onmessage = async ({ data: { id, op, args } }) => {
  try {
    const operation = operations[op] as (...values: unknown[]) => Promise<unknown>;
    const value = await operation(...args);
    scope.postMessage({ id, value }, transferOf(value));
  } catch (thrown) {
    scope.postMessage({ id, error: failureOf(thrown) });
  }
};

/** Columns change hands instead of being copied. */
function transferOf(value: unknown): ArrayBufferLike[] {
  if (!value || typeof value !== "object" || !("plan" in value)) return [];
  const plan = (value as { plan: PlanAnswer["plan"] }).plan;
  return plan ? buffersOf(plan) : [];
}
