// DAGs of other systems, by format.
import type { Dag } from "../dag/dag.js";
import { DagfillError, validateDag } from "../face.js";
import { failure } from "../failure.js";
import { fields, oneOf, text as textOption, wrong } from "../options.js";
import { shown } from "../shown.js";
import { restDags, serializedDags } from "./airflow_json.js";
import { crontabDags } from "./crontab.js";
import { Collector, type ImportedDags, type ImportNote } from "./dags.js";
import { dbtDags, isManifest } from "./dbt.js";
import { asList, asObject, type Fields, jsonDocuments } from "./json_values.js";
import { kubernetesDags } from "./kubernetes.js";
import { pythonDags } from "./python/dag_file.js";

/** The formats that `importDag` reads. */
export type DagFormat =
  | "airflow-python"
  | "airflow-rest"
  | "airflow-serialized"
  | "crontab"
  | "dagfill"
  | "dbt"
  | "kubernetes";

/** Each answers `undefined` for a text that is nothing of its format. */
const READERS: {
  readonly [format in DagFormat]: (text: string, fileName?: string) => ImportedDags | undefined;
} = {
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

const EXPECTED: { readonly [format in DagFormat]: string } = {
  "airflow-python": "an Airflow DAG file in Python",
  "airflow-rest": "the answers of Airflow's /dags/{dag_id}/details and /dags/{dag_id}/tasks",
  "airflow-serialized": "a serialized DAG of Airflow, { dag: { dag_id } }",
  crontab: "crontab lines, each five fields and a command",
  dagfill: "DAGs as JSON, { dagId }",
  dbt: "dbt's manifest.json with its nodes",
  kubernetes: "Kubernetes objects with a kind",
};

/** Python longer than this is no file that somebody wrote; manifests of programs are longer. */
const MOST_CHARACTERS = 5_000_000;

/** Reads DAGs of another system: an Airflow DAG file (Python, read and never run), Airflow's REST answers or serialized DAG, dbt's
 *  manifest.json, Kubernetes CronJobs in YAML, crontab lines, or dagfill's own JSON.
 *
 *  `fileName` is what `__file__` is worth in a DAG file. `notes` say, with the line where there is one, what was not understood or has no
 *  counterpart; those of severity "error" name a DAG that dagfill refuses as it is, or Python that cannot be parsed; a source of the format that has no DAG in it, such as a manifest without microbatch models, is no error. A DAG file is
 *  followed for 500,000 steps and 10,000 DAGs and tasks; a note says where it was left. INVALID_OPTION for a format that is not known;
 *  INVALID_DAG for a text that is none of the formats, or not of the given one, for Python beyond 5,000,000 characters, and for YAML beyond
 *  1,000,000.
 *
 *  ```js
 *  importDag("0 2 * * * /opt/load.sh").dags[0].schedule; // { cron: "0 2 * * *", dayMatch: "vixie" }
 *  ``` */
export function importDag(
  text: string,
  options: { format?: DagFormat; fileName?: string } = {},
): ImportedDags {
  const { format: given, fileName } = fields<{ format: DagFormat; fileName: string }>(options, "options", {
    format: oneOf(...(Object.keys(READERS) as DagFormat[])),
    fileName: textOption,
  });
  if (typeof text !== "string") throw wrong("text", "a text", text);
  // A byte-order mark is no part of the text.
  if (text.charCodeAt(0) === 0xfeff) return importDag(text.slice(1), options);
  const format = given ?? formatOf(text);
  if (format === "airflow-python" && text.length > MOST_CHARACTERS) {
    const got = `${text.length} characters`;
    throw unreadable(format, given, `at most ${MOST_CHARACTERS} characters of ${EXPECTED[format]}`, got);
  }
  const read = attempted(format, given, () => READERS[format](text, fileName));
  const isNothing = read === undefined || (given === undefined && read.dags.length + read.notes.length === 0);
  if (isNothing) {
    const expected = given === undefined ? Object.values(EXPECTED).join("; or ") : EXPECTED[given];
    const got = text.trim() === "" ? "an empty text" : shown(text.trim());
    throw unreadable(format, given, expected, got, { details: { formats: Object.keys(READERS) } });
  }
  return checked(read);
}

/** Reads a text. What breaks a reader, such as a nesting that no stack holds, is no DAG. */
function attempted<T>(format: DagFormat, given: DagFormat | undefined, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof DagfillError) throw cause;
    throw unreadable(format, given, EXPECTED[format], `what cannot be read: ${failure(cause).message}`, {
      cause,
    });
  }
}

function unreadable(
  format: DagFormat,
  given: DagFormat | undefined,
  expected: string,
  got: string,
  more: { cause?: unknown; details?: { formats: string[] } } = {},
): DagfillError {
  return new DagfillError("INVALID_DAG", `text: expected ${expected}, got ${got}`, {
    field: "text",
    ...more,
    ...(given === undefined && {
      hint: `it was read as ${format}: the option format says what it is (${Object.keys(READERS).join(", ")})`,
    }),
  });
}

/** A DAG that dagfill would refuse says so in a note of severity "error", so that the others can be used. */
function checked({ dags, notes }: ImportedDags): ImportedDags {
  const invalid = dags.flatMap((dag): ImportNote[] => {
    try {
      validateDag(dag);
      return [];
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      const message = `${dag.dagId} is not valid as it is: ${error.message}`;
      return [{ message, severity: "error", dagId: dag.dagId }];
    }
  });
  return { dags, notes: [...invalid, ...notes] };
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
  if (isManifest(first)) return "dbt";
  if ("nodes" in first && asObject(first.nodes) !== undefined) return "dbt";
  if (asObject(first.dag) !== undefined) return "airflow-serialized";
  const all = documents.flatMap((value) => (Array.isArray(value) ? value : [value])).map(fieldsOf);
  if (all.some((part) => "kind" in part && ("apiVersion" in part || "spec" in part))) return "kubernetes";
  const isRest = all.some((part) => "dag_id" in part || "total_entries" in part);
  return isRest ? "airflow-rest" : "dagfill";
}

function fieldsOf(value: unknown): Fields {
  return asObject(value) ?? {};
}

function documentsOf(text: string): unknown[] {
  return jsonDocuments(text, (cause) => {
    const message = `text: expected JSON, got what cannot be read: ${cause.message}`;
    return new DagfillError("INVALID_DAG", message, { field: "text", cause });
  });
}

/** dagfill's own DAGs: one, several, or `{ dags: [...] }`. `undefined` where there is none. */
function ownDags(text: string): ImportedDags | undefined {
  const found = new Collector();
  for (const value of documentsOf(text)) {
    const list = Array.isArray(value) ? value : (asObject(value)?.dags ?? [asObject(value)?.dag ?? value]);
    for (const dag of asList(list)) {
      if (typeof asObject(dag)?.dagId === "string") found.dags.push(dag as Dag);
      else found.note("an entry without dagId is no DAG: left out");
    }
  }
  const { dags, notes } = found.result();
  return dags.length === 0 && notes.length > 0 ? undefined : { dags, notes };
}
