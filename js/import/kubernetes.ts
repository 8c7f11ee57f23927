// Kubernetes CronJobs (batch/v1), as YAML documents or a List: one DAG a CronJob, one task a container.
import { type Document, isMap, isScalar, LineCounter, parseAllDocuments, visit } from "yaml";
import type { Dag, Task } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { failure } from "../failure.js";
import { Collector, type ImportedDags, isoDuration, unique, verbatim } from "./dags.js";
import { asList, asNumber, asObject, asText, type Fields, jsonDocuments } from "./json_values.js";
import { leftOutCommand } from "./left_out.js";

/** Reads CronJobs; other objects are noted and left out. `undefined` for a text none of whose documents has a kind. */
export function kubernetesDags(text: string): ImportedDags | undefined {
  const found = new Collector();
  const taken = new Map<string, number>();
  let kinds = 0;
  for (const item of (inJson(text) ?? documents(text)).flatMap(items)) {
    const kind = asText(item.kind);
    if (kind !== undefined) kinds += 1;
    if (kind !== "CronJob") found.note(`${kind ?? "an object without kind"}: expected a CronJob, left out`);
    else cronJob(item, found, taken);
  }
  return kinds === 0 ? undefined : found.result();
}

/** The objects of `kubectl -o json`. `undefined` for YAML. */
function inJson(text: string): (Fields | undefined)[] | undefined {
  const start = text.trimStart();
  if (!start.startsWith("{") && !start.startsWith("[")) return undefined;
  try {
    return jsonDocuments(text, (cause) => cause)
      .flat()
      .map(asObject);
  } catch {
    return undefined;
  }
}

/** Limits of a file, far above the size of those that people keep. */
const MOST_DOCUMENTS = 10_000;
const MOST_CHARACTERS = 1_000_000;

/** The YAML documents of a text, as plain values. INVALID_DAG where it cannot be read, also where its aliases stand for more than a file of
 *  people's would say. */
function documents(text: string): (Fields | undefined)[] {
  if (text.length > MOST_CHARACTERS)
    throw unreadable(`expected at most ${MOST_CHARACTERS} characters, got ${text.length}`);
  if (text.split("\n---").length > MOST_DOCUMENTS)
    throw unreadable(`expected at most ${MOST_DOCUMENTS} documents`);
  try {
    const lines = new LineCounter();
    // The library compares each key with every other one of its map: uniqueKeys() looks them up.
    const read = { lineCounter: lines, uniqueKeys: false, logLevel: "error" } as const;
    return parseAllDocuments(text, read).map((document) => {
      const fault = "errors" in document ? document.errors[0] : undefined;
      if (fault !== undefined) throw unreadable(fault.message, fault.linePos?.[0].line);
      uniqueKeys(document as Document, lines);
      return asObject((document as { toJS(): unknown }).toJS());
    });
  } catch (error) {
    throw error instanceof DagfillError ? error : unreadable(failure(error).message);
  }
}

function uniqueKeys(document: Document, lines: LineCounter): void {
  visit(document, {
    Map(_, map) {
      const taken = new Set<unknown>();
      for (const { key } of isMap(map) ? map.items : []) {
        if (!isScalar(key)) continue;
        if (taken.has(key.value))
          throw unreadable("Map keys must be unique", lines.linePos(key.range?.[0] ?? 0).line);
        taken.add(key.value);
      }
    },
  });
}

function unreadable(why: string, line?: number): DagfillError {
  return new DagfillError("INVALID_DAG", `text: the YAML cannot be read: ${why}`, {
    field: "text",
    ...(line === undefined ? {} : { details: { line } }),
  });
}

function items(root: Fields | undefined): Fields[] {
  if (root === undefined) return [];
  return asText(root.kind)?.endsWith("List")
    ? asList(root.items).map((item) => asObject(item) ?? {})
    : [root];
}

function cronJob(item: Fields, found: Collector, taken: Map<string, number>): void {
  const metadata = asObject(item.metadata) ?? {};
  const name = asText(metadata.name) ?? "cronjob";
  const spec = asObject(item.spec) ?? {};
  const schedule = asText(spec.schedule);
  if (schedule === undefined) {
    found.note(`${name}: spec.schedule is missing, left out`);
    return;
  }
  const job = asObject(asObject(spec.jobTemplate)?.spec) ?? {};
  const pod = asObject(asObject(job.template)?.spec) ?? {};
  const tasks = containerTasks(name, pod, job, found);
  const deadline = asNumber(spec.startingDeadlineSeconds);
  const timeZone = asText(spec.timeZone);
  const policy = asText(spec.concurrencyPolicy) ?? "Allow";
  if (policy === "Replace")
    found.note(`${name}: concurrencyPolicy Replace is not imported: runs wait for each other`);
  if (spec.suspend === true) found.note(`${name}: the CronJob is suspended`);
  if (timeZone === undefined)
    found.note(`${name}: without spec.timeZone the cluster's zone rules: set timeZone (UTC is assumed)`);
  found.dags.push({
    dagId: unique(name, taken),
    schedule,
    kind: "trigger",
    dst: "kubernetes",
    ...(timeZone === undefined ? {} : { timeZone }),
    catchup: deadline === undefined ? "latest" : { window: isoDuration(deadline * 1000) },
    ...(policy === "Allow" ? {} : { maxActiveRuns: 1 }),
    tasks,
    ...(asObject(metadata.labels) === undefined ? {} : { meta: { labels: metadata.labels } }),
  } as unknown as Dag);
}

function containerTasks(name: string, pod: Fields, job: Fields, found: Collector): Task[] {
  const retries = asNumber(job.backoffLimit) ?? 6;
  const deadline = asNumber(job.activeDeadlineSeconds);
  const taken = new Map<string, number>();
  const tasks: Task[] = [];
  const initial = asList(pod.initContainers);
  const containers = asList(pod.containers);
  for (const [index, value] of [...initial, ...containers].entries()) {
    const container = asObject(value) ?? {};
    const image = asText(container.image);
    const words = [...asList(container.command), ...asList(container.args)].map((word) => String(word));
    const taskId = unique(asText(container.name) ?? `container-${index + 1}`, taken);
    const note = (message: string) => found.note(`${name}/${taskId}: ${message}`);
    if (words.length === 0)
      note("the image's own entry point is not known: the task fails until it has a command");
    if (container.env !== undefined || container.envFrom !== undefined)
      found.note(`${name}/${taskId}: its environment is not imported`);
    // Init containers run one after another, before all others, which run together.
    const before = index < initial.length ? tasks.slice(-1) : tasks.slice(0, initial.length).slice(-1);
    tasks.push({
      taskId,
      command:
        words.length === 0
          ? leftOutCommand("entry point of container", taskId)
          : verbatim(words.map(shellWord).join(" "), note),
      ...(before.length === 0 ? {} : { dependsOn: before.map((task) => task.taskId) }),
      ...(retries === 0 ? {} : { retries }),
      ...(deadline === undefined ? {} : { timeout: isoDuration(deadline * 1000) }),
      ...(image === undefined ? {} : { meta: { image } }),
    } as Task);
  }
  if (tasks.length > 0) found.note(`${name}: commands run where dagfill runs, not in the container's image`);
  return tasks;
}

const PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@%+=:,./-";

/** One word of a POSIX shell command. */
function shellWord(word: string): string {
  const plain = word !== "" && Array.from(word).every((character) => PLAIN.includes(character));
  return plain ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
