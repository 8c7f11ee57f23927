// Words of other systems that no option stands for, and what to write instead.

interface Advice {
  words: string;
  /** An option, or a value, of the lists that the advice is for; several stand for each other. */
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
    words: "pool poolSlots queue",
    beside: "dagId taskId",
    text: "There are no pools or queues: maxParallelRuns bounds the runs of a backfill, maxActiveTasks the tasks of a run.",
  },
  {
    words: "ignoreFirstDependsOnPast",
    beside: "strictPast dependsOnPast",
    text: "A backfill lets its first date through; its option strictPast does not.",
  },
  {
    words: "env environment envVars",
    beside: "command",
    text: "Variables of commands are the option env of shellTasks.",
  },
  {
    words: "noneFailedMinOneSuccess noneFailedOrSkipped",
    beside: "none_failed",
    text: "Write none_failed, which also runs where all before it were skipped.",
  },
  {
    words: "oneDone allSkipped noneSkipped allDoneMinOneSuccess allDoneSetupSuccess",
    beside: "all_done",
    text: "Write all_done, and throw TaskSkipped where there is nothing to do.",
  },
  { words: "sla", beside: "taskId", text: "Write timeout: an attempt that takes longer has failed." },
  {
    words: "markSuccess",
    beside: "startDate",
    text: "Runs that another system has done are taken over by importRuns and storeRuns of dagfill/import.",
  },
];

/** The advice for `word`, which is in lower case without "_" and "-", among the options, or values, `names`. */
export function adviceFor(word: string, names: readonly string[]): string | undefined {
  const found = all.find(
    ({ words, beside }) =>
      beside.split(" ").some((name) => names.includes(name)) && words.toLowerCase().split(" ").includes(word),
  );
  return found?.text;
}
