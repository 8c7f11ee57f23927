// The XCom of one run: what its tasks leave for each other.
import { type Json, setOwn } from "../../json.js";
import { LruCache } from "../../lru_cache.js";
import type { TemplateText } from "../../plan/template_texts.js";
import { call } from "../../raw.js";
import type { StoreChange } from "../../store/store.js";
import type { Values } from "../attempt/run_context.js";

/** By template: the tasks that it names. The texts of a DAG are rendered for each of its dates. */
const named = new LruCache<string, readonly string[] | null>(1_000);

function tasksIn(template: string): readonly string[] | undefined {
  if (!template.includes("xcom")) return [];
  let tasks = named.get(template);
  if (tasks === undefined) {
    tasks = call((wasm) => wasm.xcomTasks(template)) ?? null;
    named.set(template, tasks);
  }
  return tasks ?? undefined;
}

/** The values that a template pulls: without `dagId` those of its own DAG, with `prior` those of earlier dates. */
export function pullsOf(
  template: string,
): { taskId: string; key: string; dagId?: string; prior?: boolean }[] {
  return (call((wasm) => wasm.inspectTemplate(template)) as { xcoms: ReturnType<typeof pullsOf> }).xcoms;
}

export class Xcom {
  #values: Values;
  #text: string | undefined;
  /** Values that templates pull from other runs: JSON text. */
  readonly elsewhere: string | undefined;

  constructor(values: Values = {}, elsewhere?: string) {
    this.#values = values;
    this.elsewhere = elsewhere;
  }

  /** As a template reads it: JSON text, of the tasks that it names, or of all where it does not say whose. */
  textFor(template: string): string {
    const named = tasksIn(template);
    if (named !== undefined) return JSON.stringify(this.of(named));
    this.#text ??= JSON.stringify(this.#values);
    return this.#text;
  }

  pull(taskId: string, key: string): Json | undefined {
    const task = Object.hasOwn(this.#values, taskId) ? this.#values[taskId] : undefined;
    return task !== undefined && Object.hasOwn(task, key) ? task[key] : undefined;
  }

  /** The XCom of these tasks. */
  of(taskIds: Iterable<string>): Values {
    const values: Values = {};
    for (const taskId of taskIds) {
      const left = Object.hasOwn(this.#values, taskId) ? this.#values[taskId] : undefined;
      if (left !== undefined) setOwn(values, taskId, left);
    }
    return values;
  }

  /** The XCom of these tasks, and of those that the templates name; of all tasks where a template computes the name. */
  forJob(taskIds: Iterable<string>, texts: readonly TemplateText[]): Values {
    const named = texts.map(({ template }) => tasksIn(template) ?? Object.keys(this.#values));
    return this.of([...taskIds, ...named.flat()]);
  }

  /** Adds what a task has left, and says so to the store. */
  leave(dagId: string, runId: string, taskId: string, values: ReadonlyMap<string, Json>): StoreChange[] {
    if (values.size === 0) return [];
    this.#text = undefined;
    const task: Record<string, Json> = Object.hasOwn(this.#values, taskId) ? { ...this.#values[taskId] } : {};
    const changes: StoreChange[] = [];
    for (const [key, value] of values) {
      setOwn(task, key, value);
      changes.push({ type: "set-xcom", dagId, runId, taskId, key, value });
    }
    setOwn(this.#values, taskId, task);
    return changes;
  }
}
