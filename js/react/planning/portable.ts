// DAGs and options on their way to a worker. Functions stay on the page, and values of variables and connections too: a marker says
// that there is one, so that the worker makes the same plan with the same hash.
import type { BackfillOptions, Dag } from "../../face.js";

const MARK = "dagfill:function";

/** What the worker gets: data that can be cloned. */
export interface Portable {
  dag: unknown;
  options: unknown;
  /** Which callbacks the page has. */
  runs: boolean;
  tasks: boolean;
}

/** The request without what cannot, or must not, leave the page. */
export function toPortable(
  dag: Dag,
  options: Omit<BackfillOptions, "dagId">,
  callbacks: { runs: boolean; tasks: boolean },
): Portable {
  const { variables, connections, ...rest } = dag;
  const secrets = { variables, connections };
  const masked = Object.fromEntries(
    Object.entries(secrets).flatMap(([name, lookup]) => (lookup === undefined ? [] : [[name, hide(lookup)]])),
  );
  return {
    dag: { ...(withoutFunctions(rest) as object), ...masked },
    options: withoutFunctions({ ...options, dagId: dag.dagId }),
    ...callbacks,
  };
}

/** The request as the planner takes it: every marker is a function that does nothing. */
export function fromPortable({ dag, options }: Portable): { dag: Dag; options: BackfillOptions } {
  return { dag: withFunctions(dag) as Dag, options: withFunctions(options) as BackfillOptions };
}

function withoutFunctions(value: unknown): unknown {
  return mapped(value, (member) => (typeof member === "function" ? MARK : member));
}

function hide(value: unknown): unknown {
  return mapped(value, (member) => {
    if (typeof member === "function") return MARK;
    return typeof member === "string" || typeof member === "number" ? "***" : member;
  });
}

// A lookup answers at once, and what it answers is not shown; everything else is never called for a preview.
const nothing = () => "***";

function withFunctions(value: unknown): unknown {
  return mapped(value, (member) => (member === MARK ? nothing : member));
}

/** A copy of plain objects and lists with every other value changed. What makes a circle is left to the reader of the DAG. */
function mapped(value: unknown, change: (value: unknown) => unknown, depth = 0): unknown {
  if (depth > 100) return change(undefined);
  if (Array.isArray(value)) return value.map((member) => mapped(member, change, depth + 1));
  if (typeof value !== "object" || value === null) return change(value);
  const kind = Object.getPrototypeOf(value);
  if (kind !== null && kind !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, mapped(member, change, depth + 1)]),
  );
}
