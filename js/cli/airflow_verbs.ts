// Airflow's names of verbs: `airflow dags backfill` and `airflow backfill create` are `dagfill run`.

const verbs = new Map(
  Object.entries({
    backfill: "run",
    "backfill create": "run",
    "dags backfill": "run",
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

/** The arguments with the verb's own name in place of Airflow's, which has one word or two. */
export function ownVerb(args: readonly string[]): readonly string[] {
  for (const words of [2, 1]) {
    const verb = verbs.get(args.slice(0, words).join(" "));
    if (verb !== undefined) return [verb, ...args.slice(words)];
  }
  return args;
}
