// The worker that plans: it owns a copy of the core, so that the page stays free to draw. Its stores are on the page; it only reads.
import type { RunStore } from "../face.js";
import { buffersOf } from "./plan/plan_columns.js";
import {
  type FromWorker,
  fromPortableHistory,
  type PortableHistory,
  type Read,
  type ToWorker,
} from "./planning/messages.js";
import { opened, outcomeOf } from "./planning/outcome.js";
import { type PlanAnswer, Planning } from "./planning/planning.js";

const scope = globalThis as unknown as {
  postMessage(message: FromWorker, transfer?: ArrayBuffer[]): void;
  onmessage: ((event: { data: ToWorker }) => void) | null;
};

const clients = new Map<number, Planning>();
const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>();
let reads = 0;

/** The page's store of one client. */
function remoteStore(client: number, known: readonly Read[]): RunStore {
  const ask = (read: Read, args: unknown[]) =>
    new Promise((resolve, reject) => {
      reads += 1;
      waiting.set(reads, { resolve, reject });
      scope.postMessage({ kind: "read", client, id: reads, read, args });
    });
  const store: Record<string, unknown> = {
    durable: false,
    apply: async () => {
      throw new Error("a preview writes nothing");
    },
    acquireLease: async () => null,
    close: async () => {},
  };
  for (const read of known) store[read] = (...args: unknown[]) => ask(read, args);
  if (known.includes("listHistory"))
    store.listHistory = async (...args: unknown[]) =>
      fromPortableHistory((await ask("listHistory", args)) as PortableHistory);
  return store as unknown as RunStore;
}

scope.onmessage = async ({ data }) => {
  if (data.kind === "open") clients.set(data.client, new Planning(remoteStore(data.client, data.reads)));
  if (data.kind === "close") clients.delete(data.client);
  if (data.kind === "answer") {
    const open = waiting.get(data.id);
    waiting.delete(data.id);
    try {
      open?.resolve(opened(data));
    } catch (error) {
      open?.reject(error);
    }
  }
  if (data.kind !== "ask") return;
  const { client, id, question, args } = data;
  const outcome = await outcomeOf(() => {
    const planning = clients.get(client) as unknown as Record<string, (...args: unknown[]) => unknown>;
    return planning[question]?.(...args);
  });
  const plan = (outcome.value as Partial<PlanAnswer> | null | undefined)?.plan;
  scope.postMessage({ kind: "answer", client, id, ...outcome }, plan === undefined ? [] : buffersOf(plan));
};

scope.postMessage({ kind: "ready" });
