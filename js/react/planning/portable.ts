// DAGs and options on their way to a worker. Functions stay on the page, and values of variables and connections too: a marker says
// that there is one, so that the worker makes the same plan with the same hash.
import type { BackfillOptions, Dag, DagfillError } from "../../face.js";
import { wrongSetting } from "../wrong_setting.js";

const MARK = "dagfill:function";

/** The request as the worker gets it: data that can be cloned. */
export interface Portable {
  dag: unknown;
  options: unknown;
  /** Which callbacks the page has. */
  runs: boolean;
  tasks: boolean;
}

/** The request without functions, which cannot leave the page, and secrets, which must not. Throws INVALID_OPTION, with its path, for any other
 *  value that cannot. */
export function toPortable(
  dag: Dag,
  options: Omit<BackfillOptions, "dagId">,
  callbacks: { runs: boolean; tasks: boolean },
): Portable {
  const { variables, connections, ...rest } = dag;
  const secrets = { variables, connections };
  const masked = Object.fromEntries(
    Object.entries(secrets).flatMap(([name, lookup]) =>
      lookup === undefined ? [] : [[name, hide(lookup, `dag.${name}`)]],
    ),
  );
  return {
    dag: { ...(withoutFunctions(rest, "dag") as object), ...masked },
    options: withoutFunctions({ ...options, dagId: dag.dagId }),
    ...callbacks,
  };
}

/** The request as the planner takes it: every marker is a function that does nothing. */
export function fromPortable({ dag, options }: Portable): { dag: Dag; options: BackfillOptions } {
  return { dag: withFunctions(dag) as Dag, options: withFunctions(options) as BackfillOptions };
}

function withoutFunctions(value: unknown, path = ""): unknown {
  return mapped(value, sendable, path);
}

/** The value, or the marker in place of a function. Throws INVALID_OPTION for any other value that `postMessage` refuses, such as a node of the
 *  page or a promise. */
function sendable(value: unknown, path: string): unknown {
  if (typeof value === "function") return MARK;
  if (typeof value !== "symbol" && (typeof value !== "object" || ArrayBuffer.isView(value))) return value;
  try {
    globalThis.structuredClone?.(value);
    return value;
  } catch {
    const name = typeof value === "symbol" ? "a symbol" : (value?.constructor?.name ?? "an object");
    throw refused(path, `data that can be copied (JSON), got ${name}`);
  }
}

function refused(path: string, expected: string): DagfillError {
  return wrongSetting(path, `${path}: expected ${expected}`);
}

function hide(value: unknown, path: string): unknown {
  const isShown = (member: unknown) => typeof member !== "string" && typeof member !== "number";
  return mapped(value, (member, at) => (isShown(member) ? sendable(member, at) : "***"), path);
}

// A lookup answers at once, and what it answers is not shown; everything else is never called for a preview.
const nothing = () => "***";

function withFunctions(value: unknown): unknown {
  return mapped(value, (member) => (member === MARK ? nothing : member));
}

/** Deeper than any reader of a DAG goes. */
const DEEPEST = 300;

/** A copy of plain objects and lists with every other value changed. `above`: the objects that the value is in. Throws INVALID_OPTION for an
 *  object that contains itself. */
function mapped(
  value: unknown,
  change: (value: unknown, path: string) => unknown,
  path = "",
  above: readonly object[] = [],
): unknown {
  if (above.length > DEEPEST) return undefined;
  if (typeof value !== "object" || value === null || !isPlain(value)) return change(value, path);
  if (above.includes(value)) throw refused(path, "a value that does not contain itself");
  const inside = [...above, value];
  const copy = (at: string, member: unknown) => mapped(member, change, at, inside);
  if (Array.isArray(value)) return value.map((member, at) => copy(`${path}[${at}]`, member));
  const prefix = path === "" ? "" : `${path}.`;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copy(prefix + key, member)]));
}

function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
