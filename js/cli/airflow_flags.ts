// Flags of Airflow's command that are no flags here: what to write instead.

interface Foreign {
  /** Without dashes. */
  flags: string;
  /** Verbs that the hint is for; absent: all. */
  verbs?: readonly string[];
  hint: string;
}

const AGAIN = ["clear", "retry"];

const all: readonly Foreign[] = [
  { flags: "d downstream", verbs: AGAIN, hint: "--task-ids a,b names each task: list those behind it, too" },
  {
    flags: "f only-failed",
    verbs: AGAIN,
    hint: "dagfill retry runs what failed or was canceled, and clear takes every run",
  },
  { flags: "u upstream", verbs: AGAIN, hint: "--task-ids takes what a task depends on, too: leave it out" },
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
    hint: "--task-ids lists ids, separated by commas; a regular expression is not read",
  },
  {
    flags: "R dag-regex treat-dag-as-regex treat-dag-id-as-regex",
    hint: "one DAG is chosen by its file, or by --dag-id ID in a file of several",
  },
  { flags: "x donot-pickle pickle", hint: "nothing is pickled here: leave it out" },
  {
    flags: "i ignore-dependencies",
    hint: "--task-ids IDS --no-upstream runs tasks without what they depend on",
  },
  { flags: "m mark-success", hint: "runs that were done elsewhere are taken over by dagfill import-runs" },
  {
    flags: "I ignore-first-depends-on-past",
    hint: "A backfill lets its first date through: leave it out; --strict-past does not let it through",
  },
  {
    flags: "continue-on-failures",
    hint: "a backfill goes on after failures: leave it out; --fail-fast or --max-failures N stops it",
  },
  { flags: "disable-retry", hint: "the DAG says how often a task is tried again: write retries: 0 there" },
  { flags: "l local", hint: "commands run on this machine: leave it out" },
  { flags: "S subdir", hint: "the DAG's file is the first argument, as in dagfill VERB sales.json" },
  { flags: "y yes", hint: "this verb does not ask: leave it out" },
  { flags: "d", hint: "the DAG is the first argument; --dag-id ID chooses one in a file of several" },
  { flags: "p pool", hint: "there are no pools: --max-parallel-runs N bounds the runs in flight" },
  {
    flags: "delay-on-limit",
    hint: "a run starts as soon as one of --max-parallel-runs is free: leave it out",
  },
  { flags: "v verbose", hint: "what commands print is shown unless --quiet says otherwise: leave it out" },
];

/** What to write instead of a flag, given without its dashes, that Airflow's command has. */
export function airflowFlagHint(flag: string, verb: string): string | undefined {
  return all.find(
    ({ flags, verbs }) => flags.split(" ").includes(flag) && (verbs === undefined || verbs.includes(verb)),
  )?.hint;
}
