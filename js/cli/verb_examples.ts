// Examples that the help of each verb prints; a test runs them one after the other, as a new user would in an empty folder.

const january = "--start-date 2024-01-01 --end-date 2024-01-31";

export const verbExamples: { readonly [verb: string]: readonly string[] } = {
  init: ["dagfill init", "dagfill init sales.json"],
  validate: ["dagfill validate dag.yaml"],
  preview: [
    `dagfill preview dag.yaml ${january}`,
    "dagfill preview dag.yaml --start-date -P7D --end-date yesterday --render yesterday",
  ],
  run: [
    `dagfill run dag.yaml ${january} --max-parallel-runs 4 --yes`,
    "dagfill run dag.yaml --start-date 2024-02-01 --end-date 2024-02-03 --retries 2 --retry-delay 30s --fail-fast",
  ],
  enqueue: [
    "dagfill enqueue dag.yaml --start-date 2024-03-01 --end-date 2024-03-07 --backfill-id march",
    "dagfill enqueue dag.yaml --start-date 2024-05-01 --end-date 2024-05-02 --backfill-id may --canary 1",
  ],
  pause: ["dagfill pause march"],
  unpause: ["dagfill unpause march"],
  resume: ["dagfill resume dag.yaml march --max-parallel-runs 2"],
  approve: ["dagfill approve april", "dagfill approve april --reject"],
  cancel: ["dagfill cancel may"],
  discard: ["dagfill discard may"],
  retry: ["dagfill retry dag.yaml", `dagfill retry dag.yaml --from 2024-01-01 --to 2024-01-31`],
  clear: ["dagfill clear dag.yaml --from 2024-01-01 --to 2024-01-02 --yes"],
  list: ["dagfill list", "dagfill list --format csv"],
  runs: ["dagfill runs dag.yaml --state failed", "dagfill runs dag.yaml --from 2024-01-01 --format json"],
  tasks: ["dagfill tasks dag.yaml 2024-01-01"],
  logs: ["dagfill logs dag.yaml 2024-01-01", "dagfill logs dag.yaml 2024-01-01 extract --follow"],
  trigger: [`dagfill trigger dag.yaml --execution-date 2024-06-01 --conf '{"limit": 10}'`],
  serve: ["dagfill serve dag.yaml --max-backfills 2"],
  worker: ["dagfill worker dag.yaml --engine redis://localhost:6379 --concurrency 4"],
  schedule: ["dagfill schedule dag.yaml --once"],
  catchup: ["dagfill catchup dag.yaml"],
  explain: [
    'dagfill explain "30 4 * * 1-5" --time-zone Europe/Berlin --date 2024-03-31',
    "dagfill explain dag.yaml",
  ],
  impact: ['dagfill impact "0 2 * * *" "0 3 * * *" --from 2024-01-01 --to 2024-01-31'],
  missing: ["dagfill missing dag.yaml --from 2024-01-01 --to 2024-02-29"],
  render: ['dagfill render "s3://lake/{{ ds_nodash }}.csv" --execution-date 2024-02-29 --schedule @daily'],
  "import-dag": ["dagfill import-dag airflow.py > imported.json"],
  "import-runs": ["dagfill import-runs dag.yaml runs.csv"],
  completion: ['eval "$(dagfill completion bash)"'],
};
