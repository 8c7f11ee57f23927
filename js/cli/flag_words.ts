// Messages and hints of the library in the words of the command line: options of a backfill by the flags that set them.
import type { DagfillError } from "../error.js";
import { type Flag, flags, optionOf } from "./flags.js";

/** Options that are fields of a DAG or a task, too: a message about a file means those. */
const OF_DAG = ["retryDelay", "retryBackoff", "onUnknown", "macroTimeZone"];

const planned: readonly Flag[] = [...flags.plan, ...flags.drive].filter(
  (flag) => !OF_DAG.includes(optionOf(flag)),
);

/** Terms of the library in its hints, each with the words of the command line. */
const TERMS: readonly (readonly [string, string])[] = [
  ["MemoryStore, which keeps nothing", "--store :memory:, which keeps nothing"],
  ["a later lastRun or startDate", "a later startDate of the DAG"],
];

/** A hint of the library about an error. `known`: the flags of the verb. */
export function hintInFlags(error: DagfillError, hint: string, known: readonly Flag[]): string {
  const told = isOfOptions(error) ? inFlags(hint, known) : hint;
  return TERMS.reduce((text, [term, words]) => text.replace(term, words), told);
}

/** A text of the library that names options, such as `includeNotDue` or `reprocess "failed"`, with the flags in their place. `known`: the
 *  flags that there are; those of a plan where absent. */
export function inFlags(text: string, known: readonly Flag[] = planned): string {
  let shown = text;
  for (const flag of planned) {
    if (!known.some(({ name }) => name === flag.name)) continue;
    const [option, name] = [optionOf(flag), `--${flag.name}`];
    if (flag.value !== undefined)
      shown = shown.replace(new RegExp(`(?<![\\w.-])${option} "(\\w+)"`, "gi"), `${name} $1`);
    // An option of one small word, such as `order`, may be a word of the sentence. A path such as dag.startDate is a field of the file.
    if (/[A-Z]/.test(option))
      shown = shown.replace(
        new RegExp(`(?<![\\w.{"'-]|DAG no )${option}(?!\\.?\\w|[("']|: ["{[])`, "g"),
        name,
      );
  }
  return shown;
}

/** Codes of errors that quote files, or what other code has thrown. */
const QUOTING = ["INVALID_DAG", "ABORTED", "STORE_FAILED", "INTERNAL"];

/** Whether an error is about the options of a call, and not about a DAG in a file. */
export function isOfOptions({ code, field = "" }: DagfillError): boolean {
  return !QUOTING.includes(code) && !/^dags?\b/.test(field);
}
