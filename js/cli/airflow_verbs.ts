// Airflow's commands: the verbs that do the same, and the line to type for the commands without such a verb.
import { existsSync } from "node:fs";
import { DagfillError } from "../error.js";
import { clearArguments, clearLine, plainWords } from "./airflow_clear.js";
import { looksLikeFile } from "./load_dag.js";

const verbs = new Map(
  Object.entries({
    backfill: "run",
    "backfill cancel": "cancel",
    "backfill create": "run",
    "backfill list": "list",
    "backfill pause": "pause",
    "backfill unpause": "unpause",
    "dags backfill": "run",
    "dags list-jobs": "list",
    "dags list-runs": "runs",
    "dags next-execution": "explain",
    "dags trigger": "trigger",
    "list-runs": "runs",
    "next-execution": "explain",
    scheduler: "schedule",
    "states-for-dag-run": "tasks",
    "tasks states-for-dag-run": "tasks",
  }),
);

interface OfFile {
  verb: string;
  /** The verb's own arguments, where they are not those given. */
  own?: (given: readonly string[]) => readonly string[];
}

/** Commands that name a verb only with a file, before or after their flags: `tasks clear` alone may ask for the tasks of a DAG named clear. */
const verbsOfFiles = new Map(
  Object.entries<OfFile>({
    "dags show": { verb: "validate" },
    "tasks clear": { verb: "clear", own: clearArguments },
    "tasks list": { verb: "validate" },
  }),
);

/** The arguments with the verb's own name in place of Airflow's, which has one word or two. */
export function ownVerb(args: readonly string[]): readonly string[] {
  for (const words of [2, 1]) {
    const name = args.slice(0, words).join(" ");
    const given = args.slice(words);
    const verb = verbs.get(name);
    if (verb !== undefined) return [verb, ...(verb === "runs" ? dagFirst(given) : given)];
    const ofFile = verbsOfFiles.get(name);
    if (ofFile !== undefined && isFile(plainWords(given)[0]))
      return [ofFile.verb, ...(ofFile.own?.(given) ?? given)];
  }
  return args;
}

/** The arguments of Airflow 2's list of runs, which names its DAG by a flag. */
function dagFirst(given: readonly string[]): readonly string[] {
  const at = given.findIndex((word) => word === "-d" || word === "--dag-id");
  const dag = given[at + 1];
  if (at < 0 || dag === undefined || given[0]?.startsWith("-") !== true) return given;
  return [dag, ...given.slice(0, at), ...given.slice(at + 2)];
}

const isFile = (text: string | undefined) => text !== undefined && (looksLikeFile(text) || existsSync(text));

interface Foreign {
  /** Its arguments, in their order. */
  takes: readonly ("FILE" | "TASK" | "DATE")[];
  /** The line to type, in which the names of its arguments stand for them. A function makes it from the words after the command. */
  line: string | ((given: readonly string[]) => string);
  /** The purpose of that line, to be read after "to". */
  to: string;
}

const day = "--start-date DATE --end-date DATE";

const commands = new Map<string, Foreign>(
  Object.entries<Foreign>({
    "celery worker": {
      takes: [],
      line: "dagfill worker FILE --engine redis://HOST:6379",
      to: "execute the jobs of a queue",
    },
    "dags details": {
      takes: ["FILE"],
      line: "dagfill validate FILE",
      to: "show a DAG's schedule and tasks",
    },
    "dags list": {
      takes: [],
      line: "dagfill validate FILE",
      to: "list the DAGs of a file with their tasks",
    },
    "dags list-import-errors": {
      takes: [],
      line: "dagfill validate FILE",
      to: "show what is wrong in a file",
    },
    "dags pause": {
      takes: [],
      line: "dagfill pause ID",
      to: "pause a backfill, whose id dagfill list shows (a DAG's schedule stops with the process of dagfill schedule)",
    },
    "dags show": {
      takes: ["FILE"],
      line: "dagfill validate FILE",
      to: "show the tasks in the order in which they run",
    },
    "dags state": {
      takes: ["FILE", "DATE"],
      line: "dagfill runs FILE --from DATE --to DATE",
      to: "show the state",
    },
    "dags test": {
      takes: ["FILE", "DATE"],
      line: `dagfill run FILE ${day} --store :memory:`,
      to: "run one date and keep nothing",
    },
    "dags unpause": {
      takes: [],
      line: "dagfill unpause ID",
      to: "continue a paused backfill, whose id dagfill list shows (dagfill schedule FILE starts a DAG's runs when they are due)",
    },
    "tasks clear": {
      takes: ["FILE"],
      line: clearLine,
      to: "run these tasks again",
    },
    "tasks list": {
      takes: ["FILE"],
      line: "dagfill validate FILE",
      to: "list the tasks in the order in which they run",
    },
    "tasks render": {
      takes: ["FILE", "TASK", "DATE"],
      line: `dagfill preview FILE ${day} --task-ids TASK --no-upstream --render DATE`,
      to: "show the rendered command",
    },
    "tasks run": {
      takes: ["FILE", "TASK", "DATE"],
      line: `dagfill run FILE ${day} --task-ids TASK --no-upstream`,
      to: "run one task of one date",
    },
    "tasks state": {
      takes: ["FILE", "TASK", "DATE"],
      line: "dagfill tasks FILE DATE",
      to: "show the states",
    },
    "tasks test": {
      takes: ["FILE", "TASK", "DATE"],
      line: `dagfill run FILE ${day} --task-ids TASK --no-upstream --store :memory:`,
      to: "run one task of one date and keep nothing",
    },
  }),
);

/** The error for a command of Airflow that is no verb here; `undefined` where the arguments may be meant for a verb. */
export function airflowCommand(args: readonly string[], isUnknownDag = false): DagfillError | undefined {
  const [group, , ...given] = args;
  const name = args.slice(0, 2).join(" ");
  const command = commands.get(name);
  if (command === undefined) return undefined;
  // `dagfill tasks test 2024-01-01` asks for the tasks of a DAG named test, of a date or of a run's id.
  const [first = "-"] = given;
  const isOfVerb = /^(-|\d{4}|(now|today|yesterday|tomorrow)$|\w+__)/.test(first);
  if (group === "tasks" && isOfVerb && !isUnknownDag) return undefined;
  const flagAt = given.findIndex((word) => word.startsWith("-"));
  const words = flagAt < 0 ? given : given.slice(0, flagAt);
  let line = typeof command.line === "string" ? command.line : command.line(given);
  for (const [at, what] of command.takes.entries()) {
    const word = words[at];
    // A DAG goes by its id in Airflow, and by its file here.
    if (word !== undefined && (what !== "FILE" || isFile(word))) line = line.replaceAll(what, word);
  }
  return new DagfillError(
    "INVALID_OPTION",
    `expected a verb of dagfill, got "${name}", a command of Airflow`,
    { hint: `to ${command.to}: ${line}` },
  );
}
