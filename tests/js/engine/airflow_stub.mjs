// Airflow's REST API as far as the engine uses it. Each request and answer is held against the published OpenAPI description
// (airflow_api.json): a stub that drifts from it, or an engine that does, fails its test.
import { airflowApi } from "./airflow_api.mjs";
import { stubServer, workers } from "./stub_server.mjs";

const iso = (date) => (date === undefined || date === null ? null : new Date(date).toISOString());

/** `strings`: an Airflow before 2.10, which answers XCom as the text of Python. */
export async function airflowStub({ api = "v2", slots = 4, dags = null, paused = [], strings = false } = {}) {
  const runs = [];
  const starts = new Map();
  const work = workers(slots);
  let token = "first";
  /** Airflow 2 answers problems of RFC 7807, and 400 where Airflow 3 answers 422. */
  const problem = (status, detail) => {
    if (api === "v1")
      return [status === 422 ? 400 : status, { type: "about:blank", title: detail, status, detail }];
    return [status, { detail: status === 422 ? [{ type: "value_error", msg: detail }] : detail }];
  };
  const refused = problem(401, "Invalid JWT token");
  const allowed = (request) => request.headers.authorization === `Bearer ${token}`;
  const keyOf = (run) => /^dagfill (\S+)/m.exec(run.note ?? "")?.[1];
  const start = (run) => {
    run.state = "queued";
    run.start_date = null;
    work.add(run);
  };
  const response = (run) => {
    const shared = {
      dag_run_id: run.dag_run_id,
      dag_id: run.dag_id,
      logical_date: iso(run.logical_date),
      start_date: iso(run.start_date),
      end_date: iso(run.end_date),
      data_interval_start: iso(run.data_interval_start),
      data_interval_end: iso(run.data_interval_end),
      last_scheduling_decision: null,
      run_type: "manual",
      state: run.state,
      conf: run.conf ?? {},
      note: run.note ?? null,
    };
    if (api === "v1") return { ...shared, execution_date: iso(run.logical_date), external_trigger: true };
    return {
      ...shared,
      queued_at: iso(run.queued_at),
      run_after: iso(run.logical_date),
      duration: run.end_date === undefined ? null : (run.end_date - run.start_date) / 1_000,
      triggered_by: "rest_api",
      triggering_user_name: "dagfill",
      dag_versions: [],
      dag_display_name: run.dag_id,
      bundle_version: null,
      partition_key: null,
      partition_date: null,
    };
  };
  const dagResponse = (dag) => {
    const shared = { dag_id: dag, is_paused: paused.includes(dag) };
    if (api === "v1") return shared;
    const none = ["last_parsed_time", "last_parse_duration", "last_expired", "bundle_name", "bundle_version"];
    none.push(
      "relative_fileloc",
      "description",
      "timetable_summary",
      "timetable_description",
      "max_active_runs",
    );
    none.push("next_dagrun_logical_date", "next_dagrun_data_interval_start", "next_dagrun_data_interval_end");
    none.push("next_dagrun_run_after", "allowed_run_types");
    return {
      ...shared,
      ...Object.fromEntries(none.map((name) => [name, null])),
      dag_display_name: dag,
      is_stale: false,
      fileloc: `/dags/${dag}.py`,
      timetable_partitioned: false,
      timetable_periodic: true,
      tags: [],
      max_active_tasks: 16,
      max_consecutive_failed_dag_runs: 0,
      has_task_concurrency_limits: false,
      has_import_errors: false,
      owners: ["airflow"],
      is_backfillable: true,
      file_token: "token",
    };
  };
  const xcomResponse = (run, asText) => {
    const shared = { key: "return_value", timestamp: iso(run.end_date), map_index: -1 };
    const value = asText ? `{'python': ${JSON.stringify(run.value)}}` : run.value;
    Object.assign(shared, { dag_id: run.dag_id, task_id: "work", value });
    if (api === "v1") return { ...shared, execution_date: iso(run.logical_date) };
    const at = { logical_date: iso(run.logical_date), run_after: iso(run.logical_date) };
    return {
      ...shared,
      ...at,
      run_id: run.dag_run_id,
      dag_display_name: run.dag_id,
      task_display_name: "work",
    };
  };
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
        if (body.page_limit > 100) return problem(422, "page_limit");
        const between = (at, from, to) =>
          (from === undefined || at >= from) && (to === undefined || at <= to);
        const [from, to] = ["gte", "lte"].map(
          (end) => body[`${field}_${end}`] && Date.parse(body[`${field}_${end}`]),
        );
        const found = runs.filter(
          ({ dag_id, state, logical_date }) =>
            (body.dag_ids?.includes(dag_id) ?? true) &&
            (body.states?.includes(state) ?? true) &&
            between(Date.parse(logical_date), from, to),
        );
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
        known(dag) ? [200, dagResponse(dag)] : problem(404, `The DAG with ID: ${dag} was not found`),
    ],
    [
      "POST",
      /^\/dags\/([^/]+)\/dagRuns$/,
      ([dag], body) => {
        if (!known(dag)) return problem(404, `DAG with dag_id: '${dag}' not found`);
        if (
          !("logical_date" in body) ||
          (body.data_interval_start === undefined) !== (body.data_interval_end === undefined)
        )
          return problem(422, "logical_date is missing");
        const taken = runs.some(
          (run) =>
            run.dag_id === dag &&
            (run.dag_run_id === body.dag_run_id || iso(run.logical_date) === iso(body.logical_date)),
        );
        if (taken) return problem(409, "Unique constraint violation");
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
        return run === undefined ? problem(404, "not found") : [200, response(run)];
      },
    ],
    [
      "PATCH",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+?)(?:\/setNote)?$/,
      ([dag, id], body) => {
        const run = find(dag, id);
        if (run === undefined) return problem(404, "not found");
        if (body.note !== undefined) run.note = body.note;
        if (body.state !== undefined) {
          if (!["queued", "success", "failed"].includes(body.state)) return problem(422, "state");
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
        if (run === undefined) return problem(404, "not found");
        if (body.dry_run !== false) return [200, { task_instances: [], total_entries: 0 }];
        start(run);
        return [200, response(run)];
      },
    ],
    [
      "GET",
      /^\/dags\/([^/]+)\/dagRuns\/([^/]+)\/taskInstances\/work\/xcomEntries\/return_value(|\?stringify=false)$/,
      ([dag, id, native]) => {
        const run = find(dag, id);
        if (strings && native !== "") return problem(422, "Extra query parameter(s) stringify not in spec");
        if (run?.state !== "success" || run.value === undefined) return problem(404, "XCom entry not found");
        return [200, xcomResponse(run, api === "v1" && native === "")];
      },
    ],
  ].map(([method, pattern, handler]) => [
    method,
    new RegExp(`^/api/${api}${pattern.source.slice(1)}`),
    guarded(handler),
  ]);
  // The descriptions are of later versions, which know a parameter that an Airflow before 2.10 refuses.
  const server = await stubServer(routes, strings ? undefined : airflowApi(api));
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
