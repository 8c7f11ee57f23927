// Words of other systems that no option stands for, and what to write instead.

interface Advice {
  words: string;
  /** An option of the objects that the advice is for. */
  beside: string;
  text: string;
}

const all: readonly Advice[] = [
  {
    words: "logicalDate executionDate date partition partitionKey runDate",
    beside: "startDate",
    text: "Dates are chosen by startDate and endDate; one date is run by trigger, with executionDate.",
  },
  {
    words: "defaultArgs",
    beside: "taskDefaults",
    text: "Defaults of tasks are taskDefaults; startDate and endDate are the DAG's own.",
  },
  { words: "docMd", beside: "schedule", text: "Write description, or meta for anything else." },
  { words: "userDefinedMacros", beside: "macros", text: "Did you mean macros?" },
  {
    words: "onFailureCallback onSuccessCallback onRetryCallback",
    beside: "dagId",
    text: "Starts and ends are told to onEvent of a backfill, and to onEvent of a Scheduler.",
  },
  {
    words: "concurrency maxParallelRuns maxActiveRuns retries rate runTimeout maxFailures",
    beside: "dags",
    text: "That is an option of each backfill: start, backfill and preview take it.",
  },
  {
    words: "runId",
    beside: "executionDate",
    text: "The id of a run is made of its type and its date, as Airflow has it.",
  },
  {
    words: "pool poolSlots",
    beside: "dagId",
    text: "There are no pools: maxParallelRuns bounds the runs of a backfill, maxActiveTasks of a DAG the tasks of a run.",
  },
  { words: "sla", beside: "taskId", text: "Write timeout: an attempt that takes longer has failed." },
  {
    words: "markSuccess",
    beside: "startDate",
    text: "Runs that another system has done are taken over by importRuns and storeRuns of dagfill/import.",
  },
];

/** What to write instead of `word`, which is in lower case without "_" and "-", in an object with the options `names`. */
export function adviceFor(word: string, names: readonly string[]): string | undefined {
  const found = all.find(
    ({ words, beside }) => names.includes(beside) && words.toLowerCase().split(" ").includes(word),
  );
  return found?.text;
}
