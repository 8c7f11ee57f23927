// The names that other systems use for the options of this library: Airflow, Dagster, Prefect, and libraries for cron and queues.

// By our names, so that a new option is one line. Words are compared without case, "_" and "-"; where several of our names
// fit, the one counts that the options at hand have, the first line first.
const wordsOf: Record<string, string> = {
  dagId: "id name dag dagName flow flowId flowName job jobId jobName pipeline pipelineId workflow workflowId",
  taskId: "id name task taskName step stepId op opName",
  backfillId: "id name backfill",
  dags: "dag flows jobs pipelines workflows definitions",
  tasks: "steps ops nodes jobs",
  taskIds: "task tasks taskRegex steps only select",
  withUpstream: "upstream includeUpstream ignoreDependencies",
  startDate:
    "start from fromDate startAt startTime startsAt begin beginDate since intervalStart logicalDateStart",
  endDate: "end to toDate endAt endTime endsAt until till stop stopDate intervalEnd logicalDateEnd",
  start: "startDate from fromDate begin since",
  end: "endDate to toDate until",
  executionDate:
    "logicalDate date execDate runDate scheduledTime scheduledStartTime partition partitionKey partitionDate",
  lastRun: "lastRunDate lastDate previous previousRun lastExecutionDate",
  now: "at clock currentTime today",
  schedule: "scheduleInterval timetable cron cronSchedule interval rrule when",
  cron: "expression pattern cronSchedule schedule",
  every: "interval period frequency",
  anchor: "anchorDate origin offset",
  timeZone: "tz zone timezoneName executionTimezone cronTz",
  exclude: "excludeDates holidays skip skipDates except",
  excludeDates: "exclude holidays skip skipDates except",
  limit: "count max maxDates",
  count: "limit n",
  maxParallelRuns:
    "maxActiveRuns concurrency maxConcurrency concurrencyLimit parallelism parallel maxParallel maxWorkers workers maxRunsInParallel maxConcurrentRuns limit",
  maxActiveRuns: "maxParallelRuns concurrency maxConcurrency concurrencyLimit maxConcurrentRuns",
  maxActiveTasks: "concurrency maxConcurrency dagConcurrency parallelism maxParallelTasks maxActiveTisPerDag",
  maxFailures: "failFast maxErrors failureLimit bail",
  retries: "retry attempts maxRetries maxAttempts retryCount",
  retryDelay: "retryDelaySeconds delay retryInterval backoffDelay",
  retryBackoff: "backoff retryExponentialBackoff exponentialBackoff backoffFactor",
  runTimeout: "timeout dagrunTimeout timeoutSeconds executionTimeout maxRuntime",
  timeout: "executionTimeout timeoutSeconds taskTimeout maxRuntime",
  rate: "rateLimit limiter throttle",
  conf: "config runConfig dagRunConf params parameters variables payload inputs",
  params: "parameters args arguments opKwargs conf inputs templateParams",
  confFor: "confForDate configFor",
  reprocess: "reprocessBehavior reprocessing rerun clear",
  rerunFailed: "rerunFailedTasks onlyFailed retryFailed rerun",
  resetDagRun: "resetDagruns reset clear force overwrite",
  dryRun: "preview plan simulate noop",
  runBackwards: "backwards reverse descending newestFirst",
  includeNotDue: "future includeFuture allowFuture",
  dependsOn: "depends deps dependencies upstream upstreamTaskIds needs after requires",
  dependsOnPast: "waitForDownstream sequential ordered",
  command: "bashCommand cmd script shell exec",
  triggerRule: "trigger rule",
  always: "dummy",
  // The verb goes before the option of a DAG that some call the same.
  run: "backfill start create execute pythonCallable callable function fn",
  catchup: "backfill misfirePolicy catchupWindow",
  executeRun: "execute handler callback executor onRun run",
  executeTask: "execute handler callback executor onTask pythonCallable run",
  store: "db database storage backend",
  signal: "abortSignal abort cancelToken",
  onProgress: "progress",
  onEvent: "events listener",
  onUnknown: "undefined strict undefinedBehavior",
  macroTimeZone: "templateTimeZone",
  // The command's verbs.
  preview: "plan dryRun show",
  resume: "continue unpause recover",
  discard: "abandon delete remove rm",
  explain: "describe next nextExecution",
  list: "ls status jobs listJobs",
};

/** Our names by another system's word, in lower case without "_" and "-". */
export const foreignWords: ReadonlyMap<string, readonly string[]> = byForeignWord();

function byForeignWord(): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const [name, words] of Object.entries(wordsOf)) {
    for (const word of words.toLowerCase().split(" ")) names.set(word, [...(names.get(word) ?? []), name]);
  }
  return names;
}
