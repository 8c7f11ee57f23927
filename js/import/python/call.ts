// The worth of a call: dates and durations, Airflow's DAG, operators and timetables, functions of the file.
import type { SyntaxNode } from "@lezer/common";
import type { Budget } from "./budget.js";
import { comprehension } from "./comprehension.js";
import { dictMethod, listMethod } from "./containers.js";
import { children, evaluate } from "./evaluate.js";
import type { Reader } from "./reader.js";
import {
  DagObject,
  Duration,
  EdgeLabel,
  GroupObject,
  Moment,
  Name,
  PythonFunction,
  TaskFactory,
  TaskObject,
  Timetable,
  type Value,
} from "./value.js";

/** Arguments of a call: by position, and by name. */
export interface Arguments {
  positional: Value[];
  named: Map<string, Value>;
}

/** Evaluates a CallExpression. */
export function call(node: SyntaxNode, reader: Reader): Value | undefined {
  const [callee, list] = [node.firstChild, node.lastChild];
  if (callee === null || list === null || list.name !== "ArgList") return undefined;
  if (callee.name === "MemberExpression") {
    const known = method(callee, list, reader);
    if (known !== undefined) return known;
  }
  const target = evaluate(callee, reader);
  const args = argumentsOf(list, reader);
  if (target instanceof TaskFactory) return reader.instantiate(target, args, node);
  if (target instanceof PythonFunction) return reader.invoke(target, args, node);
  if (!(target instanceof Name)) return strange(callee, args, node, reader);
  const name = target.path.slice(target.path.lastIndexOf(".") + 1);
  const make = CONSTRUCTORS[name];
  if (make !== undefined) return make(args, target.path);
  if (name === "DAG") return reader.dag(args, node);
  if (name === "TaskGroup") return reader.group(args);
  if (name === "Label") return new EdgeLabel();
  if (name === "chain") return reader.edges.chain(args.positional, node);
  if (name === "chain_linear") return reader.edges.chainLinear(args.positional, node);
  if (name === "cross_downstream") {
    const from = args.positional[0] ?? args.named.get("from_tasks") ?? null;
    reader.edges.set(from, args.positional[1] ?? args.named.get("to_tasks") ?? null, ">>", node);
    return null;
  }
  if (isOperator(name) || args.named.has("task_id")) return reader.task(name, args, node);
  return strange(callee, args, node, reader);
}

/** What an unknown function does with a DAG or a task is told; what prints does nothing with them. */
function strange(callee: SyntaxNode, args: Arguments, node: SyntaxNode, reader: Reader): undefined {
  const name = reader.text(callee);
  if (name === "print" || name.startsWith("log")) return;
  const isOfDag = [...args.positional, ...args.named.values()]
    .flat()
    .some(
      (value) => value instanceof DagObject || value instanceof TaskObject || value instanceof GroupObject,
    );
  const isDependency = name.endsWith(".set_downstream") || name.endsWith(".set_upstream");
  if (isOfDag || isDependency) reader.note(`the call of ${name} is not followed`, node);
}

function isOperator(name: string): boolean {
  return name.endsWith("Operator") || name.endsWith("Sensor") || name.endsWith("SensorAsync");
}

/** Reads an argument list; `*rest` and `**rest` are understood where they are known. */
export function argumentsOf(list: SyntaxNode, reader: Reader): Arguments {
  const args: Arguments = { positional: [], named: new Map() };
  const parts = children(list);
  // A generator as the only argument has no parentheses of its own.
  if (parts.some(({ name }) => name === "for"))
    return { positional: [comprehension(list, reader) ?? reader.unknown(list)], named: args.named };
  for (let at = 0; at < parts.length; at += 1) {
    const part = parts[at] as SyntaxNode;
    const next = parts[at + 1];
    if (part.name === "VariableName" && next?.name === "AssignOp") {
      const value = parts[at + 2];
      if (value !== undefined) args.named.set(reader.text(part), evaluate(value, reader));
      at += 2;
    } else if ((part.name === "*" || part.name === "**") && next !== undefined) {
      const value = evaluate(next, reader);
      if (Array.isArray(value)) {
        reader.budget.spend(value.length);
        for (const inner of value) args.positional.push(inner);
      } else if (value instanceof Map) {
        reader.budget.spend(value.size);
        for (const [key, inner] of value) args.named.set(String(key), inner);
      } else reader.note(`the arguments in ${reader.text(next)} are not known`, part);
      at += 1;
    } else args.positional.push(evaluate(part, reader));
  }
  for (const value of [...args.positional, ...args.named.values()])
    if (typeof value === "string") reader.budget.text(value);
  return args;
}

/** Methods of values that are known: tasks, task factories, texts. */
function method(callee: SyntaxNode, list: SyntaxNode, reader: Reader): Value | undefined {
  const object = callee.firstChild;
  const name = callee.lastChild === null ? "" : reader.text(callee.lastChild);
  if (object === null) return undefined;
  const base = evaluate(object, reader);
  if (base instanceof TaskObject || base instanceof GroupObject) {
    if (name === "set_downstream" || name === "set_upstream") {
      const { positional, named } = argumentsOf(list, reader);
      const other = positional[0] ?? named.get("task_or_task_list") ?? null;
      return reader.edges.set(base, other, name === "set_downstream" ? ">>" : "<<", callee);
    }
    const output = base instanceof TaskObject ? taskMethod(base, name, list, reader) : undefined;
    if (output !== undefined) return output;
  }
  if (base instanceof TaskFactory) {
    const args = argumentsOf(list, reader);
    if (name === "override") return base.with(args.named);
    // Outputs among them come before the task; the names are those of its function.
    if (name === "partial")
      return base.with([...args.named].map(([key, value]) => [`partial ${key}`, value]));
    if (name === "expand" || name === "expand_kwargs") {
      reader.note(`task ${base.name} is mapped: it is one task here`, callee);
      return reader.instantiate(base, args, callee);
    }
  }
  if (base instanceof Name && name === "partial" && isOperator(base.path)) {
    const operator = base.path.slice(base.path.lastIndexOf(".") + 1);
    return reader.task(operator, argumentsOf(list, reader), callee);
  }
  if (typeof base === "string") return textMethod(base, name, argumentsOf(list, reader), reader.budget);
  if (Array.isArray(base)) return listMethod(base, name, argumentsOf(list, reader), reader, callee);
  if (base instanceof Map) return dictMethod(base, name, argumentsOf(list, reader), reader);
  return undefined;
}

/** Methods of a task and of its output, all of which answer the task. */
function taskMethod(task: TaskObject, name: string, list: SyntaxNode, reader: Reader): Value | undefined {
  if (name === "map" || name === "zip" || name === "concat" || name === "as_setup") return task;
  if (name !== "as_teardown" && name !== "expand" && name !== "expand_kwargs") return undefined;
  const { positional, named } = argumentsOf(list, reader);
  if (name === "as_teardown") {
    reader.edges.argument([...positional, ...named.values()], task, list);
    reader.note(`task ${task.id} is a teardown: it is an ordinary task here`, list);
  } else {
    reader.edges.argument([...positional, ...named.values()], task, list);
    reader.note(`task ${task.id} is mapped: it is one task here`, list);
  }
  return task;
}

function textMethod(
  text: string,
  name: string,
  { positional, named }: Arguments,
  budget: Budget,
): Value | undefined {
  budget.text(text);
  if (name === "strip") return text.trim();
  if (name === "lower") return text.toLowerCase();
  if (name === "upper") return text.toUpperCase();
  const [a, b] = positional;
  if (name === "replace" && typeof a === "string" && typeof b === "string")
    return replaced(text, a, b, budget);
  if (name === "format") return formatted(text, positional, named, budget);
  return undefined;
}

function replaced(text: string, old: string, by: string, budget: Budget): string | undefined {
  const parts = text.split(old);
  return budget.joined(parts.flatMap((part, at) => (at === 0 ? [part] : [by, part])));
}

/** str.format() with plain fields: `{}`, `{0}`, `{name}`. */
function formatted(
  text: string,
  positional: Value[],
  named: ReadonlyMap<string, Value>,
  budget: Budget,
): Value | undefined {
  const pieces: string[] = [];
  let index = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character !== "{" && character !== "}") pieces.push(character);
    else if (text[at + 1] === character) {
      pieces.push(character);
      at += 1;
    } else {
      const end = text.indexOf("}", at);
      const field = text.slice(at + 1, end);
      const value = field === "" ? positional[index++] : (named.get(field) ?? positional[Number(field)]);
      if (character === "}" || end < 0 || (typeof value !== "string" && typeof value !== "number"))
        return undefined;
      pieces.push(String(value));
      at = end;
    }
  }
  return budget.joined(pieces);
}

const UNITS = {
  weeks: 604_800_000,
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};
const POSITIONS = ["days", "seconds", "microseconds", "milliseconds", "minutes", "hours", "weeks"];

function duration({ positional, named }: Arguments): Value | undefined {
  const given = new Map(named);
  for (const [at, value] of positional.entries()) given.set(POSITIONS[at] ?? "", value);
  let [ms, months] = [0, 0];
  for (const [unit, value] of given) {
    if (typeof value !== "number") return undefined;
    if (Object.hasOwn(UNITS, unit)) ms += value * UNITS[unit as keyof typeof UNITS];
    else if (unit === "microseconds") ms += value / 1000;
    else if (unit === "months") months += value;
    else if (unit === "years") months += value * 12;
    else return undefined;
  }
  return new Duration(ms, months);
}

function moment({ positional, named }: Arguments): Value | undefined {
  const names = ["year", "month", "day", "hour", "minute", "second"];
  const numbers = names.map((name, at) => positional[at] ?? named.get(name) ?? (at < 3 ? 1 : 0));
  if (!numbers.every((number) => typeof number === "number")) return undefined;
  const [year, month, day, hour, minute, second] = numbers.map((number, at) =>
    String(number).padStart(at === 0 ? 4 : 2, "0"),
  );
  const zone = zoneOf(named.get("tz") ?? named.get("tzinfo") ?? named.get("timezone") ?? positional[7]);
  const date = `${year}-${month}-${day}`;
  const isMidnight = [hour, minute, second].every((part) => part === "00");
  return new Moment(isMidnight ? date : `${date}T${hour}:${minute}:${second}`, zone);
}

/** A zone's name as a text, or the Moment-less marker that `pendulum.timezone("...")` leaves. */
function zoneOf(value: Value | undefined): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Name && value.path.toLowerCase().endsWith("utc") ? "UTC" : undefined;
}

function timetable(kind: "interval" | "trigger") {
  return ({ positional, named }: Arguments): Value | undefined => {
    const cron = positional[0] ?? named.get("cron");
    const interval = named.get("interval");
    if (typeof cron !== "string") return undefined;
    return new Timetable(
      cron,
      kind,
      zoneOf(named.get("timezone") ?? positional[1]),
      interval instanceof Duration ? interval : undefined,
    );
  };
}

const CONSTRUCTORS: { readonly [name: string]: (args: Arguments, path: string) => Value | undefined } = {
  timedelta: duration,
  relativedelta: duration,
  duration,
  datetime: moment,
  DateTime: moment,
  date: moment,
  local: moment,
  parse: ({ positional: [text], named }) =>
    typeof text === "string" ? new Moment(text, zoneOf(named.get("tz"))) : undefined,
  fromisoformat: ({ positional: [text] }) => (typeof text === "string" ? new Moment(text) : undefined),
  timezone: ({ positional: [zone] }) => zone,
  Timezone: ({ positional: [zone] }) => zone,
  ZoneInfo: ({ positional: [zone] }) => zone,
  gettz: ({ positional: [zone] }) => zone,
  dict: ({ positional: [base], named }) =>
    new Map<Value, Value>([...(base instanceof Map ? base : []), ...named]),
  list: copied,
  tuple: copied,
  set: copied,
  XComArg: ({ positional: [operator], named }) => operator ?? named.get("operator"),
  len: ({ positional: [value] }) =>
    Array.isArray(value) || typeof value === "string"
      ? value.length
      : value instanceof Map
        ? value.size
        : undefined,
  reversed: ({ positional: [list] }) => (Array.isArray(list) ? [...list].reverse() : undefined),
  zip: ({ positional: [first, ...others] }) =>
    Array.isArray(first) && others.every((other) => Array.isArray(other))
      ? first
          .slice(0, Math.min(first.length, ...others.map(({ length }) => length)))
          .map((item, at) => [item, ...others.map((other) => other[at] as Value)])
      : undefined,
  str: ({ positional: [value] }) =>
    typeof value === "string" || typeof value === "number" ? String(value) : undefined,
  int: ({ positional: [value] }) => (typeof value === "number" ? Math.trunc(value) : undefined),
  range: ({ positional }) => numbers(positional),
  enumerate: ({ positional: [list, from], named }) => {
    const start = from ?? named.get("start") ?? 0;
    if (!Array.isArray(list) || typeof start !== "number") return undefined;
    return list.map((item, at) => [start + at, item]);
  },
  CronTriggerTimetable: timetable("trigger"),
  CronDataIntervalTimetable: timetable("interval"),
  dedent: ({ positional: [text] }) => (typeof text === "string" ? dedent(text) : undefined),
  cleandoc: ({ positional: [text] }) => (typeof text === "string" ? dedent(text).trim() : undefined),
  Path: ({ positional: [path] }) => path,
  basename: ({ positional: [path] }) =>
    typeof path === "string" ? path.slice(path.lastIndexOf("/") + 1) : undefined,
  splitext: ({ positional: [path] }) => {
    const dot = typeof path === "string" ? path.lastIndexOf(".") : -1;
    return dot < 0 ? undefined : [(path as string).slice(0, dot), (path as string).slice(dot)];
  },
  Param: ({ positional, named }) => positional[0] ?? named.get("default") ?? null,
};

function copied({ positional: [base = []] }: Arguments): Value | undefined {
  if (base instanceof Map) return [...base.keys()];
  return Array.isArray(base) ? [...base] : undefined;
}

/** textwrap.dedent: the indentation that all lines share goes. */
function dedent(text: string): string {
  const lines = text.split("\n").map((line) => (line.trim() === "" ? "" : line));
  const indents = lines.filter((line) => line !== "").map((line) => line.length - line.trimStart().length);
  const shared = indents.reduce((least, indent) => Math.min(least, indent), indents[0] ?? 0);
  return lines.map((line) => line.slice(shared)).join("\n");
}

function numbers(values: Value[]): Value | undefined {
  if (!values.every((value) => typeof value === "number")) return undefined;
  const [start, end, step] = values.length === 1 ? [0, values[0], 1] : [values[0], values[1], values[2] ?? 1];
  const list: number[] = [];
  for (
    let at = start as number;
    step !== 0 && (Number(step) > 0 ? at < Number(end) : at > Number(end));
    at += Number(step)
  ) {
    if (list.length >= 10_000) return undefined;
    list.push(at);
  }
  return list;
}
