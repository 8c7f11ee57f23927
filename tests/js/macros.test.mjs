// Templates through the package: the tables that the Rust tests read too, and what only JavaScript can hand in.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inspectTemplate, macroCatalog, render, renderRange, resolveDateMacros, resolveXcom } from "dagfill";

const table = (name) => JSON.parse(readFileSync(new URL(`../cases/${name}.json`, import.meta.url), "utf8"));

test("every render is Airflow's", () => {
  let rendered = 0;
  for (const { case: name, renders, context } of table("airflow/airflow_macros").cases) {
    for (const { template, output } of renders) {
      assert.equal(render(template, context), output, `${template} in ${name}`);
      rendered++;
    }
  }
  assert.equal(rendered, 423);
});

test("every render is Jinja's", () => {
  const { conf, params, cases } = table("macros/jinja");
  let rendered = 0;
  for (const { case: name, executionDate, timeZone, renders } of cases) {
    const context = { executionDate, macroTimeZone: timeZone, conf, params };
    for (const { template, output } of renders) {
      // JavaScript has no whole numbers of this size.
      if (template.includes("conf.big")) continue;
      assert.equal(render(template, context), output, `${template} in ${name}`);
      rendered++;
    }
  }
  assert.ok(rendered > 3900);
});

test("letters beyond ASCII change their case as the host's do", () => {
  const context = { executionDate: "2024-03-01T00:00:00Z", conf: { text: "Straße ΟΔΟΣ éﬁ 😀" } };
  const expected = "STRASSE ΟΔΟΣ ÉFI 😀 straße οδος éﬁ 😀 ÉTÉ";
  assert.equal(
    render("{{ conf.text | upper }} {{ conf.text.lower() }} {{ 'été'.upper() }}", context),
    expected,
  );
});

test("hostile texts stay harmless", () => {
  const text = (parts) => parts.map(([part, times]) => part.repeat(times)).join("");
  for (const { name, template, output, conf, xcom } of table("macros/hostile").cases) {
    const context = { executionDate: "2024-03-01T00:00:00Z", macroTimeZone: "UTC", conf, xcom };
    const given = text(template);
    const rendered = render(given, context);
    // A megabyte is no message.
    const expected = output === undefined ? given : text(output);
    assert.ok(
      rendered === expected,
      `${name}: got ${rendered.slice(0, 200)}, expected ${expected.slice(0, 200)}`,
    );
    inspectTemplate(given);
  }
  assert.equal({}.polluted, undefined);
});

test("lone surrogates stay where they were", () => {
  const context = { executionDate: "2024-03-01", conf: { emoji: "\u{1f600}" } };
  for (const [template, output] of [
    ["\ud800", "\ud800"],
    ["\udc00\ud800", "\udc00\ud800"],
    ["\ud800{{ ds }}\udc00", "\ud8002024-03-01\udc00"],
    ["{{ ds }}\ud83d{{ dag_run.conf.emoji }}", "2024-03-01\ud83d\u{1f600}"],
    ["{{ '\ud800' }}{{ nope }}", "{{ '\ud800' }}{{ nope }}"],
  ]) {
    assert.equal(render(template, context), output);
    assert.deepEqual(render({ [template]: [template] }, context), { [output]: [output] });
    assert.deepEqual(renderRange(template, ["2024-03-01"], null, { conf: context.conf }), [output]);
  }
});

test("XCom first, then date macros over the result; conf and macro output are never scanned again", () => {
  const xcom = { extract: { return_value: "{{ ds }}", rows: 42, nested: { a: ["b"] } } };
  const template =
    "{{ ti.xcom_pull('extract') }} {{ xcom.extract.rows }} {{ dag_run.conf.t }} {{ xcom.nope.k }}";
  const conf = { t: "{{ ts }}" };
  const between = resolveXcom(template, xcom);
  assert.equal(between, "{{ ds }} 42 {{ dag_run.conf.t }} {{ xcom.nope.k }}");
  const output = "2024-03-01 42 {{ ts }} {{ xcom.nope.k }}";
  assert.equal(resolveDateMacros(between, "2024-03-01", null, { conf }), output);
  assert.equal(render(template, { executionDate: "2024-03-01", xcom, conf }), output);
  assert.equal(
    resolveXcom("{{ xcom.extract.nested }}{{ xcom.extract.nested.a[0] | upper }}", xcom),
    '{"a":["b"]}B',
  );
});

test("dates are written in the schedule's zone, or in macroTimeZone", () => {
  const options = { timeZone: "America/New_York" };
  const at = "2024-03-10T07:30:00Z";
  assert.equal(resolveDateMacros("{{ ts }}", at, "30 2 * * *", options), "2024-03-10T03:30:00-04:00");
  assert.equal(
    resolveDateMacros("{{ ds }} {{ prev_ds }}", at, "30 2 * * *", options),
    "2024-03-10 2024-03-09",
  );
  const utc = { ...options, macroTimeZone: "UTC" };
  assert.equal(resolveDateMacros("{{ ts }}", at, "30 2 * * *", utc), "2024-03-10T07:30:00+00:00");
});

test("manual runs and runs without schedule are their own neighbours", () => {
  const template = "{{ prev_ds }} {{ next_ds }} {{ data_interval_start | ts }} {{ data_interval_end | ts }}";
  const at = "2024-03-10T12:00:00Z";
  const interval = "2024-03-09T00:00:00+00:00 2024-03-10T00:00:00+00:00";
  assert.equal(
    resolveDateMacros(template, at, "@daily", { runType: "manual" }),
    `2024-03-10 2024-03-10 ${interval}`,
  );
  const empty = "2024-03-10T12:00:00+00:00 2024-03-10T12:00:00+00:00";
  assert.equal(resolveDateMacros(template, at), `2024-03-10 2024-03-10 ${empty}`);
});

test("every text of a JSON value is rendered, and nothing else is touched", () => {
  const value = { "{{ ds }}": ["{{ ds_nodash }}", 1.5, null, true, { a: "{{ nope }}" }], n: 12 };
  const rendered = render(value, { executionDate: "2024-03-01" });
  assert.deepEqual(rendered, { "2024-03-01": ["20240301", 1.5, null, true, { a: "{{ nope }}" }], n: 12 });
  assert.deepEqual(Object.keys(value), ["{{ ds }}", "n"], "the given value is left alone");
  const own = render(JSON.parse('{"__proto__":{"x":"{{ ds }}"}}'), { executionDate: "2024-03-01" });
  assert.equal(JSON.stringify(own), '{"__proto__":{"x":"2024-03-01"}}');
  assert.equal({}.x, undefined);
});

test("what is unknown is kept, left out, or an error with place and suggestion", () => {
  const options = (onUnknown) => ({ onUnknown });
  const template = "✓ {{ ds_nodahs }}";
  assert.equal(resolveDateMacros(template, "2024-03-01"), template);
  assert.equal(resolveDateMacros(template, "2024-03-01", null, options("empty")), "✓ ");
  assert.throws(() => resolveDateMacros(template, "2024-03-01", null, options("error")), {
    name: "DagfillError",
    code: "UNKNOWN_MACRO",
    input: template,
    start: 5,
    end: 14,
    hint: "Did you mean ds_nodash?",
  });
  assert.throws(() => render("{{ ds", { executionDate: 0, onUnknown: "error" }), {
    code: "INVALID_TEMPLATE",
    start: 0,
  });
});

test("a template tells what it uses", () => {
  const template = "😀{{ dss }}{{ ds }}{{ dag_run.conf.region }}{{ xcom.a.b }}";
  const found = inspectTemplate(template);
  const [unknown] = found.unknown;
  assert.equal(template.slice(unknown.start, unknown.end), "dss");
  assert.deepEqual(found, {
    macros: ["ds"],
    confKeys: ["region"],
    xcoms: [{ taskId: "a", key: "b" }],
    unknown: [
      { text: "dss", start: 5, end: 8, message: "dss: no such macro, did you mean ds?", suggestion: "ds" },
    ],
    dependsOnDate: true,
    usesNow: false,
    lookups: [],
    uses: [
      { name: "dss", kind: "macro", start: 5, end: 8 },
      { name: "ds", kind: "macro", start: 14, end: 16 },
      { name: "dag_run.conf", kind: "macro", start: 22, end: 34 },
      { name: "region", kind: "key", start: 35, end: 41 },
      { name: "xcom", kind: "macro", start: 47, end: 51 },
      { name: "a", kind: "key", start: 52, end: 53 },
      { name: "b", kind: "key", start: 54, end: 55 },
    ],
  });
  assert.equal(inspectTemplate("{{ dag_run.conf.region }}").dependsOnDate, false);
});

test("every example of the catalog is true", () => {
  const context = {
    executionDate: "2024-03-01T00:00:00Z",
    schedule: "@daily",
    runType: "scheduled",
    dagId: "sales",
    taskId: "load",
    conf: { region: "eu", tables: ["orders", "items"] },
    params: { limit: 100 },
    xcom: { extract: { return_value: "s3://b/x", rows: 42 } },
  };
  const catalog = macroCatalog();
  assert.ok(catalog.length > 400);
  let stayed = 0;
  for (const { name, example, result } of catalog) {
    const output = render(example, context);
    // What only a host knows, and the time of now, are given by the test of the core.
    if (output === example) stayed++;
    else assert.equal(output, result, `${name}: ${example}`);
  }
  assert.ok(stayed < 50, `${stayed} stayed`);
});

test("numbers are Python's", () => {
  for (const [template, output] of [
    [
      "{{ 0.1 + 0.2 }} {{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ 0.0001 }}",
      "0.30000000000000004 1e+16 1000000000000000.0 1e-05 0.0001",
    ],
    ["{{ '%.2f' % 0.125 }} {{ '%.0f' % 2.5 }} {{ '{:.3f}'.format(2 / 3) }}", "0.12 2 0.667"],
    ["{{ '{:,.2f}'.format(1234567.891) }} {{ '{:e}'.format(12345.678) }}", "1,234,567.89 1.234568e+04"],
    ["{{ '1.5' | float }} {{ 2.675 | round(2) }} {{ 2 ** 0.5 }}", "1.5 2.67 1.4142135623730951"],
  ]) {
    assert.equal(render(template, { executionDate: 0 }), output);
  }
});

test("statements run, and what cannot be resolved stays", () => {
  const context = { executionDate: "2024-03-01", conf: { tables: ["a", "b"] } };
  for (const [template, output] of [
    ["{% for t in conf.tables %}{{ loop.index }}{{ t }} {% endfor %}", "1a 2b "],
    ["{% if ds > '2024-01-01' %}new{% else %}old{% endif %}", "new"],
    ["{% set ds = 'x' %}{{ ds }}{{ ds_nodash }}", "x20240301"],
    ["a {%- set x = 1 -%} b", "ab"],
    ["{% if is_incremental() %}{{ ds }}{% endif %}", "{% if is_incremental() %}2024-03-01{% endif %}"],
    ["{% set ds = other() %}{{ ds }}", "{% set ds = other() %}{{ ds }}"],
    [
      "{% for ds in other() %}{{ ds }}{{ ts }}{% endfor %}{{ ds }}",
      "{% for ds in other() %}{{ ds }}2024-03-01T00:00:00+00:00{% endfor %}2024-03-01",
    ],
    [
      "{% for x in [1, 2] %}{{ x }}{{ nope }}{% endfor %}",
      "{% for x in [1, 2] %}{{ x }}{{ nope }}{% endfor %}",
    ],
    ["{% snapshot x %}{{ ds }}{% endsnapshot %}", "{% snapshot x %}2024-03-01{% endsnapshot %}"],
    ["{% if ds %}", "{% if ds %}"],
  ]) {
    assert.equal(render(template, context), output);
  }
  assert.throws(() => render("{% if nope %}x{% endif %}", { ...context, onUnknown: "error" }), {
    code: "UNKNOWN_MACRO",
  });
});

test("text that came from XCom gets dates and conf, no statements, no host and no XCom", () => {
  const brought =
    "{{ ds }}|{{ conf.r }}|{% if true %}x{% endif %}|{{ ti.xcom_pull('b') }}|{{ var.value.s }}|{# c #}|{{ params.p }}|{{ dag.owner }}";
  const xcom = { a: { return_value: brought }, b: { return_value: "secret" } };
  const output =
    "2024-03-01|eu|{% if true %}x{% endif %}|{{ ti.xcom_pull('b') }}|{{ var.value.s }}|{# c #}|{{ params.p }}|{{ dag.owner }}";
  const context = { executionDate: "2024-03-01", conf: { r: "eu" }, params: { p: 1 }, xcom };
  context.macros = { dag: { owner: "me" } };
  context.variables = { s: "hidden" };
  assert.equal(render("{{ params.p }}{{ dag.owner }}{{ var.value.s }}", context), "1mehidden");
  assert.equal(render("{{ ti.xcom_pull('a') }}", context), output);
});

test("keys of a JSON value never take each other's place", () => {
  const value = { "{{ ds }}": 1, "{{ ds[:10] }}": 2, a: 3, "{{ 'a' }}": 4 };
  const rendered = render(value, { executionDate: "2024-03-01" });
  assert.deepEqual(rendered, { "2024-03-01": 1, "{{ ds[:10] }}": 2, a: 3, "{{ 'a' }}": 4 });
});

test("a range renders as its dates do one by one", () => {
  const dates = Float64Array.from({ length: 500 }, (_, i) => Date.UTC(2024, 2, 1) + i * 3_600_000);
  const template =
    "é{{ ds_nodash }}\u0000😀{{ ts }}{{ prev_ds }}{{ data_interval_end }}{{ dag_run.conf.r }}{{ nope }}{{ run_id }}";
  const options = { timeZone: "Europe/Berlin", conf: { r: "✓" } };
  const texts = renderRange(template, dates, "0 * * * *", options);
  assert.equal(texts.length, dates.length);
  for (const [i, text] of texts.entries()) {
    assert.equal(text, resolveDateMacros(template, dates[i], "0 * * * *", options));
  }
  assert.deepEqual(renderRange("{{ ds }}", [], null), []);
  const given = ["2024-03-01", new Date(0), 86_400_000];
  assert.deepEqual(renderRange("{{ ds }}", given, null), ["2024-03-01", "1970-01-01", "1970-01-02"]);
  assert.deepEqual(renderRange("{{ run_id }}", [0], null, { runId: "mine" }), ["mine"]);
});

test("text without braces comes out as it went in", () => {
  let seed = 1;
  const random = (below) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  for (let round = 0; round < 2000; round++) {
    const units = Array.from({ length: random(40) }, () =>
      random(3) === 0 ? random(65_536) : 32 + random(95),
    );
    const text = String.fromCharCode(...units);
    if (/\{[{%#]/.test(text)) continue;
    assert.equal(render(text, { executionDate: 0 }), text);
  }
});
