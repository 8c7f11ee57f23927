// A Dag with an editor's own fields, and in the place of a function's options.
import {
  type BackfillPreview,
  type Dag,
  expandRange,
  explainSchedule,
  previewFrom,
  resolveDateMacros,
} from "dagfill";

const dag: Dag = {
  dagId: "etl",
  schedule: { every: "PT6H" },
  startDate: "2024-01-01",
  description: "Loads the day",
  tags: ["daily"],
  owner: "data",
  position: { x: 1, y: 2 },
  $schema: "https://example.org/dag.json",
  meta: { color: "red" },
  "x-team": "ingest",
  tasks: [{ taskId: "load", description: "Loads", position: [1, 2], meta: {}, "x-icon": "box" }],
};
const words: string = explainSchedule(dag.schedule, dag).text;
const text: string = resolveDateMacros("{{ ds }}", "2024-01-02", dag.schedule, dag);
const isoDates: string[] = Array.from(expandRange(dag.schedule, 0, 1, dag), (ms) =>
  new Date(ms).toISOString(),
);

declare const preview: BackfillPreview;
declare function post(message: unknown, transfer: ArrayBuffer[]): void;
const data = preview.toTransferable();
post(data, data.transfer);
const again: BackfillPreview = previewFrom(data);

export { again, isoDates, text, words };
