// Calls of methods: of tasks, groups, DAGs and decorated functions, and of texts, lists and dicts.
import { type Arguments, isOperator, type Site } from "./call.js";
import { dictMethod, listMethod } from "./containers.js";
import type { Reader } from "./reader.js";
import { textMethod } from "./text_methods.js";
import {
  DagObject,
  Duration,
  Float,
  GroupObject,
  Name,
  TaskFactory,
  TaskObject,
  TaskOutput,
  type Value,
} from "./value.js";

/** The worth of `base.name(...)`; `undefined` for a method that is not known. */
export function method(
  base: Value,
  name: string,
  args: Arguments,
  site: Site,
  reader: Reader,
): Value | undefined {
  if (typeof base === "string") return textMethod(base, name, args, reader);
  if (Array.isArray(base)) return listMethod(base, name, args, reader, site.callee);
  if (base instanceof Map) return dictMethod(base, name, args, reader);
  if (base instanceof TaskFactory) return factoryMethod(base, name, args, site, reader);
  if (base instanceof DagObject) return dagMethod(base, name, args, site, reader);
  if (base instanceof TaskOutput) return method(base.task, name, args, site, reader);
  if (base instanceof Duration && name === "total_seconds" && base.months === 0)
    return new Float(base.ms / 1000);
  if (base instanceof Name && name === "partial" && isOperator(base.path)) {
    const operator = base.path.slice(base.path.lastIndexOf(".") + 1);
    return reader.task(operator, args, site.callee);
  }
  if (!(base instanceof TaskObject) && !(base instanceof GroupObject)) return undefined;
  if (name === "set_downstream" || name === "set_upstream") {
    const other = args.positional[0] ?? args.named.get("task_or_task_list") ?? null;
    return reader.edges.set(base, other, name === "set_downstream" ? ">>" : "<<", site.callee);
  }
  return base instanceof TaskObject ? taskMethod(base, name, args, site, reader) : undefined;
}

/** Methods of a task and of its output, all of which answer the task. */
function taskMethod(
  task: TaskObject,
  name: string,
  { positional, named }: Arguments,
  { list }: Site,
  reader: Reader,
): Value | undefined {
  if (name === "map" || name === "zip" || name === "concat" || name === "as_setup") return task;
  if (name !== "as_teardown" && name !== "expand" && name !== "expand_kwargs") return undefined;
  reader.edges.argument([...positional, ...named.values()], task, list);
  if (name === "as_teardown") reader.note(`task ${task.id} is a teardown: it is an ordinary task here`, list);
  else {
    reader.note(`task ${task.id} is mapped: it is one task here`, list);
    task.isMapped = true;
  }
  return task;
}

function factoryMethod(
  factory: TaskFactory,
  name: string,
  args: Arguments,
  { callee }: Site,
  reader: Reader,
): Value | undefined {
  if (name === "override") return factory.with(args.named);
  // Outputs among them come before the task; the names are those of its function.
  if (name === "partial")
    return factory.with([...args.named].map(([key, value]) => [`partial ${key}`, value]));
  if (name !== "expand" && name !== "expand_kwargs") return undefined;
  reader.note(`task ${factory.name} is mapped: it is one task here`, callee);
  const made = reader.instantiate(factory, args, callee);
  if (made instanceof TaskObject) made.isMapped = true;
  return made;
}

/** Methods of a DAG after it was made. A test run, or the command line of a DAG, makes nothing that is scheduled. */
function dagMethod(
  dag: DagObject,
  name: string,
  { positional, named }: Arguments,
  { node }: Site,
  reader: Reader,
): Value | undefined {
  const task = (id: Value | undefined) => dag.tasks.find((one) => one.id === id);
  switch (name) {
    case "test":
    case "cli":
    case "clear":
    case "run":
    case "validate":
      return null;
    case "get_task":
      return task(positional[0] ?? named.get("task_id"));
    case "has_task":
      return task(positional[0] ?? named.get("task_id")) !== undefined;
    case "set_dependency": {
      const [before, after] = [
        task(positional[0] ?? named.get("upstream_task_id")),
        task(positional[1] ?? named.get("downstream_task_id")),
      ];
      if (before !== undefined && after !== undefined) return reader.edges.set(before, after, ">>", node);
    }
  }
  reader.note(`the call of ${name} of the DAG ${dag.id} is not followed`, node);
  return reader.unknown(node, true);
}
