// The entry `dagfill/engine/airflow`: each run is a DAG run of Airflow, triggered and watched over its REST API.
import type { Json } from "../json.js";
import { callback, fields, name, oneOf, wrong } from "../options.js";
import { namesKey, noteWith, saysCanceled } from "./airflow_note.js";
import { withList, withText } from "./answer_shape.js";
import { defineEngine } from "./define_engine.js";
import type { Engine, EngineJob, EngineStatus } from "./engine.js";
import { keptConf } from "./kept_conf.js";
import { engineFailed } from "./outcome.js";
import { each, type Rest, restOf, serviceUrl } from "./rest.js";

export type { Engine } from "./engine.js";

export interface AirflowOptions {
  /** Of the web server, such as "https://airflow.internal". */
  url: string;
  /** A bearer token (Airflow 3: `access_token` of POST /auth/token), or a whole header as "Basic ...". Asked again when it is refused. */
  token: () => Promise<string> | string;
  /** Airflow's id of a DAG. Default: the same. */
  dagId?: (dagId: string) => string;
  /** The XCom that becomes the output of a run; `key` is "return_value" where it is not said. */
  xcom?: { taskId: string; key?: string };
  /** "v2" (default) is Airflow 3, "v1" Airflow 2. */
  api?: "v1" | "v2";
}

interface Known {
  dag: string;
  date: string;
  /** Airflow's id of the run; absent while another run of the date has to end first. */
  run?: string;
  job?: EngineJob;
  canceled?: boolean;
  warning?: EngineStatus["warning"];
}

interface DagRun {
  dag_run_id: string;
  dag_id: string;
  state: string;
  start_date?: string | null;
  note?: string | null;
  conf?: unknown;
}

/** An engine whose runs are DAG runs of Airflow 3 (or 2), with the run's date as `logical_date`, its data interval and its conf. Where the
 *  schedule has an `interval` before its dates, `logical_date` is its start, as in Airflow's CronTriggerTimetable.
 *
 *  ```js
 *  const engine = airflowEngine({ url: "https://airflow.internal", token: () => process.env.AIRFLOW_TOKEN });
 *  const service = new BackfillService({ dags, store, engine });
 *  ```
 *
 *  A date that has a run in Airflow is cleared, never triggered a second time; while that run is in flight, ours waits. It keeps its
 *  conf, which Airflow cannot change: where that differs, the warning `engine_conf_kept` says so. A line of a run's note says for which attempt it
 *  runs. Retries of tasks and timeouts are Airflow's own. */
export function airflowEngine(options: AirflowOptions): Engine {
  const { url, token, dagId = (id: string) => id, xcom, api = "v2" } = readOptions(options);
  const rest = restOf({
    name: "airflow",
    url: `${url.replace(/\/+$/, "")}/api/${api}`,
    headers: async () => {
      const given = await token();
      return { authorization: given.includes(" ") ? given : `Bearer ${given}` };
    },
  });
  const known = new Map<string, Known>();

  /** Brings a job to Airflow, or leaves it waiting behind another run of its date. */
  const bring = async (job: EngineJob): Promise<void> => {
    const { data, key } = job;
    const entry: Known = { dag: dagId(data.dagId), date: logicalDate(data), job };
    known.set(key, { ...entry, ...known.get(key), job });
    const run = `dagfill__${key}`;
    const made = await rest("POST", `/dags/${part(entry.dag)}/dagRuns`, triggerOf(job, run), [409], dagRun);
    if (made.status !== 409) return void known.set(key, { ...entry, run });
    const [there] = await onDates(rest, api, [entry.dag], entry.date, entry.date);
    // Something else refuses it, such as a backfill of Airflow's own that is running.
    if (there === undefined) return;
    if (there.dag_run_id === run) return void known.set(key, { ...entry, run });
    const warning = keptConf(there.dag_run_id, entry.dag, there.conf, data.conf);
    const taken = { ...entry, run: there.dag_run_id, ...(warning === undefined ? {} : { warning }) };
    if (namesKey(there.note, key)) return void known.set(key, taken);
    if (there.state === "queued" || there.state === "running") return;
    const path = `/dags/${part(entry.dag)}/dagRuns/${part(there.dag_run_id)}`;
    await rest("POST", `${path}/clear`, { dry_run: false });
    await note(rest, api, path, there, key);
    known.set(key, taken);
  };

  return defineEngine<Engine>({
    name: "airflow",
    kinds: ["run"],
    keepsResultsFor: Number.POSITIVE_INFINITY,

    async check(dagIds) {
      await each(dagIds, async (id) => {
        const dag = dagId(id);
        const { status, body } = await rest(
          "GET",
          `/dags/${part(dag)}`,
          undefined,
          [404],
          withText("dag_id"),
        );
        if (status === 404) throw engineFailed("airflow", `there is no DAG ${dag} at ${url}`);
        if (body?.is_paused === true)
          throw engineFailed("airflow", `DAG ${dag} is paused: its runs would wait until it is unpaused`);
      });
    },

    submit: (jobs) => each(jobs, bring),

    async status(keys) {
      const told = new Map<string, EngineStatus>();
      const strange = keys.filter((key) => !known.has(key));
      for (const [key, { dag_id, dag_run_id }] of await findRuns(rest, api, strange))
        known.set(key, { dag: dag_id, date: "", run: dag_run_id });
      await each(
        keys.filter((key) => known.get(key)?.run === undefined && known.get(key)?.job !== undefined),
        (key) => bring(known.get(key)?.job as EngineJob),
      );
      const runs = await runsOf(
        rest,
        api,
        keys.flatMap((key) => known.get(key) ?? []),
      );
      await each(keys, async (key) => {
        const entry = known.get(key);
        if (entry === undefined) return;
        if (entry.run === undefined) return void told.set(key, { state: "queued" });
        const run = runs.get(`${entry.dag} ${entry.run}`);
        if (run !== undefined) told.set(key, await statusOf(run, entry));
      });
      return told;
    },

    cancel: (keys) =>
      each(keys, async (key) => {
        const entry = known.get(key);
        if (entry === undefined) return;
        // It waits behind another run: nothing of it is in Airflow.
        if (entry.run === undefined) return void known.delete(key);
        known.set(key, { ...entry, canceled: true });
        const path = `/dags/${part(entry.dag)}/dagRuns/${part(entry.run)}`;
        const { status, body } = await rest("GET", path, undefined, [404], dagRun);
        if (status === 404 || !(body.state === "queued" || body.state === "running")) return;
        await rest("PATCH", path, { state: "failed" }, [404, 409]);
        await note(rest, api, path, body, `${key} canceled`);
      }),

    async forget(keys) {
      for (const key of keys) known.delete(key);
    },

    async close() {},
  });

  async function statusOf(run: DagRun, { dag, canceled, warning }: Known): Promise<EngineStatus> {
    const at = { url: `${url.replace(/\/+$/, "")}/dags/${part(dag)}/runs/${part(run.dag_run_id)}` };
    const startedAt = Date.parse(run.start_date ?? "");
    const begun = {
      ...at,
      ...(Number.isNaN(startedAt) ? {} : { startedAt }),
      ...(warning === undefined ? {} : { warning }),
    };
    if (run.state === "running") return { state: "running", ...begun };
    // Airflow knows no canceled runs: the mark is ours.
    if (run.state === "failed" && (canceled || saysCanceled(run.note)))
      return { state: "canceled", ...begun };
    if (run.state === "failed") {
      const message = `DAG run ${run.dag_run_id} of ${dag} failed in Airflow`;
      return { state: "failed", error: { name: "AirflowRunFailed", message }, ...begun };
    }
    if (run.state !== "success") return { state: "queued", ...at };
    const output = await outputOf(run, dag);
    return { state: "success", ...begun, ...(output === undefined ? {} : { output }) };
  }

  async function outputOf(run: DagRun, dag: string): Promise<Json | undefined> {
    if (xcom === undefined) return undefined;
    const { taskId, key = "return_value" } = xcom;
    const path = `/dags/${part(dag)}/dagRuns/${part(run.dag_run_id)}/taskInstances/${part(taskId)}/xcomEntries/${part(key)}`;
    // Airflow 2 answers the text of Python unless it is asked not to, and before 2.10 knows no such question.
    const asked = api === "v1" ? [`${path}?stringify=false`, path] : [path];
    for (const each of asked) {
      const { status, body } = await rest("GET", each, undefined, api === "v1" ? [400, 404] : [404]);
      if (status < 300) return body?.value as Json | undefined;
      if (status === 404) return undefined;
    }
    return undefined;
  }
}

const part = encodeURIComponent;
const dagRun = withText("dag_run_id");
const dagRuns = withList("dag_runs");
const PAGE = 100;
/** So many of the newest runs are looked through for one that has ended. */
const NEWEST = 1_000;

/** Airflow dates a run by the start of its data interval, also where that lies before the date on which the run is due: the run that it has
 *  on our date is then another one, of an interval that begins there. A run by hand has its own date in both. */
function logicalDate({ executionDate, dataInterval: { start }, runType }: EngineJob["data"]): string {
  return runType !== "manual" && Date.parse(start) < Date.parse(executionDate) ? start : executionDate;
}

function triggerOf({ data, key }: EngineJob, run: string): object {
  const { start, end } = data.dataInterval;
  return {
    dag_run_id: run,
    logical_date: logicalDate(data),
    data_interval_start: start,
    data_interval_end: end,
    conf: data.conf,
    note: `dagfill ${key}`,
  };
}

async function note(
  rest: Rest,
  api: "v1" | "v2",
  path: string,
  run: Pick<DagRun, "note">,
  text: string,
): Promise<void> {
  const [where, body] = [api === "v1" ? `${path}/setNote` : path, { note: noteWith(run.note, text) }];
  await rest("PATCH", where, body);
}

/** The runs that a filter of the API describes, at most so many. */
async function listRuns(
  rest: Rest,
  filter: Record<string, unknown>,
  most = Number.POSITIVE_INFINITY,
): Promise<DagRun[]> {
  const found: DagRun[] = [];
  for (;;) {
    const page_offset = found.length;
    const asked = { ...filter, page_offset, page_limit: PAGE };
    const { body } = await rest("POST", "/dags/~/dagRuns/list", asked, [], dagRuns);
    const page: DagRun[] = body.dag_runs;
    found.push(...page);
    if (page.length < PAGE || found.length >= most) return found;
  }
}

/** The runs of some DAGs between two dates, both included. */
function onDates(
  rest: Rest,
  api: "v1" | "v2",
  dags: readonly string[],
  from: string,
  to: string,
): Promise<DagRun[]> {
  const date = api === "v1" ? "execution_date" : "logical_date";
  return listRuns(rest, { dag_ids: dags, [`${date}_gte`]: from, [`${date}_lte`]: to });
}

/** The runs of some jobs by DAG and id: in as few calls as the API has pages for their dates. */
async function runsOf(rest: Rest, api: "v1" | "v2", entries: readonly Known[]): Promise<Map<string, DagRun>> {
  const runs = new Map<string, DagRun>();
  const dated = entries.filter(({ date, run }) => date !== "" && run !== undefined);
  const dates = dated.map(({ date }) => date).sort();
  const [from, to] = [dates[0], dates.at(-1)];
  if (from !== undefined && to !== undefined) {
    const dags = [...new Set(dated.map(({ dag }) => dag))];
    for (const run of await onDates(rest, api, dags, from, to))
      runs.set(`${run.dag_id} ${run.dag_run_id}`, run);
  }
  await each(
    entries.filter(({ dag, run }) => run !== undefined && !runs.has(`${dag} ${run}`)),
    async ({ dag, run = "" }) => {
      const path = `/dags/${part(dag)}/dagRuns/${part(run)}`;
      const { status, body } = await rest("GET", path, undefined, [404], dagRun);
      if (status !== 404) runs.set(`${dag} ${run}`, body as DagRun);
    },
  );
  return runs;
}

/** The runs that other processes have triggered, or cleared, for some keys: those in flight, else among the newest. */
async function findRuns(rest: Rest, api: "v1" | "v2", keys: readonly string[]): Promise<Map<string, DagRun>> {
  const found = new Map<string, DagRun>();
  const open = () => keys.filter((key) => !found.has(key));
  const take = (runs: readonly DagRun[]) => {
    for (const run of runs) {
      const key = open().find((key) => run.dag_run_id === `dagfill__${key}` || namesKey(run.note, key));
      if (key !== undefined) found.set(key, run);
    }
  };
  if (keys.length > 0) take(await listRuns(rest, { states: ["queued", "running"] }));
  if (open().length > 0) take(await listRuns(rest, { order_by: "-start_date" }, NEWEST));
  // Only Airflow 3 looks for a run's id alone.
  if (api === "v2")
    await each(open(), async (key) => {
      const path = `/dags/~/dagRuns?run_id_pattern=dagfill__${key}&limit=1`;
      const { body } = await rest("GET", path, undefined, [], dagRuns);
      take(body.dag_runs);
    });
  return found;
}

function readOptions(options: unknown): AirflowOptions {
  const read = fields<AirflowOptions>(options, "options", {
    url: serviceUrl,
    token: callback<AirflowOptions["token"]>(),
    dagId: callback<(dagId: string) => string>(),
    xcom: (value, path) => {
      const { taskId, key } = fields(value, path, {
        taskId: name,
        key: name,
      });
      if (taskId === undefined) throw wrong(`${path}.taskId`, "the id of a task", undefined);
      return { taskId, ...(key === undefined ? {} : { key }) };
    },
    api: oneOf("v1", "v2"),
  });
  if (read.url === undefined) throw wrong("url", "the URL of Airflow's web server", undefined);
  if (read.token === undefined) throw wrong("token", "a function that gives a token", undefined);
  return { ...read, url: read.url, token: read.token };
}
