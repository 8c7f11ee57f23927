// Which Airflow a DAG file is written for: defaults of a DAG depend on it.

export interface AirflowVersion {
  number: 2 | 3;
  /** Whether the file has words that only this version has; else the version is a guess. */
  isSure: boolean;
}

export const AIRFLOW_2: AirflowVersion = { number: 2, isSure: true };

const OF_AIRFLOW_3 = ["airflow.sdk", "airflow.providers.standard"];
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
/** Modules that Airflow 3 still has, and warns of. */
const RATHER_AIRFLOW_2 = ["airflow.operators.", "airflow.sensors.", "airflow.decorators"];

/** The version that a file's words tell, else the one that is likely. */
export function airflowVersion(source: string): AirflowVersion {
  const has = (word: string) => source.includes(word);
  if (OF_AIRFLOW_3.some(has)) return { number: 3, isSure: true };
  if (OF_AIRFLOW_2.some(has)) return AIRFLOW_2;
  return { number: RATHER_AIRFLOW_2.some(has) ? 2 : 3, isSure: false };
}
