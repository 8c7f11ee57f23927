// The flags by name: the meaning of each, and the reader of its value. Backfill flags are the kebab-case of BackfillOptions.
import {
  breakerOf,
  chunkOf,
  countOf,
  durationOf,
  labelsOf,
  listOf,
  numberOf,
  objectOf,
  orderOf,
  rateOf,
  windowsOf,
} from "./flag_values.js";

export interface Flag {
  /** Without the dashes. */
  name: string;
  /** The option that it sets; the name in camelCase where absent. */
  option?: string;
  /** Other names that are accepted; a name of one letter takes one dash. */
  aliases?: readonly string[];
  /** Names of the same flag in Airflow's command, accepted and not listed by the help. */
  airflow?: readonly string[];
  /** The name of the value in the help; absent: a switch. */
  value?: string;
  /** The value that a switch sets its option to; absent: true, or false where its name begins with "no-". */
  sets?: number;
  meaning: string;
  /** The value where none is given; absent: one must be given. */
  fallback?: string;
  /** Reads the value, or says by throwing what was expected. */
  read?: (text: string) => unknown;
}

/** The option of a flag. */
export function optionOf({ name, option }: Flag): string {
  return option ?? name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

const range: Flag[] = [
  {
    name: "start-date",
    airflow: ["s", "from-date"],
    value: "DATE",
    meaning: "first date: 2024-01-01 (the whole day in the schedule's zone), 2024-01, yesterday, -P7D",
  },
  { name: "end-date", airflow: ["e", "to-date"], value: "DATE", meaning: "last date, included" },
];

const conf: Flag = {
  name: "conf",
  airflow: ["c", "dag-run-conf"],
  value: "JSON",
  read: objectOf,
  meaning: "values for templates and callbacks",
};

const onUnknown: Flag = {
  name: "on-unknown",
  value: "keep|error|empty",
  meaning: "a tag that no macro resolves: keep it, fail its task (the default), or leave it out",
};

const tasks: Flag[] = [
  {
    name: "task-ids",
    airflow: ["t"],
    value: "IDS",
    read: listOf,
    meaning: "only these tasks and what they depend on",
  },
  { name: "no-upstream", option: "withUpstream", meaning: "with --task-ids: without what they depend on" },
];

const choice: Flag[] = [
  { name: "rerun-failed", meaning: "only dates whose run failed or was canceled" },
  {
    name: "reset-dag-run",
    aliases: ["reset"],
    airflow: ["reset-dagruns"],
    meaning: "clear existing runs and run them again",
  },
  {
    name: "reprocess",
    airflow: ["reprocess-behavior"],
    value: "none|failed|completed",
    meaning: "missing and canceled dates (none), also failed, or all",
  },
  {
    name: "exclude-dates",
    value: "DATES",
    read: listOf,
    meaning: "dates to leave out, separated by commas",
  },
  { name: "dates", value: "DATES", read: listOf, meaning: "only these dates of the range" },
  { name: "include-not-due", meaning: "also dates whose data interval has not ended" },
  { name: "run-backwards", airflow: ["B"], meaning: "newest date first" },
  {
    name: "order",
    value: "ORDER",
    read: orderOf,
    meaning: "oldest, newest, failed-first, bisect, or newest:N for the newest N first",
  },
  {
    name: "chunk",
    value: "N|PERIOD",
    read: chunkOf,
    meaning: "several dates in one run: N of them, or those of each P1D, P1W, P1M, P3M or P1Y",
  },
  {
    name: "coverage",
    value: "date|interval",
    meaning: "interval: reset a date whose run covers its interval only in part",
  },
  {
    name: "strict-past",
    meaning: "with dependsOnPast, the first date also waits for the success of the one before it",
  },
  ...tasks,
  conf,
  { name: "labels", value: "K=V,...", read: labelsOf, meaning: "kept with the backfill, and listed" },
  { name: "note", value: "TEXT", meaning: "kept with the backfill, and listed" },
  onUnknown,
  { name: "macro-time-zone", value: "ZONE", meaning: "zone in which templates write dates (the DAG's)" },
  { name: "max-runs", value: "N", read: numberOf, meaning: "refuse larger plans (100000)" },
];

const driving: Flag[] = [
  {
    name: "max-parallel-runs",
    airflow: ["max-active-runs"],
    value: "N",
    read: numberOf,
    meaning: "runs in flight at once (1)",
  },
  {
    name: "rate",
    value: "N/PERIOD",
    read: rateOf,
    meaning: "at most N starts per period, such as 10/1m or 10/PT1M",
  },
  { name: "retries", value: "N", read: numberOf, meaning: "further attempts of a run that failed (0)" },
  {
    name: "retry-delay",
    value: "DURATION",
    read: durationOf,
    meaning: "wait before another attempt, such as 30s or PT30S",
  },
  {
    name: "retry-backoff",
    value: "FACTOR",
    read: numberOf,
    meaning: "each wait is FACTOR times the one before",
  },
  {
    name: "run-timeout",
    value: "DURATION",
    read: durationOf,
    meaning: "abort a run that takes longer, such as 2h or PT2H",
  },
  {
    name: "abort-grace",
    value: "DURATION",
    read: durationOf,
    meaning: "time for an aborted run to settle (PT30S)",
  },
  {
    name: "canary",
    value: "N",
    read: (text) => ({ dates: numberOf(text), approve: "manual" }),
    meaning: "run the first N dates, then wait for dagfill approve ID, from any machine of the store",
  },
  {
    name: "breaker",
    value: "K=V,...",
    read: breakerOf,
    meaning: "failures=3,window=20,action=pause (or stop, abort); ratio=0.5 for a share",
  },
  {
    name: "start-windows",
    value: "CRON/DURATION",
    read: windowsOf,
    meaning: "start runs only inside windows such as '0 22 * * */PT8H', separated by semicolons",
  },
  { name: "max-failures", value: "N", read: numberOf, meaning: "start no further runs after N failures" },
  { name: "fail-fast", option: "maxFailures", sets: 1, meaning: "the same as --max-failures 1" },
  { name: "backfill-id", value: "ID", meaning: "the backfill's id; refused if it was used before" },
  { name: "plan-hash", value: "HASH", meaning: "start only the plan with this hash, as a preview showed it" },
  { name: "dry-run", airflow: ["n"], meaning: "show the plan; start and write nothing" },
];

export const flags = {
  /** The dates of a backfill, and the action for each. */
  plan: [...range, ...choice],
  /** Which tasks of each run. */
  tasks,
  /** Limits and options of running. */
  drive: driving,
  dag: [{ name: "dag-id", value: "ID", meaning: "which DAG of the file, if it has several" }],
  store: [
    {
      name: "store",
      value: "PATH",
      meaning:
        "where runs are kept: a file (.dagfill.sqlite in this folder), postgres://...[?schema=NAME] (PGPASSWORD gives the password), or :memory:, which keeps nothing",
    },
  ],
  engine: [
    {
      name: "engine",
      value: "URL",
      meaning:
        "where runs are executed: redis://host:port (BullMQ; REDISCLI_AUTH gives the password); ?queue=NAME names another queue. Others: `export const engine` in FILE",
    },
  ],
  serve: [{ name: "max-backfills", value: "N", read: numberOf, meaning: "backfills at once (4)" }],
  concurrency: [{ name: "concurrency", value: "N", read: numberOf, meaning: "jobs at once (1)" }],
  json: [{ name: "json", meaning: "JSON for programs: an object, or an event a line" }],
  format: [
    {
      name: "format",
      airflow: ["o", "output"],
      value: "FORMAT",
      meaning: "table (the default), json, ndjson or csv",
    },
  ],
  state: [{ name: "state", value: "STATES", read: listOf, meaning: "only these, such as failed,canceled" }],
  limit: [{ name: "limit", value: "N", read: countOf, meaning: "at most N rows" }],
  attempt: [{ name: "attempt", value: "N", read: numberOf, meaning: "only this attempt" }],
  follow: [{ name: "follow", aliases: ["f"], meaning: "print new lines until the run has ended" }],
  newest: [{ name: "newest", meaning: "newest date first" }],
  all: [{ name: "all", meaning: "every row or note, however many" }],
  log: [{ name: "quiet", aliases: ["q"], meaning: "do not show the output of commands" }],
  yes: [
    {
      name: "yes",
      aliases: ["y"],
      meaning: "do not ask before more than 500 runs, or before replacing runs that succeeded",
    },
  ],
  once: [{ name: "once", meaning: "run what is due now, then exit" }],
  resume: [{ name: "resume", meaning: "first continue an interrupted backfill of this DAG" }],
  schedule: [
    { name: "time-zone", value: "ZONE", meaning: "the schedule's zone, such as Europe/Berlin (UTC)" },
    {
      name: "kind",
      value: "interval|trigger",
      meaning: "when a run is due: at the end of its interval, or at its date",
    },
    {
      name: "dst",
      value: "POLICY",
      meaning: "airflow, java, kubernetes, vixie, earlier, later, skip or both",
    },
  ],
  span: [
    {
      name: "from",
      airflow: ["s", "start-date", "from-date"],
      value: "DATE",
      meaning:
        "first date: 2024-01-01, 2024-01, yesterday, -P7D, in the schedule's zone (of impact: the old one's)",
    },
    { name: "to", airflow: ["e", "end-date", "to-date"], value: "DATE", meaning: "last date, included" },
  ],
  date: [{ name: "date", value: "DATE", meaning: "why there is a run at DATE or not; of a day: its dates" }],
  count: [{ name: "count", value: "N", read: numberOf, meaning: "how many of the next dates to print (5)" }],
  conf: [conf],
  executionDate: [
    {
      name: "execution-date",
      airflow: ["e", "exec-date", "logical-date", "l"],
      value: "DATE",
      meaning: "the run's date",
    },
  ],
  scheduleText: [
    { name: "schedule", value: "CRON", meaning: "the schedule, such as '0 5 * * 1-5' or @daily" },
  ],
  history: [
    {
      name: "history",
      value: "FILE",
      meaning: "runs in any format that import-runs reads, instead of a store; - reads stdin",
    },
  ],
  estimate: [{ name: "estimate", meaning: "also estimate duration and end from the DAG's past runs" }],
  stop: [
    {
      name: "abort-grace",
      value: "DURATION",
      read: durationOf,
      meaning: "after SIGTERM: time for work in flight to end before it is aborted and left (PT30S)",
    },
  ],
  missing: [
    {
      name: "treat-failed-as",
      value: "missing|present",
      meaning: "whether a failed run counts as missing (default) or present",
    },
    {
      name: "coverage",
      value: "date|interval",
      meaning: "interval: also dates whose interval is covered only in part",
    },
  ],
  cascade: [{ name: "cascade", meaning: "in a preview: also the plans of the file's downstream DAGs" }],
  reject: [{ name: "reject", meaning: "reject the canary, which cancels the backfill" }],
  abort: [{ name: "abort", meaning: "also abort the runs in flight" }],
  unfinished: [{ name: "unfinished", meaning: "only backfills that have not ended" }],
  importFormat: [
    {
      name: "format",
      value: "FORMAT",
      meaning:
        "airflow-python, airflow-rest, airflow-serialized, crontab, dbt, dagfill or kubernetes (detected from the text)",
    },
  ],
  assumeDead: [
    {
      name: "assume-dead",
      value: "DURATION",
      read: durationOf,
      meaning: "count runs that have been in flight elsewhere for longer than this as failed",
    },
  ],
  templates: [
    { name: "params", value: "JSON", read: objectOf, meaning: "the DAG's params, such as '{\"limit\": 10}'" },
    {
      name: "vars",
      option: "variables",
      value: "JSON",
      read: objectOf,
      meaning: "values of {{ var.value.NAME }}",
    },
    { name: "macro-time-zone", value: "ZONE", meaning: "zone in which dates are written (the schedule's)" },
  ],
  onUnknown: [onUnknown],
  render: [
    {
      name: "render",
      value: "[DATE]",
      fallback: "first",
      meaning: "also show the rendered commands and params of a date (default: the first that starts)",
    },
  ],
} satisfies Record<string, Flag[]>;
