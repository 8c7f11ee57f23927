// Lookups of the host, by name: `{{ var.value.x }}`, `{{ conn.x.host }}` and macros of its own.

import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import type { JsonInput } from "../json.js";
import { printable } from "../json_input.js";
import { type Reader, type Spec, wrong } from "../options.js";
import { LookupCode } from "../raw.js";
import { connectionOf } from "./connection_uri.js";

/** Values by name: JSON, or a function that is asked once for each name and render and answers at once; `undefined` is no value, a
 *  promise is INVALID_OPTION. Built-in names win over macros. */
export type Lookup = Readonly<Record<string, JsonInput>> | ((name: string) => JsonInput);

/** Values that templates may ask for. They are never stored, and previews do not show those of variables and connections. */
export interface Lookups {
  /** `{{ var.value.name }}`, `{{ var.json.name.key }}`. */
  variables?: Lookup;
  /** `{{ conn.name.host }}`: an object with Airflow's attributes (host, login, password, port, schema, extra ...), or a connection URI,
   *  which is read into them. */
  connections?: Lookup;
  /** `{{ name }}` and `{{ macros.name }}`, for names that dagfill does not have. */
  macros?: Lookup;
}

/** Answers by name, at once: JSON text, or nothing. `lookup` is a number of `LookupCode`. */
export interface MacroHost {
  knows(lookup: number): boolean;
  lookUp(lookup: number, name: string): string | undefined;
}

/** The value of a name as JSON text. */
type CheckedLookup = (name: string) => string | undefined;

/** Lookups as they are asked. */
export type CheckedLookups = { readonly [kind in keyof Lookups]?: CheckedLookup };

const lookup: Reader<CheckedLookup> = (value, path) => {
  if (typeof value === "function") return (name) => asked(value as (name: string) => unknown, name, path);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    // A text may hold a password, as the URI of a connection does.
    throw wrong(
      path,
      "an object of values by name, or a function of a name",
      typeof value === "string" ? "***" : value,
    );
  const texts = new Map<string, string>();
  for (const [name, member] of Object.entries(value)) {
    if (member !== undefined) texts.set(name, JSON.stringify(printable(member, `${path}.${name}`)));
  }
  return (name) => texts.get(name);
};

function asked(lookup: (name: string) => unknown, name: string, path: string): string | undefined {
  let value: unknown;
  try {
    value = lookup(name);
  } catch (cause) {
    const message = `${path}: the lookup of ${JSON.stringify(name)} threw ${failure(cause).message}`;
    throw new DagfillError("INVALID_OPTION", message, { field: path, cause });
  }
  if (value === undefined) return undefined;
  if (typeof (value as PromiseLike<unknown> | null)?.then === "function") {
    // Its rejection would otherwise be nobody's.
    (value as PromiseLike<unknown>).then(undefined, () => {});
    const message = `${path}: expected a value for ${JSON.stringify(name)} at once, got a promise`;
    const hint = "load what templates need first, and give an object";
    throw new DagfillError("INVALID_OPTION", message, { field: path, hint });
  }
  return JSON.stringify(printable(value, `${path}(${JSON.stringify(name)})`));
}

/** The three options, for the objects that have them. */
export const lookupSpec: Spec<CheckedLookups> = { variables: lookup, connections: lookup, macros: lookup };

const KINDS: Record<number, keyof Lookups> = {
  [LookupCode.Variable]: "variables",
  [LookupCode.Connection]: "connections",
  [LookupCode.Macro]: "macros",
};

/** Lookups of several levels (a call's own, a DAG's, a service's) as the core asks them: the first level that has a value wins. Made for
 *  one render, in which every name is asked once. `masked`: texts and numbers of variables and connections are `***`. */
class LookupHost implements MacroHost {
  readonly #levels: readonly CheckedLookups[];
  readonly #masked: boolean;
  readonly #told = new Map<string, string | undefined>();

  constructor(levels: readonly CheckedLookups[], masked: boolean) {
    this.#levels = levels;
    this.#masked = masked;
  }

  knows(kind: number): boolean {
    const name = KINDS[kind];
    return name !== undefined && this.#levels.some((level) => level[name] !== undefined);
  }

  lookUp(kind: number, name: string): string | undefined {
    const key = `${kind} ${name}`;
    if (!this.#told.has(key)) this.#told.set(key, this.#ask(kind, name));
    return this.#told.get(key);
  }

  #ask(kind: number, name: string): string | undefined {
    const member = KINDS[kind];
    if (member === undefined) return undefined;
    for (const level of this.#levels) {
      const given = level[member]?.(name);
      if (given === undefined) continue;
      const value = member === "connections" ? connectionOf(name, given) : given;
      return this.#masked && member !== "macros" ? mask(value) : value;
    }
    return undefined;
  }
}

function mask(text: string): string {
  return JSON.stringify(
    JSON.parse(text, (_, value) => (["string", "number"].includes(typeof value) ? "***" : value)),
  );
}

/** The host that answers the lookups of one render; `undefined` where no level has any. */
export function lookupHost(levels: readonly CheckedLookups[], masked = false): MacroHost | undefined {
  const given = levels.filter((level) => Object.values(KINDS).some((kind) => level[kind] !== undefined));
  return given.length === 0 ? undefined : new LookupHost(given, masked);
}
