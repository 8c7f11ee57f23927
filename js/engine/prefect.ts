// The entry `dagfill/engine/prefect`: each run is a flow run of a Prefect deployment.
import type { Json } from "../json.js";
import { callback, fields, name, wrong } from "../options.js";
import { type Shape, withText } from "./answer_shape.js";
import { defineEngine } from "./define_engine.js";
import type { Engine, EngineJob, EngineState, EngineStatus } from "./engine.js";
import { engineFailed } from "./outcome.js";
import { each, restOf, serviceUrl } from "./rest.js";

export type { Engine, EngineJob } from "./engine.js";

export interface PrefectOptions {
  /** Of the API, such as "http://prefect.internal:4200/api". */
  url: string;
  apiKey?: string;
  /** The deployment of a DAG, as "flow/deployment". */
  deployment: (dagId: string) => string;
  /** The flow's parameters. Default: `logical_date`, `data_interval_start`, `data_interval_end` and `conf`. */
  parameters?: (job: EngineJob) => Record<string, Json>;
}

interface FlowRun {
  id: string;
  idempotency_key: string | null;
  state_type: string | null;
  state?: { message?: string | null } | null;
  start_time?: string | null;
}

const STATES: Record<string, EngineState> = {
  SCHEDULED: "queued",
  PENDING: "queued",
  RUNNING: "running",
  PAUSED: "running",
  CANCELLING: "running",
  COMPLETED: "success",
  FAILED: "failed",
  CRASHED: "failed",
  CANCELLED: "canceled",
};
const flowRuns: Shape = { what: "a list of flow runs", fits: Array.isArray };
const PAGE = 200;
/** Calls at once: a Prefect on SQLite refuses writes that meet. */
const WRITES = 4;

/** An engine whose runs are flow runs of Prefect 3, with the run's key as idempotency key. A flow's result is not part of Prefect's REST API: runs
 *  have no output.
 *
 *  ```js
 *  const engine = prefectEngine({ url: "http://127.0.0.1:4200/api", deployment: (dagId) => `${dagId}/backfill` });
 *  ``` */
export function prefectEngine(options: PrefectOptions): Engine {
  const { url, apiKey, deployment, parameters = parametersOf } = readOptions(options);
  const rest = restOf({
    name: "prefect",
    url,
    headers: () => (apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  });
  const ids = new Map<string, Promise<string>>();

  const deploymentId = (dagId: string): Promise<string> => {
    const found = ids.get(dagId) ?? lookUp(dagId);
    ids.set(dagId, found);
    found.catch(() => ids.delete(dagId));
    return found;
  };
  const lookUp = async (dagId: string): Promise<string> => {
    const named = deployment(dagId);
    const path = named.split("/").map(encodeURIComponent).join("/");
    const { status, body } = await rest("GET", `/deployments/name/${path}`, undefined, [404], withText("id"));
    if (status === 404) throw engineFailed("prefect", `there is no deployment ${named} at ${url}`);
    return body.id;
  };
  const runsOf = async (keys: readonly string[]): Promise<FlowRun[]> => {
    const found: FlowRun[] = [];
    for (let at = 0; at < keys.length; at += PAGE) {
      const any_ = keys.slice(at, at + PAGE);
      const filter = { flow_runs: { idempotency_key: { any_ } }, limit: PAGE };
      const { body } = await rest("POST", "/flow_runs/filter", filter, [], flowRuns);
      found.push(...(body as FlowRun[]));
    }
    return found;
  };

  return defineEngine<Engine>({
    name: "prefect",
    kinds: ["run"],
    keepsResultsFor: Number.POSITIVE_INFINITY,

    check: (dagIds) => each(dagIds, deploymentId),

    submit: (jobs) =>
      each(
        jobs,
        async (job) => {
          const id = await deploymentId(job.data.dagId);
          // 201 for a new flow run, 200 for the one that has this key.
          const run = {
            name: `${job.data.runId} (${job.data.attempt})`,
            idempotency_key: job.key,
            parameters: parameters(job),
            tags: ["dagfill"],
          };
          await rest("POST", `/deployments/${id}/create_flow_run`, run, [], withText("id"));
        },
        WRITES,
      ),

    async status(keys) {
      const told = new Map<string, EngineStatus>();
      for (const run of await runsOf(keys))
        if (run.idempotency_key !== null) told.set(run.idempotency_key, statusOf(run));
      return told;
    },

    async cancel(keys) {
      const open = (await runsOf(keys)).filter(({ state_type }) => {
        const state = STATES[state_type ?? ""];
        return state === "queued" || state === "running";
      });
      await each(
        open,
        ({ id }) => {
          const state = { type: "CANCELLING", name: "Cancelling", message: "canceled by dagfill" };
          return rest("POST", `/flow_runs/${id}/set_state`, { state }, [404]);
        },
        WRITES,
      );
    },

    async close() {},
  });
}

function statusOf({ state_type, state, start_time }: FlowRun): EngineStatus {
  const told = STATES[state_type ?? ""] ?? "queued";
  const startedAt = Date.parse(start_time ?? "");
  return {
    state: told,
    ...(Number.isNaN(startedAt) ? {} : { startedAt }),
    ...(told === "failed"
      ? {
          error: {
            name: `Prefect${state_type === "CRASHED" ? "Crash" : "RunFailed"}`,
            message: state?.message ?? "the flow run failed",
          },
        }
      : {}),
  };
}

function parametersOf({ data }: EngineJob): Record<string, Json> {
  return {
    logical_date: data.executionDate,
    data_interval_start: data.dataInterval.start,
    data_interval_end: data.dataInterval.end,
    conf: data.conf,
  };
}

function readOptions(options: unknown): PrefectOptions {
  const read = fields<PrefectOptions>(options, "options", {
    url: serviceUrl,
    apiKey: name,
    deployment: callback<PrefectOptions["deployment"]>(),
    parameters: callback<NonNullable<PrefectOptions["parameters"]>>(),
  });
  if (read.url === undefined) throw wrong("url", "the URL of Prefect's API", undefined);
  if (read.deployment === undefined) throw wrong("deployment", "a function of a DAG's id", undefined);
  return { ...read, url: read.url, deployment: read.deployment };
}
