// The tasks of a backfill's runs, and their graph in the core.
import type { CheckedDag, CheckedTask } from "../../dag/dag.js";
import type { Json } from "../../json.js";
import { hasTags } from "../../macros/render.js";
import { call, instance, type Raw } from "../../raw.js";
import type { TaskInstance } from "../../store/store.js";

type RawDag = InstanceType<Raw["RawDag"]>;

export class TaskGraph {
  readonly #tasks: readonly CheckedTask[];
  readonly #choice: { taskIds: string[]; withUpstream: boolean } | undefined;
  #raw: { made: number; dag: RawDag } | undefined;
  #chosen: readonly CheckedTask[] = [];
  #index = new Map<string, number>();
  /** Tasks at the end of the whole DAG that were not chosen. */
  readonly #ends = new Set<string>();
  #templated: boolean[] = [];

  constructor(dag: CheckedDag, choice?: { taskIds: string[]; withUpstream: boolean }) {
    this.#tasks = dag.tasks;
    this.#choice = choice;
    this.raw();
    if (choice === undefined) return;
    const before = new Set(dag.tasks.flatMap(({ dependsOn }) => dependsOn));
    for (const { taskId } of dag.tasks)
      if (this.isLeft(taskId) && !before.has(taskId)) this.#ends.add(taskId);
  }

  /** The graph; made again when its instance has died. */
  raw(): RawDag {
    if (this.#raw !== undefined && this.#raw.made === instance()) return this.#raw.dag;
    const dag = call((wasm) => {
      const whole = new wasm.RawDag(this.#tasks);
      if (this.#choice === undefined) return whole;
      const part = whole.subset(this.#choice.taskIds, this.#choice.withUpstream);
      whole.free();
      return part;
    });
    this.#raw = { made: instance(), dag };
    this.#chosen =
      this.#choice === undefined
        ? this.#tasks
        : Array.from(dag.origin(), (at) => this.#tasks[at] as CheckedTask);
    this.#index = new Map(this.#chosen.map(({ taskId }, at) => [taskId, at]));
    this.#templated = this.#chosen.map(({ params }) => hasTemplate(params));
    return dag;
  }

  get tasks(): readonly CheckedTask[] {
    return this.#chosen;
  }

  task(index: number): CheckedTask {
    return this.#chosen[index] as CheckedTask;
  }

  indexOf(taskId: string): number | undefined {
    return this.#index.get(taskId);
  }

  /** Whether a record is of a task that was not chosen: what it did stays as it is. */
  isLeft(taskId: string): boolean {
    return this.#choice !== undefined && !this.#index.has(taskId);
  }

  /** The number of a task in the core: for one at the end of the DAG that was not chosen that behind the last, since the end of a run
   *  follows such a task, too. `undefined` for the others. */
  placeOf(taskId: string): number | undefined {
    return this.#index.get(taskId) ?? (this.#ends.has(taskId) ? this.#chosen.length : undefined);
  }

  /** A task at the end of the DAG that was not chosen, and has not succeeded: with it the run has failed. */
  undone(tasks: readonly TaskInstance[]): TaskInstance | undefined {
    return tasks.find(
      ({ taskId, state }) => this.#ends.has(taskId) && state !== "success" && state !== "skipped",
    );
  }

  /** Whether a task's params name anything to resolve. */
  isTemplated(index: number): boolean {
    return this.#templated[index] === true;
  }

  free(): void {
    if (this.#raw?.made === instance()) this.#raw.dag.free();
    this.#raw = undefined;
  }
}

function hasTemplate(value: Json): boolean {
  if (typeof value === "string") return hasTags(value);
  if (Array.isArray(value)) return value.some(hasTemplate);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, member]) => hasTags(key) || hasTemplate(member));
}
