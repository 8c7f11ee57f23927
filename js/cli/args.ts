// The command line, read by the verb's own table of flags.
import { parseArgs } from "node:util";
import { DagfillError } from "../error.js";
import { shown } from "../shown.js";
import { advice, suggestion } from "../suggest.js";
import { airflowFlagHint } from "./airflow_flags.js";
import { type Flag, optionOf } from "./flags.js";
import { shownWord, withoutPassword } from "./server_url.js";

/** The command line behind the verb. */
export interface Arguments {
  positionals: string[];
  /** By option name; only flags that were given. */
  values: Record<string, unknown>;
  help: boolean;
}

/** Reads the arguments of a verb. Throws INVALID_OPTION with `field` = the flag. */
export function readArguments(
  args: readonly string[],
  flags: readonly Flag[],
  positionals: readonly string[],
  verb: string,
): Arguments {
  const known = new Map<string, Flag>();
  for (const flag of flags) {
    known.set(flag.name, flag);
    for (const name of [...(flag.aliases ?? []), ...(flag.airflow ?? [])]) known.set(name, flag);
  }
  const options = Object.fromEntries(
    [...known].map(([name, { value }]) => [
      name,
      { type: value === undefined ? ("boolean" as const) : ("string" as const) },
    ]),
  );
  const letters = Object.fromEntries(
    [...known.keys()]
      .filter((name) => name.length === 1)
      .map((name) => [name, { ...options[name]!, short: name }]),
  );
  const { tokens } = parseArgs({
    args: withFallbacks(args, known),
    options: { ...options, ...letters, help: { type: "boolean", short: "h" } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const read: Arguments = { positionals: [], values: {}, help: false };
  for (const token of tokens) {
    if (token.kind === "positional") read.positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") {
      read.help = true;
      continue;
    }
    const flag = known.get(token.name);
    if (flag === undefined) throw unknownFlag(token.rawName, flags, verb);
    if (token.inlineValue === false) refuseFlag(token.value, token.rawName, flag, known);
    take(read.values, flag, token.rawName, token.value);
  }
  if (!read.help) checkPositionals(read.positionals, positionals);
  return read;
}

/** A flag whose value may be left out takes none where another flag follows; a relative date, such as -P7D, is a value. */
function withFallbacks(args: readonly string[], known: ReadonlyMap<string, Flag>): string[] {
  return args.map((arg, at) => {
    const flag = arg.startsWith("--") ? known.get(arg.slice(2)) : undefined;
    const next = args[at + 1];
    const isFlag = next?.startsWith("-") === true && !next.startsWith("-P");
    return flag?.fallback !== undefined && isFlag ? `${arg}=${flag.fallback}` : arg;
  });
}

/** Refuses a flag in the place of a value: the value was forgotten. */
function refuseFlag(text: string, written: string, flag: Flag, known: ReadonlyMap<string, Flag>): void {
  if (!text.startsWith("--") && !(/^-\w$/.test(text) && known.has(text.slice(1)))) return;
  const [name = "", value] = text.split(/=(.*)/s, 2);
  const whole = value === undefined ? name : `${name}=${withoutPassword(value)}`;
  throw new DagfillError("INVALID_OPTION", `expected ${flag.value} after ${written}, got the flag ${name}`, {
    field: written,
    hint: `${written} needs a value; one that begins with a dash is written as ${written}=${shown(whole)}`,
  });
}

function take(values: Record<string, unknown>, flag: Flag, written: string, text: string | undefined): void {
  const option = optionOf(flag);
  if (flag.value === undefined) {
    if (text !== undefined) {
      throw new DagfillError(
        "INVALID_OPTION",
        `expected ${written} without a value, got ${shownWord(text)}`,
        {
          field: written,
        },
      );
    }
    values[option] = flag.sets ?? !flag.name.startsWith("no-");
    return;
  }
  const given = text ?? flag.fallback;
  if (given === undefined) {
    throw new DagfillError("INVALID_OPTION", `expected ${flag.value} after ${written}, got nothing`, {
      field: written,
    });
  }
  const value = readValue(flag, written, given);
  const before = values[option];
  // Of other flags the last one counts, so that flags appended to a script override its own.
  values[option] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
}

function readValue(flag: Flag, written: string, text: string): unknown {
  try {
    return flag.read === undefined ? text : flag.read(text);
  } catch (error) {
    if (!(error instanceof DagfillError)) throw error;
    const { input, start, end, hint } = error;
    throw new DagfillError(error.code, error.message, {
      field: written,
      ...(input !== undefined && { input }),
      ...(start !== undefined && end !== undefined && { start, end }),
      ...(hint !== undefined && { hint }),
    });
  }
}

function unknownFlag(written: string, flags: readonly Flag[], verb: string): DagfillError {
  const bare = written.replace(/^-+/, "");
  // Also by the options' names, because the terms of other systems are listed by option.
  const byOption = new Map(flags.flatMap((flag) => [flag.name, optionOf(flag)].map((name) => [name, flag])));
  const meant = byOption.get(suggestion(bare, byOption.keys()) ?? "");
  return new DagfillError("INVALID_OPTION", `unknown flag ${written}`, {
    field: written,
    hint:
      airflowFlagHint(bare, verb) ??
      (meant === undefined
        ? (advice(bare, [...byOption.keys()]) ?? "--help lists the flags")
        : `did you mean --${meant.name}?`),
  });
}

// A name in brackets may be left out.
function checkPositionals(given: readonly string[], names: readonly string[]): void {
  const missing = names.find((name, index) => !name.startsWith("[") && given[index] === undefined);
  if (missing !== undefined)
    throw new DagfillError("INVALID_OPTION", `expected ${missing}, got nothing`, { hint: "--help says how" });
  const extra = names.at(-1)?.includes("...") === true ? undefined : given[names.length];
  if (extra !== undefined) {
    throw new DagfillError("INVALID_OPTION", `unexpected argument ${shownWord(extra)}`, {
      hint: "texts with spaces need quotes",
    });
  }
}
