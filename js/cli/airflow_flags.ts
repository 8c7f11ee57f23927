// Flags of Airflow's command that dagfill does not have, with what to write instead.

interface Foreign {
  /** Without dashes. */
  flags: string;
  /** Verbs that the hint is for; absent: all. */
  verbs?: readonly string[];
  hint: string;
}

const AGAIN = ["clear", "retry"];

const all: readonly Foreign[] = [
  {
    flags: "d downstream",
    verbs: AGAIN,
    hint: "--task-ids a,b names each task: also list the tasks that depend on it",
  },
  {
    flags: "f only-failed",
    verbs: AGAIN,
    hint: "dagfill retry runs only failed and canceled runs, and clear takes every run",
  },
  {
    flags: "u upstream",
    verbs: AGAIN,
    hint: "--task-ids includes the tasks that a task depends on: leave it out",
  },
  {
    flags: "r only-running",
    verbs: AGAIN,
    hint: "runs in flight are not cleared: dagfill cancel BACKFILL --abort ends them",
  },
  {
    flags: "r run-id",
    verbs: ["trigger"],
    hint: "a run's id is made of its type and its date: leave it out; --execution-date sets the date",
  },
  {
    flags: "task-regex",
    hint: "--task-ids takes ids, separated by commas; a regular expression is not read",
  },
  {
    flags: "R dag-regex treat-dag-as-regex treat-dag-id-as-regex",
    hint: "a DAG is chosen by its file, or by --dag-id ID in a file of several",
  },
  { flags: "x donot-pickle pickle", hint: "nothing is pickled in dagfill: leave it out" },
  {
    flags: "i ignore-dependencies",
    hint: "--task-ids IDS --no-upstream runs tasks without what they depend on",
  },
  { flags: "m mark-success", hint: "dagfill import-runs imports runs that were done elsewhere" },
  {
    flags: "I ignore-first-depends-on-past",
    hint: "the first date of a backfill starts without this check: leave it out; --strict-past checks it",
  },
  {
    flags: "continue-on-failures",
    hint: "a backfill continues after failures: leave it out; --fail-fast or --max-failures N stops it",
  },
  { flags: "disable-retry", hint: "the DAG sets how often a task is retried: write retries: 0 in it" },
  { flags: "l local", hint: "commands run on this machine: leave it out" },
  { flags: "S subdir", hint: "the DAG's file is the first argument, as in dagfill VERB sales.json" },
  { flags: "y yes", hint: "this verb does not ask: leave it out" },
  { flags: "d", hint: "the DAG is the first argument; --dag-id ID chooses one in a file of several" },
  { flags: "p pool", hint: "there are no pools: --max-parallel-runs N limits the runs in flight" },
  {
    flags: "delay-on-limit",
    hint: "a run starts as soon as one of --max-parallel-runs is free: leave it out",
  },
  { flags: "v verbose", hint: "the output of commands is shown unless you give --quiet: leave it out" },
];

/** The hint for a flag of Airflow's command, given without its dashes: what to write instead. */
export function airflowFlagHint(flag: string, verb: string): string | undefined {
  return all.find(
    ({ flags, verbs }) => flags.split(" ").includes(flag) && (verbs === undefined || verbs.includes(verb)),
  )?.hint;
}
