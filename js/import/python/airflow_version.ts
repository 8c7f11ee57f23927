// Which Airflow a DAG file is written for: defaults of a DAG depend on it.

/** Words that only one version has. */
const OF_AIRFLOW_3 = ["airflow.sdk"];
const OF_AIRFLOW_2 = [
  "schedule_interval",
  "airflow.utils.dates",
  "airflow.operators.bash_operator",
  "airflow.operators.python_operator",
  "airflow.operators.dummy",
  "DummyOperator",
  "SubDagOperator",
  "airflow.datasets",
];

/** 2 or 3; `undefined` where the file runs in both. */
export function airflowVersion(source: string): 2 | 3 | undefined {
  const has = (word: string) => source.includes(word);
  if (OF_AIRFLOW_3.some(has)) return 3;
  return OF_AIRFLOW_2.some(has) ? 2 : undefined;
}
