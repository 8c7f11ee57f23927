// An engine of somebody's, checked before anything is handed to it: a call that is missing or misspelt would show only when a run waits for it.
import { DagfillError } from "../error.js";
import { callback, fields, inside, name, number, oneOf, type Reader, reading, wrong } from "../options.js";
import { shown } from "../shown.js";
import { suggestion, unknownHint } from "../suggest.js";
import type { Engine } from "./engine.js";
import { type OutageTimes, TIMES } from "./outage.js";

const call: Reader<unknown> = callback();

const kinds: Reader<Engine["kinds"]> = (value, path) => {
  if (!Array.isArray(value) || value.length === 0) throw wrong(path, 'a list of "run" and "task"', value);
  for (const [at, kind] of value.entries()) oneOf("run", "task")(kind, `${path}[${at}]`);
  return value;
};

const keepsResultsFor: Reader<number> = (value, path) =>
  value === Number.POSITIVE_INFINITY ? value : number(0)(value, path);

const required = { name, submit: call, status: call, cancel: call, close: call, keepsResultsFor };
const optional = { kinds, check: call, watch: call, forget: call, pollEvery: number(1) };
const members: Record<string, Reader<unknown>> = { ...required, ...optional };

/** Throws INVALID_OPTION for what is no engine. An instance of a class may have members of its own; an object that was written as an engine
 *  may not. */
export function insistOnEngine(engine: unknown): void {
  if (typeof engine !== "object" || engine === null || Array.isArray(engine))
    throw wrong("engine", `an object with ${Object.keys(required).join(", ")}`, engine);
  const given = engine as Record<string, unknown>;
  if (!Object.isExtensible(engine))
    throw wrong("engine", "an object that defineEngine can add to", "one that is frozen or sealed");
  const own = reading("engine", () => Object.keys(engine));
  if (isPlain(engine)) for (const member of own) if (!Object.hasOwn(members, member)) throw unknown(member);
  for (const [member, read] of Object.entries(members)) {
    const at = inside("engine", member);
    const value = reading(at, () => given[member]);
    if (value === undefined && Object.hasOwn(required, member)) throw missing(member, memberNames(engine));
    if (value !== undefined) read(value, at);
  }
}

/** The times of outages; members that are missing are the default's. */
export function readTimes(times: unknown): OutageTimes {
  const ms = number(0);
  const pause: Reader<OutageTimes["pause"]> = (value, path) => {
    if (!Array.isArray(value) || value.length !== 2)
      throw wrong(path, "[first, last] in milliseconds", value);
    return [ms(value[0], `${path}[0]`), ms(value[1], `${path}[1]`)];
  };
  return {
    ...TIMES,
    ...fields<OutageTimes>(times, "times", { deadline: ms, silence: ms, repeat: ms, pause, refusal: ms }),
  };
}

function isPlain(engine: object): boolean {
  const prototype = reading("engine", () => Object.getPrototypeOf(engine));
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Names of an object and of its classes. */
function memberNames(engine: object): string[] {
  const names = new Set<string>();
  for (let at = engine; at !== null && Object.getPrototypeOf(at) !== null; at = Object.getPrototypeOf(at))
    for (const own of Object.getOwnPropertyNames(at)) names.add(own);
  return [...names];
}

function missing(member: string, names: readonly string[]): DagfillError {
  const isCall = members[member] === call;
  const near = suggestion(
    member,
    names.filter((each) => !Object.hasOwn(members, each)),
  );
  return new DagfillError("INVALID_OPTION", `engine: expected ${isCall ? `${member}()` : member}, got none`, {
    field: inside("engine", member),
    ...(near === undefined ? {} : { hint: `it has ${near}: did you mean ${member}?` }),
  });
}

function unknown(member: string): DagfillError {
  const names = Object.keys(members);
  const hint = unknownHint(member, names);
  const text = `engine: there is no member ${shown(member)}; expected some of ${names.join(", ")}`;
  return new DagfillError("INVALID_OPTION", text, {
    field: inside("engine", member),
    ...(hint === undefined ? {} : { hint }),
  });
}
