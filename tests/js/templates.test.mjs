// Templates where they are used: what the host knows, what nothing resolves, and what a preview says of both.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  BackfillService,
  MemoryStore,
  previewFrom,
  render,
  renderRange,
  resolveDateMacros,
} from "../../dist/index.js";
import { shellTasks } from "../../dist/shell.js";
import { run as cli, workplace } from "./cli_process.mjs";

const days = { dagId: "sales", startDate: "2024-01-01", endDate: "2024-01-03" };
const dagOf = (tasks, more = {}) => ({ dagId: "sales", schedule: "@daily", tasks, ...more });
const limit = { timeout: 120_000 };

// ---- what only the host knows

test("a connection may be a URI: its parts have the names that Airflow gives them", () => {
  const template =
    "{{ conn.db.conn_type }} {{ conn.db.host }} {{ conn.db.port + 1 }} {{ conn.db.login }} {{ conn.db.password }} {{ conn.db.schema }} {{ conn.db.extra_dejson.sslmode }} {{ conn.other.host }}";
  const connections = {
    db: "postgresql://me:p%40ss@db.example:5432/sales?sslmode=require",
    other: "google-cloud-platform://h_1",
  };
  const context = { executionDate: "2024-03-01T00:00:00Z", connections };
  assert.equal(render(template, context), "postgres db.example 5433 me p@ss sales require h_1");
  const told = (uri, template) => render(template, { ...context, connections: { db: uri } });
  // As Python reads them, by Airflow 2.10.5.
  const uris = {
    "https://h:443/": ["{{ conn.db.host }} {{ conn.db.port }}", "h 443"],
    "http://10.1/a/../b": ["{{ conn.db.host }} {{ conn.db.schema }}", "10.1 a/../b"],
    "http://b\u00fccher.DE": ["{{ conn.db.host }}", "b\u00fccher.de"],
    "http://https%3A%2F%2FApi.x/v1": ["{{ conn.db.host }} {{ conn.db.schema }}", "https://Api.x v1"],
    "http://https://api.x:8443/v1": ["{{ conn.db.host }} {{ conn.db.port }}", "https://api.x 8443"],
    "snowflake://u:p@/db": ["{{ conn.db.login }} {{ conn.db.host }}/{{ conn.db.schema }}", "u /db"],
    "my-type://[::1]:80/?a=b%20c&a=d": [
      "{{ conn.db.conn_type }} {{ conn.db.host }} {{ conn.db.extra }}",
      'my_type ::1 {"a": "d"}',
    ],
    "http://h?__extra__=%7B%22n%22%3A1%7D": ["{{ conn.db.extra_dejson.n + 1 }}", "2"],
    '{"conn_type": "http", "host": "h"}': ["{{ conn.db.host }} {{ conn.db.get_uri() }}", "h http://h"],
    "postgresql://u%40x:p%3Aw@H:5432/a%2Fb?x=%C3%A9+1": [
      "{{ conn.db.get_uri() }} {{ conn.db.conn_id }} {{ conn.db }}",
      "postgres://u%40x:p%3Aw@h:5432/a%2Fb?x=%C3%A9+1 db db",
    ],
  };
  for (const [uri, [template, text]] of Object.entries(uris)) assert.equal(told(uri, template), text, uri);
  assert.equal(
    told({ conn_type: "a_b", host: "https://h", port: 80, extra: '{"n":1}' }, "{{ conn.db.get_uri() }}"),
    "a-b://https://h:80/?__extra__=%7B%22n%22%3A1%7D",
  );
  for (const text of ["plain text", "a://b c://", "", "://", "h://x:99999", "h://[x", "h://h://x"]) {
    const other = { ...context, connections: { db: text } };
    assert.equal(render("{{ conn.db.host is defined }}", other), "false", text);
  }
});

test("variables, connections and macros come from an object or a function", () => {
  const context = {
    executionDate: "2024-01-31",
    variables: { bucket: "lake", limits: { rows: 10 } },
    connections: (name) => (name === "db" ? { host: "db.example", port: 5432 } : undefined),
    macros: { region: "eu" },
  };
  const template =
    "{{ var.value.bucket }} {{ var.json.limits.rows }} {{ conn.db.host }}:{{ conn.db.port }} {{ region }} {{ var.value.get('x', 'none') }}";
  assert.equal(render(template, context), "lake 10 db.example:5432 eu none");
  assert.equal(
    resolveDateMacros("{{ var.value.bucket }}/{{ ds }}", "2024-01-31", null, { variables: { bucket: "b" } }),
    "b/2024-01-31",
  );
  const texts = renderRange("{{ ds }} {{ region }}", ["2024-01-01", "2024-01-02"], "@daily", {
    macros: { region: "eu" },
  });
  assert.deepEqual(texts, ["2024-01-01 eu", "2024-01-02 eu"]);
  // Names of dagfill win.
  assert.equal(render("{{ ds }}", { executionDate: "2024-01-31", macros: { ds: "mine" } }), "2024-01-31");
});

test("a lookup is asked once for each name and render", () => {
  const asked = [];
  const variables = (name) => {
    asked.push(name);
    return name.toUpperCase();
  };
  const context = { executionDate: "2024-01-31", variables };
  assert.equal(render("{{ var.value.a }}{{ var.value.a }}{{ var.value.b }}", context), "AAB");
  assert.deepEqual(asked, ["a", "b"]);
  render("{{ var.value.a }}", context);
  assert.deepEqual(asked, ["a", "b", "a"]);
});

test("lookups that answer late, throw, or give no JSON are refused with their name", () => {
  const at = (variables) => () => render("{{ var.value.a }}", { executionDate: "2024-01-31", variables });
  assert.throws(
    at(async () => "late"),
    { code: "INVALID_OPTION", message: /"a" at once, got a promise/ },
  );
  assert.throws(
    at(() => {
      throw new Error("no network");
    }),
    { code: "INVALID_OPTION", message: /no network/ },
  );
  assert.throws(
    at(() => Symbol("x")),
    { code: "INVALID_OPTION" },
  );
  // Not the text, which may hold a password.
  const message = 'variables: expected an object of values by name, or a function of a name, got "***"';
  assert.throws(at("postgres://etl:hunter2@db"), { code: "INVALID_OPTION", field: "variables", message });
  assert.throws(at({ a: () => 1 }), { code: "INVALID_OPTION", field: "variables.a" });
});

test("a DAG's lookups come before those of the service, and neither reaches the store", async () => {
  const store = new MemoryStore();
  const seen = [];
  const service = new BackfillService({
    dags: [
      dagOf([{ taskId: "a", command: "{{ var.value.x }} {{ var.value.y }} {{ conn.db.password }}" }], {
        variables: { x: "dag" },
      }),
    ],
    store,
    variables: { x: "service", y: "service" },
    connections: { db: { password: "secret!" } },
    executeTask: ({ command }) => void seen.push(command),
  });
  const preview = await service.preview(days);
  assert.equal(preview.render("2024-01-01")[0].text, "*** *** ***");
  await service.backfill({ ...days, planHash: preview.planHash });
  assert.deepEqual(seen, Array(3).fill("dag service secret!"));
  const stored = JSON.stringify([await store.listRuns({ dagId: "sales" }), await store.listBackfills()]);
  assert.doesNotMatch(stored, /secret!|service/);
});

// ---- what nothing resolves

test("onUnknown: the call before the backfill before the task before the DAG before the service", async () => {
  const seen = [];
  const service = (dag, host = {}) =>
    new BackfillService({
      dags: [dag],
      executeTask: (task) => void seen.push([task.command, task.onUnknown]),
      ...host,
    });
  const one = { ...days, endDate: "2024-01-01" };
  const results = async (dag, host, options) => {
    seen.length = 0;
    const { state } = await service(dag, host).backfill({ ...one, ...options });
    return [state, ...seen.flat()];
  };
  const task = { taskId: "a", command: "x{{ dss }}" };
  assert.deepEqual(await results(dagOf([task])), ["success", "x{{ dss }}", undefined]);
  assert.deepEqual(await results(dagOf([task]), { onUnknown: "empty" }), ["success", "x", "empty"]);
  assert.deepEqual(await results(dagOf([task], { onUnknown: "keep" }), { onUnknown: "empty" }), [
    "success",
    "x{{ dss }}",
    "keep",
  ]);
  assert.deepEqual(await results(dagOf([{ ...task, onUnknown: "error" }], { onUnknown: "keep" })), [
    "failed",
  ]);
  assert.deepEqual(await results(dagOf([{ ...task, onUnknown: "error" }]), {}, { onUnknown: "empty" }), [
    "success",
    "x",
    "empty",
  ]);
});

test("run.render takes onUnknown, and a run lists what stayed", async () => {
  const executeRun = (run) => {
    assert.equal(run.render("{{ ds }}{{ dss }}", { onUnknown: "empty" }), run.executionDate.slice(0, 10));
    assert.throws(() => run.render("{{ dss }}", { onUnknown: "error" }), { code: "UNKNOWN_MACRO" });
    assert.throws(() => run.render("x", { onUnknwon: "error" }), { code: "INVALID_OPTION" });
    run.render({ query: ["{{ ds }}", "{{ dag_run.conf.region }}"] });
    return run.unresolved.map(({ path, text }) => `${path} ${text}`);
  };
  const service = new BackfillService({ dags: [dagOf([])], executeRun });
  const result = await service.backfill(days);
  assert.deepEqual(result.results[0].output, ["query[1] {{ dag_run.conf.region }}"]);
  assert.equal(result.unresolved, 3);
});

test("events and results count what stayed", async () => {
  const tasks = [{ taskId: "a", command: "{{ dss }}", params: { x: "{{ typo }}" } }];
  const service = new BackfillService({ dags: [dagOf(tasks)], executeTask: () => {} });
  const events = [];
  const result = await service.backfill(days, { onEvent: (event) => events.push(event) });
  assert.equal(events.find(({ type }) => type === "started").unresolved, 2);
  assert.equal(result.unresolved, 6);
  const clean = new BackfillService({
    dags: [dagOf([{ taskId: "a", command: "{{ ds }}" }])],
    executeTask: () => {},
  });
  assert.equal((await clean.backfill(days)).unresolved, 0);
});

test("macroTimeZone of a DAG holds everywhere, and the backfill's wins", async () => {
  const dag = {
    ...dagOf([{ taskId: "a", command: "{{ ts }}" }]),
    timeZone: "Europe/Berlin",
    macroTimeZone: "UTC",
  };
  const seen = [];
  const service = new BackfillService({ dags: [dag], executeTask: ({ command }) => void seen.push(command) });
  const one = { ...days, endDate: "2024-01-01" };
  await service.backfill(one);
  await service.backfill({ ...one, macroTimeZone: "Asia/Tokyo", resetDagRun: true });
  assert.deepEqual(seen, ["2023-12-31T23:00:00+00:00", "2024-01-01T08:00:00+09:00"]);
});

// ---- previews

const warningsOf = async (dag, options = {}, host = {}) => {
  const preview = await new BackfillService({ dags: [dag], executeTask: () => {}, ...host }).preview({
    ...days,
    ...options,
  });
  return preview.warnings;
};

test("a preview warns of each text with task, span and suggestion", async () => {
  const tasks = [
    { taskId: "extract", command: "x {{ ds_nodahs }} {{ dag_run.conf.region | quote }}" },
    {
      taskId: "load",
      dependsOn: ["extract"],
      command: "{{ ds }} {{ xcom.extract.n | quote }} {{ xcom.report.n | quote }}",
    },
    { taskId: "report", dependsOn: ["load"], command: "{{ ds }} {{ macros.datetime.now() }}" },
  ];
  const warnings = await warningsOf(dagOf(tasks));
  const found = warnings
    .filter(({ taskId }) => taskId)
    .map(({ code, taskId, field, start, end, suggestion }) => ({
      code,
      taskId,
      field,
      start,
      end,
      suggestion,
    }));
  assert.deepEqual(found.slice(0, 3), [
    {
      code: "unknown_macro",
      taskId: "extract",
      field: "command",
      start: 5,
      end: 14,
      suggestion: "ds_nodash",
    },
    {
      code: "missing_conf_key",
      taskId: "extract",
      field: "command",
      start: 18,
      end: 51,
      suggestion: undefined,
    },
    { code: "unknown_xcom", taskId: "load", field: "command", start: 38, end: 65, suggestion: undefined },
  ]);
  assert.deepEqual(
    found.slice(3).map(({ code, taskId }) => [code, taskId]),
    [["uses_now", "report"]],
  );
  const conf = await warningsOf(dagOf(tasks), { conf: { region: "eu" } });
  assert.ok(!conf.some(({ code }) => code === "missing_conf_key"));
  const perDate = await warningsOf(dagOf(tasks), { confFor: () => ({ region: "eu" }) });
  assert.ok(!perDate.some(({ code }) => code === "missing_conf_key"));
});

test("one fault at several places is one warning with a count", async () => {
  const command = "echo {{ dss }} {{ dag_run.conf.region }}";
  const tasks = Array.from("abc", (taskId) => ({
    taskId,
    command,
    params: { at: "{{ macros.datetime.now() }}" },
  }));
  tasks.push({ taskId: "d", onUnknown: "error", command: "{{ dss }} {{ dss }}" });
  const warnings = (await warningsOf(dagOf(tasks))).filter(({ taskId }) => taskId);
  assert.deepEqual(
    warnings.map(({ code, taskId, start, count }) => [code, taskId, start, count]),
    [
      ["unknown_macro", "a", 8, 3],
      ["missing_conf_key", "a", 15, 3],
      // Its end is another one: there the task fails.
      ["unknown_macro", "d", 3, 2],
      ["unquoted_in_command", "a", 15, 3],
      ["uses_now", "a", undefined, 3],
    ],
  );
  assert.match(
    warnings[0].message,
    /^task a, command: nothing resolves \{\{ dss \}\} \(no macro is named dss\), .*\. The same in task b, command and 1 more$/,
  );
  assert.match(warnings[2].message, /\. The same in task d, command$/);
  const service = new BackfillService({ dags: [dagOf(tasks)], executeTask: () => {} });
  let begun;
  await service.backfill(days, { onEvent: (event) => (begun ??= event) });
  assert.equal(begun.unresolved, 8);
});

test("a param that a condition compares and the run does not have is warned of, once", async () => {
  const found = async (command, more = {}) => {
    const dag = { ...dagOf([{ taskId: "a", command }]), params: { region: "eu", limit: 5 } };
    const told = (await warningsOf(dag, more)).filter(({ code }) => /^un(defined|known)_/.test(code));
    return told.map(({ code, start, end, suggestion }) => [
      ...[code, command.slice(start, end)],
      ...(suggestion === undefined ? [] : [suggestion]),
    ]);
  };
  const typo = ["undefined_param", "regoin", "region"];
  const cases = {
    "{{ ds }}{% if params.regoin == 'eu' %}a{% else %}b{% endif %}": [typo],
    "{{ ds }}{%- if not params['regoin'] -%}a{% endif %}": [["undefined_param", "['regoin']", "region"]],
    "{{ ds }}{% if params.region %}a{% elif params.regoin != 'us' %}b{% endif %}": [typo],
    "{{ ds }}{% if params.full_refresh == 'yes' %}a{% endif %}": [["undefined_param", "full_refresh"]],
    // Nothing resolves it: that is told already.
    "{{ ds }}{% if params.regoin %}a{% endif %}": [["unknown_macro", "{% if params.regoin %}"]],
    "{{ ds }}{% if params.region == 'eu' and params.limit > 3 %}a{% endif %}": [],
    "{{ ds }}{% if params.regoin is defined %}a{% endif %}": [],
    "{{ ds }}{% if params.regoin | default('eu') == 'eu' %}a{% endif %}": [],
    "{{ ds }}{% if params.get('regoin') == 'eu' %}a{% endif %}": [],
    "{{ ds }}{% if ds == 'x' %}a{% endif %}{{ params.regoin == 'eu' }}": [],
  };
  for (const [command, expected] of Object.entries(cases))
    assert.deepEqual(await found(command), expected, command);
  const [[compared]] = Object.entries(cases);
  assert.deepEqual(await found(compared, { conf: { regoin: "us" } }), [], "conf overrides params");
  assert.deepEqual(await found(compared, { confFor: () => ({}) }), [], "any date may have it");
});

test("names that a statement gives XCom are known, and what else is wrong beside them is told", async () => {
  const found = async (command) =>
    (
      await warningsOf(
        dagOf([
          { taskId: "a", command: "true" },
          { taskId: "b", dependsOn: ["a"], command: `{{ ds }} ${command}` },
        ]),
      )
    )
      .filter(({ code }) => code.startsWith("unknown_"))
      .map(({ code, message }) => `${code} ${/resolves (.*?) \(/.exec(message)[1]}`);
  const cases = {
    "{% set v = ti.xcom_pull('a') %}{{ v }}": [],
    "{% set v = ti.xcom_pull('a') %}{% set w = v | int %}{{ w + 1 }}": [],
    "{% set v %}{{ xcom.a.n }} {{ ds }}{% endset %}{{ v }}": [],
    "{% set p = ti.xcom_pull %}{{ p('a') }}": [],
    "{% set t = 'a' %}{{ ti.xcom_pull(t) }}": [],
    "{%- for v in ti.xcom_pull('a') %}{{ v }}{% endfor %}": [],
    "{% for k, v in xcom.a.n.items() %}{{ k }}={{ v }} {{ loop.index }}{% else %}-{% endfor %}": [],
    "{% for v in xcom.a.n %}{% for w in v.x %}{% set u = w %}{{ u }}{% endfor %}{% endfor %}": [],
    "{% with v = xcom.a.n %}{{ v.x }}{% endwith %}": [],
    "{% if xcom.a.n %}x{% endif %}{% filter upper %}{{ xcom.a.n }}{% endfilter %}": [],
    "{% macro m(x) %}{{ xcom.a.n }}{{ x }}{% endmacro %}{{ m(1) }}": [],
    "{% for v in xcom.a.n %}{{ v }} {{ nope }}{% endfor %}": ["unknown_macro {{ nope }}"],
    "{% for v in xcom.a.n %}{% set w = nope %}{{ w }}{% endfor %}": ["unknown_macro {% set w = nope %}"],
    "{% for v in xcom.a.n %}{% if nope %}{{ v }}{% endif %}{% endfor %}": ["unknown_macro {% if nope %}"],
    "{{ xcom.a.n ~ nope }}": ["unknown_macro {{ xcom.a.n ~ nope }}"],
    "{% set v = nope %}{{ v }}": ["unknown_macro {% set v = nope %}", "unknown_macro {{ v }}"],
    "{% set v = ti.xcom_pull('c') %}{{ v }}": ["unknown_xcom {% set v = ti.xcom_pull('c') %}"],
    "{% for v in ti.xcom_pull('c') %}{{ v }}{% endfor %}": ["unknown_xcom {% for v in ti.xcom_pull('c') %}"],
    "{%+ if xcom.c.n %}x{% endif %}": ["unknown_xcom {%+ if xcom.c.n %}"],
  };
  for (const [command, expected] of Object.entries(cases))
    assert.deepEqual(await found(command), expected, command);
});

test("values from outside that stand unquoted in a command are warned of", async () => {
  const codes = async (command, options) =>
    (
      await warningsOf(
        dagOf(
          [
            { taskId: "up", command: "true {{ ds }}" },
            { taskId: "a", dependsOn: ["up"], command },
          ],
          { params: { table: "x" } },
        ),
        options,
      )
    )
      .filter(({ code }) => code === "unquoted_in_command")
      .map(({ start, end }) => command.slice(start, end));
  const conf = { conf: { region: "eu" } };
  assert.deepEqual(await codes("echo {{ dag_run.conf.region }} {{ ds }}", conf), [
    "{{ dag_run.conf.region }}",
  ]);
  assert.deepEqual(await codes("echo '{{ params.table }}' {{ ds }}", conf), ["{{ params.table }}"]);
  assert.deepEqual(await codes("echo {{ ti.xcom_pull(task_ids='up') }} {{ ds }}", conf), [
    "{{ ti.xcom_pull(task_ids='up') }}",
  ]);
  assert.deepEqual(
    await codes("echo {{ dag_run.conf.region | quote }} {{ params.table|quote }} {{ ds }}", conf),
    [],
  );
  const list = "{{ conf.files | map('quote') | join(' ') }}";
  assert.deepEqual(await codes(`echo ${list} {{ ds }}`, { conf: { files: ["a b"] } }), []);
  const glued = "{{ conf.files | map('quote') | join(' ; ') }}";
  assert.deepEqual(await codes(`echo ${glued} '${list}' {{ ds }}`, { conf: { files: ["a b"] } }), [
    glued,
    list,
  ]);
  assert.deepEqual(await codes("{% if dag_run.conf.region %}echo {{ ds }}{% endif %}", conf), []);
  // However the value gets there.
  const ways = {
    "{% set q = dag_run.conf.region %}echo {{ q }} {{ ds }}": ["{{ q }}"],
    "{% for a, x in dag_run.conf.items() %}echo {{ x }}{% endfor %} {{ ds }}": ["{{ x }}"],
    "{%- with q = params.table %}echo {{ q | upper }}{% endwith %} {{ ds }}": ["{{ q | upper }}"],
    "echo {{ dag_run.conf.get('region') }} {{ ds }}": ["{{ dag_run.conf.get('region') }}"],
    "echo {{ dag_run.conf }} {{ params | tojson }} {{ ds }}": ["{{ dag_run.conf }}", "{{ params | tojson }}"],
    "echo {{ dag_run.conf.region | quote ~ dag_run.conf.region }} {{ ds }}": [
      "{{ dag_run.conf.region | quote ~ dag_run.conf.region }}",
    ],
    "{% set q = dag_run.conf.region %}echo {{ q | quote }} {{ ds }}": [],
    "{% set q = dag_run.conf.region | quote %}echo {{ q }} {{ ds }}": [],
    // What unquotes again.
    "echo {{ params.table | quote | replace(\"'\", '') }} {{ ds }}": [
      "{{ params.table | quote | replace(\"'\", '') }}",
    ],
    "echo {{ (dag_run.conf.region ~ '/' ~ params.table) | quote }} {{ ds }}": [],
    "echo {{ 'a' if dag_run.conf.region else 'b' }} {{ dag_run.conf.region | int }} {{ ds }}": [],
    "echo {{ (params.table if ds else 'x') | quote }} {{ ds }}": [],
    "echo {{ 'x' ~ params.table | quote }} {{ (params.table ~ 'x') | quote }} {{ ds }}": [],
    "echo {{ params.table.get('a', 'b') | quote }} {{ (params.table | quote) ~ 'x' }} {{ ds }}": [],
    "echo {{ [params.table, 'x'] | map('quote') | join(' ') }} {{ ds }}": [],
    "echo {{ 'p' if ds else params.table | int }} {{ ds }}": [],
    ...Object.fromEntries(
      [
        "{{ dag_run.conf['full'] if dag_run.conf and 'full' in dag_run.conf else 'no' | quote }}",
        "{{ params.table or 'x' | quote }}",
        "{{ params.table + 'x' | quote }}",
        "{{ params.table~'x'|quote }}",
        "{{ params.table+'x'|quote }}",
        "{{ params.table or 1 | int }}",
        "{{ params.table if ds else [] | map('quote') | join(' ') }}",
      ].map((tag) => [`echo ${tag} {{ ds }}`, [tag]]),
    ),
    "echo {% filter quote %}a {{ params.table }}{% endfilter %} {{ ds }}": [],
    "echo {% filter upper | quote -%}{{ params.table }}{% endfilter %} {{ ds }}": [],
    "echo {% filter quote %}a{% endfilter %} {{ params.table }} {{ ds }}": ["{{ params.table }}"],
    "echo {% filter quote | upper %}{{ params.table }}{% endfilter %} {{ ds }}": ["{{ params.table }}"],
    "echo '{% filter quote %}{{ params.table }}{% endfilter %}' {{ ds }}": ["{{ params.table }}"],
    "{% macro m(a=params.table) %}echo {{ a }}{% endmacro %}{{ m() }} {{ ds }}": ["{{ a }}"],
    "{% set l = [] %}{% do l.append(params.table) %}echo {{ l[0] }} {{ ds }}": ["{{ l[0] }}"],
    "{% set l = [] %}{% set _ = l.insert(0, params.table) %}echo {{ l | join }} {{ ds }}": ["{{ l | join }}"],
    "{% set d = {} %}{% do d.update({'a': params.table}) %}echo {{ d.a }} {{ ds }}": ["{{ d.a }}"],
    "{% set n = namespace(t='') %}{% set n.t = params.table %}echo {{ n.t }} {{ ds }}": ["{{ n.t }}"],
    "{% with a = 1, b = params.table %}echo {{ b }}{% endwith %} {{ ds }}": ["{{ b }}"],
    "{% set q = params.table | quote %}echo {{ q | upper }} {{ q[1:] }} {{ ds }}": [
      "{{ q | upper }}",
      "{{ q[1:] }}",
    ],
    "echo {{ (params.table | quote)[1:] }} {{ (params.table | quote).strip() }} {{ ds }}": [
      "{{ (params.table | quote)[1:] }}",
      "{{ (params.table | quote).strip() }}",
    ],
    "{% set a = dict(ds=params.table) %}echo {{ ds }}": [],
    // What an index chooses is the author's own.
    "echo {{ {'eu': 'x'}[dag_run.conf.region] }} {{ {'eu': 'x'}.get(dag_run.conf.region) }} {{ ds }}": [],
    "{% set m = {'eu': 'x'} %}echo {{ m[dag_run.conf.region] }} {{ ds }}": [],
    "echo {{ {'eu': params.table}[dag_run.conf.region] }} {{ ds }}": [
      "{{ {'eu': params.table}[dag_run.conf.region] }}",
    ],
  };
  for (const [command, found] of Object.entries(ways))
    assert.deepEqual(await codes(command, conf), found, command);
});

test("the hint to quote quotes all that the tag prints", async () => {
  const hinted = async (command) => {
    const dag = dagOf([{ taskId: "a", command: `echo ${command} {{ ds }}` }], { params: { table: "x" } });
    const [warning] = (await warningsOf(dag)).filter(({ code }) => code === "unquoted_in_command");
    return /write it as (\{\{.*?\}\})/.exec(warning.message)[1];
  };
  const cases = {
    "{{ params.table }}": "{{ params.table | quote }}",
    "{{- params.table | upper -}}": "{{- params.table | upper | quote -}}",
    "{{ params['table'] }}": "{{ params['table'] | quote }}",
    "{{ params.table if ds else 'no' }}": "{{ (params.table if ds else 'no') | quote }}",
    "{{ params.table ~ 'x' | quote }}": "{{ (params.table ~ 'x' | quote) | quote }}",
    "{{ params.table | quote | upper }}": "{{ params.table | upper | quote }}",
    "{% macro m(a) %}-t {{ a }}{% endmacro %}{{ m(params.table) }}": "{{ m(params.table | quote) }}",
    "{% macro m(a) %}-t {{ a }}{% endmacro %}{{ m(1, params['table'], 2) }}":
      "{{ m(1, params['table'] | quote, 2) }}",
  };
  for (const [command, hint] of Object.entries(cases)) assert.equal(await hinted(command), hint);
});

test("the filter quote holds a value only outside of the shell's own quotes", async () => {
  const word = "{{ params.table | quote }}";
  const told = async (command) => {
    const dag = dagOf([{ taskId: "a", command: `${command} {{ ds }}` }], { params: { table: "x" } });
    const [warning] = (await warningsOf(dag)).filter(({ code }) => code === "unquoted_in_command");
    return /outside of the shell's quotes/.test(warning?.message ?? "");
  };
  const cases = {
    [`echo ${word}`]: false,
    [`echo '${word}'`]: true,
    [`echo "${word}"`]: true,
    [`echo "it's" ${word} 'a "b' ${word} \\"`]: false,
    [`echo "\\"${word}"`]: true,
    [`echo "é$(printf %s ${word})"`]: false,
    [`echo "$(printf %s '${word}')"`]: true,
    [`(cd /tmp; echo ')'); echo ${word}`]: false,
    [`echo \`printf %s ${word}\``]: true,
    [`true # don't ${word}`]: true,
    [`true # don't\necho ${word} a#b ${word}`]: false,
    [`cat <<EOF\nit's ${word}\nEOF`]: true,
    [`cat <<-'EOF' | sort\n  ${word}\n\tEOF`]: true,
    [`cat <<EOF\nit's\nEOF\necho ${word}`]: false,
    [`cat <<< ${word}`]: false,
    [`echo $((1 + ${word}))`]: true,
    [`echo $(( (1 + 2) * $(wc -c ${word}) ))`]: false,
    [`echo $((1 + 2)) ${word}`]: false,
    [`(( n = ${word} ))`]: true,
    [`echo \\${word}`]: true,
    [`echo \\\\${word}`]: false,
    [`echo $'it\\'s ${word}'`]: true,
    [`echo $'it\\'s' ${word}`]: false,
    "{% set t = params.table | quote %}echo {{ t }}": false,
    "{% set t = params.table | quote %}echo '{{ t }}'": true,
    [`echo "{{ '"' }}" ${word}`]: false,
    "echo '{{ params.table | int }} {{ ds }}'": false,
    "echo '{{ params.table }}'": true,
  };
  for (const [command, isWarned] of Object.entries(cases))
    assert.equal(await told(command), isWarned, command);
});

test("no warning of a preview depends on the value of a variable", async () => {
  const templates = [
    "{{ 1 // (1 if var.value.key[0] != 'S' else 0) }}",
    "{{ ds | int if var.value.key[0] == 'S' else nope }} {{ macros.json.loads(var.value.key) }}",
    "{% if var.value.key == 'S3' %}{{ 1 // 0 }}{% endif %}{{ macros.datetime.now().in_tz(var.value.key) }}",
  ];
  const told = (key) =>
    Promise.all(
      templates.map((command) =>
        warningsOf(dagOf([{ taskId: "a", command: `{{ ds }} ${command}` }], { variables: { key } })),
      ),
    );
  assert.deepEqual(await told("S3"), await told("UTC"));
  const [missing] = await warningsOf(
    dagOf([{ taskId: "a", command: "{{ var.value.keys }} {{ ds }}" }], { variables: { key: "S" } }),
  );
  assert.equal(missing.code, "unknown_macro");
});

test("a preview shows no branch that the mask of a variable or connection would choose", async () => {
  const shown = {
    "{% if var.value.env == 'prod' %}a {{ ds }}{% else %}b{% endif %}":
      "{% if var.value.env == 'prod' %}a 2024-01-01{% else %}b{% endif %}",
    "{% if conf.x %}1{% elif conn.db.port > 5 %}2{% endif %}":
      "{% if conf.x %}1{% elif conn.db.port > 5 %}2{% endif %}",
    "{% if ds < '2025' or var.value.env %}{{ ds }}{% endif %}": "2024-01-01",
    "{% set p = var.value.env == 'prod' %}{% if p %}a{% endif %}{{ p }}": "{% if p %}a{% endif %}***",
    "{% for t in var.json.tables %}{{ t }};{% endfor %}":
      "{% for t in var.json.tables %}{{ t }};{% endfor %}",
    "{% for t in ['a', 'b'] if t != var.value.env %}{{ t }}{% endfor %}":
      "{% for t in ['a', 'b'] if t != var.value.env %}{{ t }}{% endfor %}",
    "{% macro m(x) %}{% if x == 'prod' %}a{% endif %}{% endmacro %}{{ m(var.value.env) }}{{ m('prod') }}":
      "***a",
    "{% macro m(x) %}-{{ x }}{% endmacro %}{{ m(var.value.env) }}": "-***",
    "{{ 'a' if var.value.env == 'prod' else 'b' }}": "***",
    "{{ 's3://' ~ var.value.env ~ ('/a' if var.value.n != 5 else '/b') }}/{{ ds }}": "s3://******/2024-01-01",
    "{% set port = conn.db.port + 1 %}{{ 'a' if conn.db.port > 5 else 'b' }} {{ port }}": "*** ***",
    "{{ var.value.env == 'prod' }} {{ var.value.env | length }} {{ var.value.n | int + 1 }}": "*** *** ***",
    "{{ var.value.get('none', 'd') }}{% if var.value.get('none', 'd') == 'd' %} {{ ds }}{% endif %}":
      "d 2024-01-01",
  };
  for (const onUnknown of ["keep", "empty", "error"]) {
    const tasks = Object.keys(shown).map((command, place) => ({ taskId: `t${place}`, command }));
    const dag = dagOf(tasks, {
      onUnknown,
      variables: { env: "prod", tables: ["x"], n: 2 },
      connections: { db: { port: 9 } },
    });
    const preview = await new BackfillService({ dags: [dag], executeTask: () => {} }).preview({
      ...days,
      conf: { x: 0 },
    });
    const texts = preview.render("2024-01-01").map(({ text }) => text);
    assert.deepEqual(texts, Object.values(shown), onUnknown);
  }
});

test("a preview keeps what only lacks XCom, and says which tags stay under empty", async () => {
  const tasks = [
    { taskId: "a", command: "true {{ ds }}" },
    {
      taskId: "b",
      dependsOn: ["a"],
      command: "{{ xcom.a.n }} {{ nope }}{% if xcom.a.n %}{{ ds }}{% endif %}{% set v = xcom.a.n %}{{ v }}",
    },
    { taskId: "c", command: "{{ ds }} a{#words} {% if {{ other }} {{ ds" },
  ];
  const dag = dagOf(tasks, { onUnknown: "empty" });
  const preview = await new BackfillService({ dags: [dag], executeTask: () => {} }).preview(days);
  assert.equal(
    preview.render("2024-01-01", "b")[0].text,
    "{{ xcom.a.n }} {% if xcom.a.n %}2024-01-01{% endif %}{% set v = xcom.a.n %}{{ v }}",
  );
  const shown = preview.render("2024-01-01", "c")[0].text;
  assert.equal(shown, "2024-01-01 a{#words} {% if  {{ ds");
  assert.equal(render(tasks[2].command, { executionDate: "2024-01-01", onUnknown: "empty" }), shown);
  const told = preview.warnings.filter(({ code }) => code === "unknown_macro");
  assert.deepEqual(
    told.map(({ taskId, start, end, message }) => [
      taskId,
      tasks.find((task) => task.taskId === taskId).command.slice(start, end),
      /left out|stays as written/.exec(message)[0],
    ]),
    [
      ["b", "nope", "left out"],
      ["c", "{#", "stays as written"],
      ["c", "{%", "stays as written"],
      ["c", "other", "left out"],
      ["c", "{{ ds", "stays as written"],
    ],
  );
});

test("a tag that nothing closes is refused with its place, and stays otherwise", () => {
  const cases = {
    "é a{#words} {{ ds }}": "{#",
    "{{ ds }} {% if x": "{%",
    "{% if true %}{{ ds }{% endif %}": "{{ ds }",
  };
  for (const [text, part] of Object.entries(cases)) {
    const context = { executionDate: "2024-01-01" };
    assert.throws(
      () => render(text, { ...context, onUnknown: "error" }),
      ({ code, start, end }) => code === "INVALID_TEMPLATE" && text.slice(start, end) === part,
      text,
    );
    for (const onUnknown of ["keep", "empty"])
      assert.ok(render(text, { ...context, onUnknown }).includes(part), text);
  }
  assert.equal(
    render("{% raw %}a{#a} {% {% endraw %}{{ ds }}", { executionDate: "2024-01-01" }),
    "a{#a} {% 2024-01-01",
  );
});

test("a preview renders a date, compares two, and does so behind a postMessage", async () => {
  const tasks = [
    {
      taskId: "extract",
      command: "x --date {{ ds }} {{ var.value.bucket }}",
      params: { table: "{{ params.table }}", rows: 3 },
    },
    { taskId: "load", dependsOn: ["extract"], command: "y {{ xcom.extract.n }}" },
  ];
  const dag = dagOf(tasks, { params: { table: "sales" } });
  const preview = await new BackfillService({
    dags: [dag],
    executeTask: () => {},
    variables: { bucket: "s3" },
  }).preview(days);
  assert.deepEqual(preview.render("2024-01-02"), [
    { taskId: "extract", path: "command", template: tasks[0].command, text: "x --date 2024-01-02 ***" },
    { taskId: "extract", path: "params.table", template: "{{ params.table }}", text: "sales" },
    { taskId: "load", path: "command", template: tasks[1].command, text: "y {{ xcom.extract.n }}" },
  ]);
  assert.deepEqual(preview.renderDiff("2024-01-01", "2024-01-03"), [
    { path: "extract.command", a: "x --date 2024-01-01 ***", b: "x --date 2024-01-03 ***" },
  ]);
  assert.equal(preview.render("2024-01-02", "load").length, 1);
  assert.throws(() => preview.render("2024-02-01"), { code: "INVALID_OPTION", field: "executionDate" });
  assert.throws(() => preview.render("2024-01-01", "laod"), { code: "UNKNOWN_TASK", hint: /load/ });
  const moved = previewFrom(structuredClone(preview.toTransferable()));
  assert.equal(moved.render("2024-01-02", "extract")[1].text, "sales");
  assert.equal(moved.render("2024-01-02", "extract")[0].text, "x --date 2024-01-02 {{ var.value.bucket }}");
});

// ---- the shell and the command line

test("shellTasks refuses a command that has text which nothing resolved", limit, async () => {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-templates-"));
  const ran = async (dag, options = {}) => {
    const service = new BackfillService({
      dags: [dag],
      executeTask: shellTasks({ cwd: folder, ...options }),
    });
    return service.backfill({ ...days, endDate: "2024-01-01" });
  };
  const task = { taskId: "a", command: "echo '{{ dss }}' > ran" };
  const refused = await ran(dagOf([task]));
  assert.equal(refused.state, "failed");
  assert.match(refused.results[0].error.message, /task "a", command: nothing resolves .*dss.*not run/);
  assert.deepEqual(readdirSync(folder), []);
  assert.equal((await ran(dagOf([task], { onUnknown: "keep" }))).state, "success");
  assert.equal((await ran(dagOf([{ ...task, onUnknown: "keep" }]))).state, "success");
  assert.equal((await ran(dagOf([task]), { onUnknown: "keep" })).state, "success");
  // Braces that a value brings are no template.
  const data = await ran(
    dagOf([{ taskId: "a", command: "echo {{ params.text | quote }}" }], { params: { text: "{{ x }}" } }),
  );
  assert.equal(data.state, "success");
});

test("the command refuses what nothing resolves, with place and suggestion", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-03", "--store", store];
  const refused = async (command, pattern) => {
    writeFileSync(file, JSON.stringify(dagOf([{ taskId: "a", command }])));
    const preview = await cli(["preview", file, ...range, "--reset"]);
    assert.match(preview.out, pattern);
    const { code, out, err } = await cli(["run", file, ...range, "--quiet", "--reset"]);
    assert.equal(code, 1, out + err);
    assert.match(out + err, pattern);
  };
  await refused("echo {{ dss }} {{ dag_run.conf.region }}", /dss.*did you mean ds\?|Did you mean ds\?/s);
  await refused('mkdir -p "lake/{{ ds_nodsh }}"', /ds_nodsh/);
  assert.deepEqual(readdirSync(folder).includes("lake"), false);
  const kept = await cli(["run", file, ...range, "--quiet", "--reset", "--on-unknown", "keep"]);
  assert.equal(kept.code, 0, kept.err);
  const shown = await cli(["preview", file, ...range, "--reset", "--render", "2024-01-02"]);
  assert.match(shown.out, /^a command\n {2}mkdir -p/m);
});

test("the command refuses what nothing resolves for callbacks of a module, too", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.mjs");
  const seen = 'import { appendFileSync } from "node:fs";\nconst seen = new URL("seen", import.meta.url);\n';
  const dag = JSON.stringify(dagOf([{ taskId: "a", command: "{{ ds }} {{ dss }}" }]));
  writeFileSync(
    file,
    `${seen}export const executeTask = ({ command }) => appendFileSync(seen, command);\nexport default ${dag};\n`,
  );
  const day = [
    "--start-date",
    "2024-01-01",
    "--end-date",
    "2024-01-01",
    "--store",
    store,
    "--quiet",
    "--reset",
  ];
  const refused = await cli(["run", file, ...day]);
  assert.equal(refused.code, 1, refused.out + refused.err);
  assert.match(refused.out + refused.err, /no macro is named dss/);
  assert.deepEqual(readdirSync(folder).includes("seen"), false);
  const kept = await cli(["run", file, ...day, "--on-unknown", "keep"]);
  assert.equal(kept.code, 0, kept.out + kept.err);
  assert.equal(readFileSync(join(folder, "seen"), "utf8"), "2024-01-01 {{ dss }}");
});

test("render says what stayed, and exits with 1", limit, async () => {
  const at = ["--execution-date", "2024-01-31"];
  const stayed = await cli(["render", "{{ ds }} {{ ds_nodsh }}", ...at]);
  assert.deepEqual([stayed.code, stayed.out], [1, "2024-01-31 {{ ds_nodsh }}\n"]);
  assert.match(stayed.err, /ds_nodsh.*ds_nodash/);
  assert.deepEqual((await cli(["render", "{{ dss }}", ...at, "--on-unknown", "keep"])).code, 0);
  const given = ["--params", '{"t": "x"}', "--vars", '{"v": "y"}', "--macro-time-zone", "Asia/Tokyo"];
  const known = await cli(["render", "{{ params.t }}{{ var.value.v }} {{ ts }}", ...at, ...given]);
  assert.deepEqual([known.code, known.out], [0, "xy 2024-01-31T09:00:00+09:00\n"]);
});

test("the conf of a backfill is written as text once, however often its runs render", async () => {
  const count = async (size) => {
    const [stringify, encode, encodeInto] = [
      JSON.stringify,
      TextEncoder.prototype.encode,
      TextEncoder.prototype.encodeInto,
    ];
    let seen = 0;
    const large = (text) => {
      if (typeof text === "string" && text.length >= size) seen += 1;
    };
    const calls = { first: 0, others: 0 };
    const executeRun = (run) => {
      const first = calls.renders === undefined;
      calls.renders = (calls.renders ?? 0) + 20;
      JSON.stringify = (...args) => {
        const text = stringify(...args);
        large(text);
        return text;
      };
      TextEncoder.prototype.encode = function (text) {
        large(text);
        return encode.call(this, text);
      };
      TextEncoder.prototype.encodeInto = function (text, ...more) {
        large(text);
        return encodeInto.call(this, text, ...more);
      };
      try {
        seen = 0;
        for (let at = 0; at < 20; at += 1) {
          assert.equal(
            run.render("{{ dag_run.conf.key }} {{ ds }}"),
            `value ${run.executionDate.slice(0, 10)}`,
          );
          if (first && at === 0) {
            calls.first = seen;
            seen = 0;
          }
        }
        calls.others += seen;
      } finally {
        JSON.stringify = stringify;
        Object.assign(TextEncoder.prototype, { encode, encodeInto });
      }
    };
    const service = new BackfillService({ dags: [{ dagId: "etl", schedule: "@daily" }], executeRun });
    const conf = { key: "value", rest: "x".repeat(size) };
    await service.backfill({ dagId: "etl", startDate: "2024-01-01", endDate: "2024-01-03", conf });
    return calls;
  };
  const calls = await count(300_000);
  assert.ok(calls.first > 0, "the counters see a conf that is written");
  assert.deepEqual([calls.others, calls.renders], [0, 60]);
});
