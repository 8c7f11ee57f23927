// Dependencies between tasks: `>>` and `<<`, chains, and outputs as arguments. A value that is no task gets a note: its dependency is missing.
import type { SyntaxNode } from "@lezer/common";
import type { Reader } from "./reader.js";
import { EdgeLabel, GroupObject, Name, TaskObject, tasksOf, Unknown, type Value } from "./value.js";

export class Dependencies {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /** `left >> right` or `left << right`; worth `right`, as in Python. */
  set(left: Value, right: Value, sign: ">>" | "<<", node: SyntaxNode): Value {
    const [before, after] = sign === ">>" ? [left, right] : [right, left];
    if (after instanceof EdgeLabel) after.before = before;
    if (before instanceof EdgeLabel) before.after = after;
    const label = after instanceof EdgeLabel ? after : before;
    if (!(label instanceof EdgeLabel)) this.#link(before, after, node);
    else if (label.before !== undefined && label.after !== undefined)
      this.#link(label.before, label.after, node);
    return right;
  }

  #link(before: Value, after: Value, node: SyntaxNode): void {
    const { budget } = this.#reader;
    const other = (value: Value) => this.#missing(value, node);
    const tasks = tasksOf(after, "first", budget, other);
    for (const upstream of tasksOf(before, "last", budget, other)) {
      budget.spend(tasks.length);
      for (const task of tasks) if (task !== upstream) task.upstream.add(upstream);
    }
  }

  #missing(value: Value, node: SyntaxNode): void {
    if (value instanceof EdgeLabel) return;
    if (value instanceof Unknown) value.isNoted = true;
    const text = value instanceof Unknown ? value.text : value instanceof Name ? value.path : undefined;
    this.#reader.note(`${text ?? "an operand"} is no task of this file: its dependencies are missing`, node);
  }

  /** A task or group whose arguments are other tasks' outputs, or hold them, runs behind these. */
  argument(values: readonly Value[], target: TaskObject | GroupObject, node: SyntaxNode): void {
    const { budget } = this.#reader;
    const other = (value: Value) => {
      if (value instanceof Unknown && this.#mentionsTask(value))
        this.#reader.note(
          `${value.text} is not known: the dependency of ${target.id} on it is missing`,
          node,
        );
    };
    const tasks = tasksOf(target, "first", budget);
    for (const upstream of tasksOf([...values], "last", budget, other)) {
      budget.spend(tasks.length);
      for (const task of tasks) if (task !== upstream) task.upstream.add(upstream);
    }
  }

  #mentionsTask({ node }: Unknown): boolean {
    this.#reader.budget.step(node, node.to - node.from);
    let found = false;
    node.cursor().iterate(({ name, node: inner }) => {
      if (name !== "VariableName") return;
      const value = this.#reader.lookup(this.#reader.text(inner));
      if (value instanceof TaskObject || value instanceof GroupObject) found = true;
    });
    return found;
  }

  /** `chain`: lists of the same length in pairs. */
  chain(values: readonly Value[], node: SyntaxNode): null {
    for (const [value, next] of pairs(values)) {
      const isPairwise = Array.isArray(value) && Array.isArray(next) && value.length === next.length;
      if (isPairwise)
        for (const [index, item] of value.entries()) this.set(item, next[index] as Value, ">>", node);
      else this.set(value, next, ">>", node);
    }
    return null;
  }

  /** `chain_linear`: everything of one before everything of the next. */
  chainLinear(values: readonly Value[], node: SyntaxNode): null {
    for (const [value, next] of pairs(values)) this.set(value, next, ">>", node);
    return null;
  }
}

function pairs(values: readonly Value[]): [Value, Value][] {
  return values.slice(1).map((next, at) => [values[at] as Value, next]);
}
