// Airflow's REST API as far as the engine uses it: paths, required fields, statuses and shapes of its published OpenAPI file
// (TriggerDAGRunPostBody, DAGRunResponse, DAGRunCollectionResponse, XComResponseNative, HTTPExceptionResponse).
import { stubServer, workers } from "./stub_server.mjs";

const iso = (date) => (date === undefined || date === null ? null : new Date(date).toISOString());

export async function airflowStub({ api = "v2", slots = 4, dags = null, paused = [] } = {}) {
  const runs = [];
  const starts = new Map();
  const work = workers(slots);
  let token = "first";
  const refused = [401, { detail: "Invalid JWT token" }];
  const allowed = (request) => request.headers.authorization === `Bearer ${token}`;
  const keyOf = (run) => /^dagfill (\S+)/.exec(run.note ?? "")?.[1];
  const start = (run) => {
    run.state = "queued";
    run.start_date = null;
    work.add(run);
  };
  const response = (run) => ({
    dag_run_id: run.dag_run_id,
    dag_id: run.dag_id,
    logical_date: iso(run.logical_date),
    ...(api === "v1" ? { execution_date: iso(run.logical_date) } : {}),
    queued_at: iso(run.queued_at),
    start_date: iso(run.start_date),
    end_date: iso(run.end_date),
    data_interval_start: iso(run.data_interval_start),
    data_interval_end: iso(run.data_interval_end),
    run_after: iso(run.logical_date),
    last_scheduling_decision: null,
    run_type: "manual",
    state: run.state,
    triggered_by: "rest_api",
    conf: run.conf ?? {},
    note: run.note ?? null,
    dag_versions: [],
  });
  const find = (dag, id) => runs.find((run) => run.dag_id === dag && run.dag_run_id === id);
  const guarded = (handler) => (match, body, request) =>
    allowed(request) ? handler(match, body, request) : refused;
  const known = (dag) => dags === null || dags.includes(dag);
  const field = api === "v1" ? "execution_date" : "logical_date";
  const routes = [
    [
      "POST",
      /^\/dags\/~\/dagRuns\/list$/,
      (_, body) => {
        if (body.page_limit > 100) return [422, { detail: "page_limit" }];
        const [from, to] = [Date.parse(body[`${field}_gte`]), Date.parse(body[`${field}_lte`])];
        const found = runs.filter(({ dag_id, logical_date }) => {
          const at = Date.parse(logical_date);
          return body.dag_ids.includes(dag_id) && at >= from && at <= to;
        });
        const page = found.slice(body.page_offset, body.page_offset + body.page_limit);
        return [200, { dag_runs: page.map(response), total_entries: found.length }];
      },
    ],
    [
      "GET",
      /^\/dags\/~\/dagRuns\?run_id_pattern=([^&]+)&limit=1$/,
      ([pattern]) => {
        const found = runs.filter(({ dag_run_id }) => dag_run_id.includes(pattern));
        return [200, { dag_runs: found.slice(0, 1).map(response), total_entries: found.length }];
      },
    ],
    [
      "GET",
      /^\/dags\/([^/]+)$/,
      ([dag]) =>
        known(dag)
          ? [200, { dag_id: dag, is_paused: paused.includes(dag) }]
          : [404, { detail: `The DAG with ID: ${dag} was not found` }],
    ],
    [
      "POST",
      /^\/dags\/([^/]+)\/dagRuns$/,
      ([dag], body) => {
        if (!known(dag)) return [404, { detail: `DAG with dag_id: '${dag}' not found` }];
        if (
          !("logical_date" in body) ||
          (body.data_interval_start === undefined) !== (body.data_interval_end === undefined)
        )
          return [422, { detail: [{ type: "missing", loc: ["body", "logical_date"] }] }];
        const taken = runs.some(
          (run) =>
            run.dag_id === dag &&
            (run.dag_run_id === body.dag_run_id || iso(run.logical_date) === iso(body.logical_date)),
        );
        if (taken) return [409, { detail: { reason: "Unique constraint violation" } }];
        const run = { ...body, dag_id: dag, queued_at: Date.now() };
        run.begin = () => {
          run.state = "running";
          run.start_date = Date.now();
          const key = keyOf(run);
          starts.set(key, (starts.get(key) ?? 0) + 1);
        };
        run.end = (state, value) => Object.assign(run, { state, value, end_date: Date.now() });
        runs.push(run);
        start(run);
        return [200, response(run)];
      },
    ],
    [
      "GET",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+)$/,
      ([dag, id]) => {
        const run = find(dag, id);
        return run === undefined ? [404, { detail: "not found" }] : [200, response(run)];
      },
    ],
    [
      "PATCH",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+?)(?:\/setNote)?$/,
      ([dag, id], body) => {
        const run = find(dag, id);
        if (run === undefined) return [404, { detail: "not found" }];
        if (body.note !== undefined) run.note = body.note;
        if (body.state !== undefined) {
          if (!["queued", "success", "failed"].includes(body.state)) return [422, { detail: "state" }];
          if (run.state === "running") run.stop();
          run.end(body.state);
        }
        return [200, response(run)];
      },
    ],
    [
      "POST",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+)\/clear$/,
      ([dag, id], body) => {
        const run = find(dag, id);
        if (run === undefined) return [404, { detail: "not found" }];
        if (body.dry_run !== false) return [200, { task_instances: [], total_entries: 0 }];
        start(run);
        return [200, response(run)];
      },
    ],
    [
      "GET",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+)\/taskInstances\/work\/xcomEntries\/return_value$/,
      ([dag, id]) => {
        const run = find(dag, id);
        if (run?.state !== "success" || run.value === undefined)
          return [404, { detail: "XCom entry not found" }];
        return [200, { key: "return_value", dag_id: dag, run_id: id, task_id: "work", value: run.value }];
      },
    ],
  ].map(([method, pattern, handler]) => [
    method,
    new RegExp(`^/api/${api}${pattern.source.slice(1)}`),
    guarded(handler),
  ]);
  const server = await stubServer(routes);
  return {
    ...server,
    runs,
    starts: (key) => starts.get(key) ?? 0,
    token: () => token,
    renewToken: () => {
      token = "second";
    },
    /** A run that somebody else made in Airflow. */
    foreign: (dag, date, conf) => {
      const run = { dag_id: dag, dag_run_id: `scheduled__${date}`, logical_date: date, conf };
      run.begin = () => Object.assign(run, { state: "running", start_date: Date.now() });
      run.end = (state) => Object.assign(run, { state, end_date: Date.now() });
      runs.push(run);
      start(run);
      return run;
    },
  };
}
