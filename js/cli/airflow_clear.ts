// Airflow's `tasks clear` as `dagfill clear` takes it: there -t clears that task alone, and flags stand before the DAG.
import { parseArgs } from "node:util";
import { type Flag, flags } from "./flags.js";

const all: readonly Flag[] = Object.values(flags).flat();

const names = (flag: Flag) => [flag.name, ...(flag.aliases ?? []), ...(flag.airflow ?? [])];

/** The tokens of a command line by the flags of all verbs; a flag that no verb has takes no value. */
function tokensOf(args: readonly string[]) {
  const options = all.flatMap((flag) =>
    names(flag).map((name) => {
      const type = flag.value === undefined ? ("boolean" as const) : ("string" as const);
      return [name, { type, ...(name.length === 1 && { short: name }) }] as const;
    }),
  );
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/** The arguments that are neither flags nor values of flags. */
export function plainWords(args: readonly string[]): string[] {
  return tokensOf(args).flatMap((token) => (token.kind === "positional" ? [token.value] : []));
}

const isUpstream = (arg: string) => arg === "-u" || arg === "--upstream";

/** The arguments for `dagfill clear`: tasks that are named are cleared alone, unless --upstream is given. */
export function clearArguments(args: readonly string[]): string[] {
  const own = args.filter((arg) => !isUpstream(arg));
  const isNamed = lastValue(args, "t", "task-ids") !== undefined;
  return isNamed && own.length === args.length ? [...own, "--no-upstream"] : own;
}

/** The line to type with the dates and the task that were given; with the names of all three where none was given. */
export function clearLine(args: readonly string[]): string {
  const [from, to, task] = [
    lastValue(args, "s", "start-date", "from"),
    lastValue(args, "e", "end-date", "to"),
    lastValue(args, "t", "task-ids"),
  ];
  if (from === undefined && to === undefined && task === undefined)
    return "dagfill clear FILE --from DATE --to DATE --task-ids TASKS";
  return [
    "dagfill clear FILE",
    ...(from === undefined ? [] : [`--from ${from}`]),
    ...(to === undefined ? [] : [`--to ${to}`]),
    ...(task === undefined ? [] : [`--task-ids ${task}`]),
    ...(task === undefined || args.some(isUpstream) ? [] : ["--no-upstream"]),
  ].join(" ");
}

function lastValue(args: readonly string[], ...wanted: string[]): string | undefined {
  const found = tokensOf(args).findLast((token) => token.kind === "option" && wanted.includes(token.name));
  return found?.kind === "option" ? found.value : undefined;
}
