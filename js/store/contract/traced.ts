// The store under test, whose calls are noted and whose answers have to be of their shape.
import type { Calls } from "../../contract/calls.js";
import { printed } from "../../contract/printed.js";
import { checkedStore } from "../checked.js";
import type { RunStore } from "../store.js";

/** Snapshots of the suite are any JSON, which those of backfills are not: their readers are not asked. */
const CHECKED = new Set<keyof RunStore>([
  ...(["listRuns", "listTaskInstances", "getXcom", "listHistory", "listRequests", "countRuns"] as const),
  ...(["acquireLease", "readLease"] as const),
]);
const MOST_SHOWN = 3;
const LONGEST_BATCH = 900;

export function tracedStore(store: RunStore, calls: Calls, name = "store"): RunStore {
  return calls.traced(store, {
    name,
    shown: (method, args) => (method === "apply" ? batchText(args) : undefined),
    check: (method, value) => checkAnswer(method as keyof RunStore, value),
    passed: (method, value, args) =>
      method === "acquireLease" && typeof value === "object" && value !== null
        ? calls.traced(value, { name: `${name}.acquireLease(${args.map((arg) => printed(arg)).join(", ")})` })
        : value,
  });
}

/** Throws what the package would say of such an answer of a store. */
async function checkAnswer(method: keyof RunStore, value: unknown): Promise<void> {
  if (!CHECKED.has(method)) return;
  const answering = { [method]: async () => value } as unknown as RunStore;
  try {
    await (checkedStore(answering)[method] as () => Promise<unknown>)();
  } catch (error) {
    const { message } = error as Error;
    throw new Error(message.replace(`store.${method}: `, "").replace(`store.${method}`, "the answer"));
  }
}

function batchText([changes, fence]: readonly unknown[]): string {
  const under = fence === undefined ? "" : `, ${printed(fence)}`;
  if (!Array.isArray(changes) || changes.length <= MOST_SHOWN) return printed(changes, LONGEST_BATCH) + under;
  return `[${changes.length} changes, the last of which is ${printed(changes.at(-1))}]${under}`;
}
