// DAGs of other systems, by format.
import type { Dag } from "../dag/dag.js";
import { DagfillError, validateDag } from "../face.js";
import { restDags, serializedDags } from "./airflow_json.js";
import { crontabDags } from "./crontab.js";
import { Collector, type ImportedDags } from "./dags.js";
import { dbtDags } from "./dbt.js";
import { asList, asObject, type Fields, jsonDocuments } from "./json_values.js";
import { kubernetesDags } from "./kubernetes.js";
import { pythonDags } from "./python/dag_file.js";

/** What `importDag` reads. */
export type DagFormat =
  | "airflow-python"
  | "airflow-rest"
  | "airflow-serialized"
  | "crontab"
  | "dagfill"
  | "dbt"
  | "kubernetes";

const READERS: { readonly [format in DagFormat]: (text: string, fileName?: string) => ImportedDags } = {
  "airflow-python": pythonDags,
  "airflow-rest": (text) =>
    restDags(
      documentsOf(text).flatMap((value) =>
        asList(value)
          .map(fieldsOf)
          .concat(Array.isArray(value) ? [] : [fieldsOf(value)]),
      ),
    ),
  "airflow-serialized": (text) => serializedDags(fieldsOf(documentsOf(text)[0])),
  crontab: crontabDags,
  dagfill: ownDags,
  dbt: (text) => dbtDags(fieldsOf(documentsOf(text)[0])),
  kubernetes: kubernetesDags,
};

/** Reads DAGs of another system: an Airflow DAG file (Python, read and never run), Airflow's REST answers or serialized DAG, dbt's
 *  manifest.json, Kubernetes CronJobs in YAML, crontab lines, or dagfill's own JSON.
 *
 *  `fileName` is what `__file__` is worth in a DAG file. `notes` say, with the line where there is one, what was not understood or has no counterpart. INVALID_OPTION for a format that
 *  is not known; INVALID_DAG for text that is none of the formats.
 *
 *  ```js
 *  importDag("0 2 * * * /opt/load.sh").dags[0].schedule; // { cron: "0 2 * * *", dayMatch: "vixie" }
 *  ``` */
export function importDag(
  text: string,
  options: { format?: DagFormat; fileName?: string } = {},
): ImportedDags {
  if (typeof text !== "string") {
    throw new DagfillError("INVALID_OPTION", `text: expected a text, got ${typeof text}`, { field: "text" });
  }
  const format = options.format ?? formatOf(text);
  if (!Object.hasOwn(READERS, format)) {
    const known = Object.keys(READERS).join(", ");
    throw new DagfillError(
      "INVALID_OPTION",
      `format: expected one of ${known}, got ${JSON.stringify(format)}`,
      {
        field: "format",
      },
    );
  }
  return checked(READERS[format](text, options.fileName));
}

/** A DAG that dagfill would refuse says so in a note, so that the others can be used. */
function checked({ dags, notes }: ImportedDags): ImportedDags {
  const found = new Collector();
  for (const note of notes) found.note(note.message, note.line);
  for (const dag of dags) {
    found.dags.push(dag);
    try {
      validateDag(dag);
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      found.note(`${dag.dagId} is not valid as it is: ${error.message}`);
    }
  }
  return found.result();
}

/** A format by what a text looks like. */
function formatOf(text: string): DagFormat {
  const start = text.trimStart();
  if (start.startsWith("{") || start.startsWith("[")) return jsonFormat(text);
  const lines = start.split("\n").map((line) => line.trim());
  if (lines.some((line) => line.startsWith("kind:") || line.startsWith("apiVersion:"))) return "kubernetes";
  const isPython = lines.some(
    (line) =>
      line.startsWith("import ") ||
      line.startsWith("from ") ||
      line.includes("DAG(") ||
      line.startsWith("@dag"),
  );
  return isPython ? "airflow-python" : "crontab";
}

function jsonFormat(text: string): DagFormat {
  const documents = documentsOf(text);
  const first = fieldsOf(documents[0]);
  if ("nodes" in first && "metadata" in first) return "dbt";
  if ("nodes" in first && asObject(first.nodes) !== undefined) return "dbt";
  if (asObject(first.dag) !== undefined) return "airflow-serialized";
  if ("kind" in first && "apiVersion" in first) return "kubernetes";
  const all = documents.flatMap((value) => (Array.isArray(value) ? value : [value])).map(fieldsOf);
  const isRest = all.some((part) => "dag_id" in part || "total_entries" in part);
  return isRest ? "airflow-rest" : "dagfill";
}

function fieldsOf(value: unknown): Fields {
  return asObject(value) ?? {};
}

function documentsOf(text: string): unknown[] {
  return jsonDocuments(
    text,
    (cause) => new DagfillError("INVALID_DAG", `the JSON cannot be read: ${cause.message}`, { cause }),
  );
}

/** dagfill's own DAGs: one, several, or `{ dags: [...] }`. */
function ownDags(text: string): ImportedDags {
  const found = new Collector();
  for (const value of documentsOf(text)) {
    const list = Array.isArray(value) ? value : (asObject(value)?.dags ?? [asObject(value)?.dag ?? value]);
    for (const dag of asList(list)) {
      if (typeof asObject(dag)?.dagId === "string") found.dags.push(dag as Dag);
      else found.note("an entry without dagId is no DAG: left out");
    }
  }
  return found.result();
}
