// The output of --help, generated from the tables that the command line is read by.
import type { Flag } from "./flags.js";
import type { Terminal } from "./terminal.js";
import type { Verb } from "./verb.js";
import { verbExamples } from "./verb_examples.js";
import { pad } from "./width.js";

export function showHelp(verbs: Record<string, Verb>, terminal: Terminal): void {
  terminal.line("dagfill VERB ... [flags]: backfills of scheduled DAGs");
  terminal.line();
  const uses = Object.entries(verbs).map(([name, verb]) => [use(name, verb), verb.summary] as const);
  columns(uses, terminal);
  terminal.line();
  terminal.line(
    "FILE is a module that exports `dag` or `dags` (and executeTask or executeRun, or the engine that executes them), or JSON or YAML whose tasks have commands.",
  );
  terminal.line(
    "dagfill VERB --help lists the flags. Exit codes: 0 all ok, 1 some failed, 2 usage, 3 store, 130 interrupted (resumable).",
  );
  terminal.line(
    "A command that ends with exit code 99 skips its task; any other code except 0 fails the attempt.",
  );
}

export function showVerbHelp(name: string, verb: Verb, terminal: Terminal): void {
  terminal.line(`dagfill ${use(name, verb)} [flags]: ${verb.summary}`);
  terminal.line();
  columns(
    verb.flags.map((flag) => [flagUse(flag), flag.meaning] as const),
    terminal,
  );
  const examples = verbExamples[name] ?? [];
  if (examples.length === 0) return;
  terminal.line();
  terminal.line(examples.length === 1 ? "Example:" : "Examples:");
  for (const example of examples) terminal.line(`  ${example}`);
}

function use(name: string, { positionals }: Verb): string {
  return [name, ...positionals].join(" ");
}

function flagUse({ name, aliases = [], value }: Flag): string {
  const dashed = (text: string) => (text.length === 1 ? `-${text}` : `--${text}`);
  return [name, ...aliases].map(dashed).join(", ") + (value === undefined ? "" : ` ${value}`);
}

function columns(rows: readonly (readonly [string, string])[], terminal: Terminal): void {
  const width = Math.min(36, Math.max(...rows.map(([left]) => left.length)));
  for (const [left, right] of rows) terminal.line(`  ${terminal.paint("bold", pad(left, width))}  ${right}`);
}
