// dbt's manifest.json: every microbatch model becomes a DAG of one task, whose dates are its batches. Meaning of begin, batch_size,
// --event-time-start and --event-time-end: dbt's documentation of the microbatch strategy.
import type { Dag } from "../dag/dag.js";
import type { DagInput, InputMap } from "../dag/inputs.js";
import { Collector, type ImportedDags, unique } from "./dags.js";
import { asNumber, asObject, asText, asTexts, type Fields } from "./json_values.js";

const SCHEDULES = { hour: "@hourly", day: "@daily", month: "@monthly", year: "@yearly" } as const;
type BatchSize = keyof typeof SCHEDULES;
const ORDER: readonly BatchSize[] = ["hour", "day", "month", "year"];

interface Model {
  node: Fields;
  name: string;
  size: BatchSize;
  dagId: string;
}

/** Every file that dbt writes names its schema. */
export function isManifest(file: Fields): boolean {
  const metadata = asObject(file.metadata);
  return metadata !== undefined && ("nodes" in file || asText(metadata.dbt_schema_version) !== undefined);
}

/** Reads the nodes of a manifest. `undefined` for what has none. */
export function dbtDags(manifest: Fields): ImportedDags | undefined {
  const found = new Collector();
  const models = new Map<string, Model>();
  const taken = new Map<string, number>();
  let others = 0;
  const nodes = asObject(manifest.nodes) ?? (isManifest(manifest) ? {} : undefined);
  if (nodes === undefined) return undefined;
  if (manifest.nodes === undefined) found.note("the file of dbt has no nodes: expected manifest.json");
  for (const [id, value] of Object.entries(nodes)) {
    const node = asObject(value) ?? {};
    if (asText(node.resource_type) !== "model") continue;
    const config = asObject(node.config) ?? {};
    if (asText(config.incremental_strategy) !== "microbatch") {
      others += 1;
      continue;
    }
    const name = asText(node.name) ?? id;
    const size = ORDER.find((known) => known === config.batch_size);
    if (size === undefined)
      found.note(`${name}: batch_size ${JSON.stringify(config.batch_size)} is not known, left out`);
    else models.set(id, { node, name, size, dagId: unique(name, taken) });
  }
  for (const model of models.values())
    found.dags.push({ ...dagOf(model, found), ...inputsOf(model, models, nodes) });
  if (others > 0) found.note(`${othersNote(others)}: left out; ${OTHERS_ADVICE}`);
  return found.result();
}

function othersNote(count: number): string {
  return count === 1
    ? "1 model that is not microbatch has no batches of its own"
    : `${count} models that are not microbatch have no batches of their own`;
}

/** dbt builds such models as a whole: their dates are those of a DAG that calls it. */
const OTHERS_ADVICE =
  `to run dbt for each date, write a DAG whose task does, such as {"dagId": "dbt", "schedule": "@daily", ` +
  `"tasks": [{"taskId": "build", "command": "dbt build --vars 'day: {{ ds }}'"}]}`;

function dagOf(model: Model, found: Collector): Dag {
  const { node, name, size, dagId } = model;
  const config = asObject(node.config) ?? {};
  const begin = asText(config.begin);
  if (begin === undefined) found.note(`${name}: config.begin is missing: the DAG has no start date`);
  const lookback = asNumber(config.lookback);
  if (lookback !== undefined && lookback > 0)
    found.note(`${name}: lookback ${lookback} is not imported: rerun the batches with resetDagRun`);
  const description = asText(node.description);
  return {
    dagId,
    schedule: SCHEDULES[size],
    ...(begin === undefined ? {} : { startDate: begin }),
    tasks: [{ taskId: "run", command: command(name) }],
    ...(description === undefined || description === "" ? {} : { description }),
    ...(asTexts(node.tags).length === 0 ? {} : { tags: asTexts(node.tags) }),
  } as Dag;
}

/** Its microbatch models upstream, also through models that have no batches: which of their batches one batch reads follows from the sizes. */
function inputsOf(model: Model, models: ReadonlyMap<string, Model>, nodes: Fields): Pick<Dag, "inputs"> {
  const inputs = new Map<string, DagInput>();
  const seen = new Set<string>();
  const waiting = [model.node];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const id of asTexts(asObject(node.depends_on)?.nodes)) {
      if (seen.has(id)) continue;
      seen.add(id);
      const upstream = models.get(id);
      if (upstream === undefined) waiting.push(asObject(nodes[id]) ?? {});
      else inputs.set(id, { dagId: upstream.dagId, map: mapOf(model, upstream) });
    }
  }
  return inputs.size === 0 ? {} : { inputs: [...inputs.values()] };
}

function mapOf(model: Model, upstream: Model): InputMap {
  const larger = ORDER.indexOf(model.size) - ORDER.indexOf(upstream.size);
  return larger === 0 ? "identity" : larger > 0 ? "contained" : "containing";
}

function command(model: string): string {
  const time = (macro: string) => `"{{ ${macro}.strftime('%Y-%m-%d %H:%M:%S') }}"`;
  const [start, end] = [time("data_interval_start"), time("data_interval_end")];
  return `dbt run --select ${model} --event-time-start ${start} --event-time-end ${end}`;
}
