// DAGs in YAML and JSON files: they run, and what is wrong with one is said with its line.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { run } from "./cli_process.mjs";

const folder = mkdtempSync(join(tmpdir(), "dagfill-text-"));
after(() => rmSync(folder, { recursive: true, force: true }));

function file(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];

const orders = `# Orders of the day.
dagId: orders
schedule: "@daily"
taskDefaults: { retries: 1, retryDelay: PT0S }
tasks:
  - taskId: extract
    command: echo 'xcom:{"rows":3}'
  - taskId: load
    dependsOn: [extract]
    command: |
      echo loaded {{ xcom.extract.rows }} rows
      echo of {{ ds }}
`;

test("text that begins with a sign of YAML is to be quoted", async () => {
  const head = "dagId: a\n";
  const faults = {
    "schedule: * * * * *\n": /:? ?.*hint quote it, since \* is a sign of YAML: schedule: "\* \* \* \* \*"/s,
    "schedule: */5 * * * *\n": /hint quote it, .*schedule: "\*\/5 \* \* \* \*"/,
    "schedule: null\ntasks:\n  - taskId: t\n    command: {{ ds }} hi\n":
      /hint quote it, .*command: "\{\{ ds \}\} hi"/,
    "schedule: null\ntasks:\n  - taskId: t\n    command: {{ ds }}\n":
      /unquoted\.yaml:5: expected YAML, got: A key that is a mapping[\s\S]*hint quote it, .*command: "\{\{ ds \}\}"\n/,
    "schedule: null\ntasks:\n  - { taskId: t, command: {{ ds }}, retries: 1 }\n":
      /unquoted\.yaml:4: [\s\S]*hint quote it, .*: command: "\{\{ ds \}\}"\n/,
    "schedule: null\ntasks:\n  - { taskId: t, command: echo {{ ds }} }\n":
      /unquoted\.yaml:4: [\s\S]*hint quote it, .*: command: "echo \{\{ ds \}\}"\n/,
    "schedule: null\ntasks:\n  - { taskId: t, command: echo {{ ds }}, {{ ts }}, retries: 2 }\n":
      /unquoted\.yaml:4: [\s\S]*hint quote it, .*: command: "echo \{\{ ds \}\}, \{\{ ts \}\}"\n/,
    "schedule: null\ntasks: [{ taskId: t, command: '{% if 1 %}x{% endif %}', params: { day: {{ ds }} } }]\n":
      /unquoted\.yaml:3: [\s\S]*hint quote it, .*: day: "\{\{ ds \}\}"\n/,
    'schedule: null\ntasks:\n  - taskId: t\n    command: echo {{ ds }}: "done"\n':
      /unquoted\.yaml:5: [\s\S]*hint quote it, .*: command: "echo \{\{ ds \}\}: \\"done\\""\n/,
  };
  for (const [text, sentence] of Object.entries(faults)) {
    const { code, err } = await run(["validate", file("unquoted.yaml", head + text)]);
    assert.equal(code, 2, err);
    assert.match(err, sentence);
  }
});

test("the line that a hint repairs is read", async () => {
  for (const line of [
    "command: {{ ds }}",
    'command: echo {{ ds }}: "done"',
    "command: {% if true %}echo {{ ds }}{% endif %}",
  ]) {
    const text = `dagId: a\nschedule: null\ntasks:\n  - taskId: t\n    ${line}\n`;
    const { err } = await run(["validate", file("trap.yaml", text)]);
    const [, mended] = /hint quote it, since .* is a sign of YAML: (.*)\n/.exec(err) ?? [];
    const { code, err: more } = await run(["validate", file("mended.yaml", text.replace(line, mended))]);
    assert.deepEqual([code, more], [0, ""], err);
  }
});

test("a switch that YAML 1.2 reads as a text is told its value", async () => {
  const head = "dagId: a\nschedule: null\n";
  const faults = {
    "catchup: yes\n": /switch\.yaml:3: dag\.catchup: .*\nhint yes is text .*: write catchup: true\n/,
    "catchup: No\n": /switch\.yaml:3: dag\.catchup: .*\nhint No is text .*: write catchup: false\n/,
    "dependsOnPast: on\n":
      /switch\.yaml:3: dag\.dependsOnPast: .*\nhint on is .*: write dependsOnPast: true\n/,
    "tasks:\n  - taskId: t\n    dependsOnPast: off\n":
      /switch\.yaml:5: dag\.tasks\[0\]\.dependsOnPast: .*\nhint off .*: write dependsOnPast: false\n/,
    "catchup: latets\n": /switch\.yaml:3: dag\.catchup: .*latets/,
  };
  for (const [text, sentence] of Object.entries(faults)) {
    const { code, err } = await run(["validate", file("switch.yaml", head + text)]);
    assert.equal(code, 2, err);
    assert.match(err, sentence);
    assert.doesNotMatch(err, /latets[\s\S]*YAML 1\.2/);
  }
});

test("a merge key takes the members of an anchor", async () => {
  const text = `dagId: merged
schedule: null
tasks:
  - &base
    taskId: a
    command: echo one
    retries: 2
  - <<: *base
    taskId: b
    dependsOn: [a]
    command: echo two
`;
  const { code, out, err } = await run([
    "trigger",
    file("merged.yaml", text),
    "-e",
    "2024-01-01",
    "--store",
    ":memory:",
  ]);
  assert.equal(code, 0, err);
  assert.match(out, /one[\s\S]*two/);
  const wrong = await run(["validate", file("merged.yaml", text.replace("retries: 2", "retires: 2"))]);
  assert.match(wrong.err, /Did you mean retries/);
});

test("a YAML file runs, with comments, defaults and commands of several lines", async () => {
  const { code, out, err } = await run(["run", file("orders.yaml", orders), ...range]);
  assert.equal(code, 0, err);
  assert.match(out + err, /loaded 3 rows/);
  assert.match(out + err, /of 2024-01-02/);
});

test("several documents are several DAGs", async () => {
  const text = `${orders}---\ndagId: other\nschedule: "@monthly"\n`;
  const path = file("two.yml", text);
  const { code, err } = await run(["preview", path, ...range]);
  assert.equal(code, 2);
  assert.match(err, /orders/);
  assert.match(err, /other/);
  assert.equal((await run(["preview", path, ...range, "--dag-id", "other"])).code, 0);
});

const wrong = {
  "an unknown field of a task": [
    orders.replace("dependsOn:", "dependOn:"),
    /wrong\d+\.yaml:9: .*dependOn/,
    /dependsOn/,
  ],
  "a value of the wrong kind": [
    orders.replace("retries: 1", "retries: many"),
    /wrong\d+\.yaml:4: /,
    /retries/,
  ],
  "a schedule that is none": [orders.replace('"@daily"', "61 * * * *"), /wrong\d+\.yaml:3: /, /61/],
  "a task that depends on nothing known": [
    orders.replace("[extract]", "[extrac]"),
    /wrong\d+\.yaml:\d+: /,
    /extrac/,
  ],
  "one task id without brackets": [
    orders.replace("[extract]", "extract"),
    /wrong\d+\.yaml:9: dag\.tasks\[1\]\.dependsOn/,
    /hint write a list of task ids, even for one: dependsOn: \[extract\]/,
  ],
  "a duration with a unit of people": [
    orders.replace("PT0S", "5s"),
    /wrong\d+\.yaml:4: /,
    /hint write PT5S, or 5000, in milliseconds/,
  ],
  "milliseconds with their unit": [
    orders.replace("PT0S", "500ms"),
    /wrong\d+\.yaml:4: /,
    /hint milliseconds are a number: 500/,
  ],
  "text that is no YAML": [orders.replace("tasks:", "tasks: ["), /line \d+/, /INVALID_DAG/],
  "a command with a colon, which YAML reads as a mapping": [
    orders.replace(`"rows":3`, `"rows": 3`),
    /line 7/,
    /block of text: command: \|/,
  ],
  "a preset without quotes": [orders.replace('"@daily"', "@daily"), /line 3/, /schedule: "@daily"/],
  "a key that comes twice": [`${orders}dagId: again\n`, /line 13/, /unique/],
  "a DAG without a schedule": ["dagId: etl\n", /wrong\d+\.yaml:1: /, /schedule/],
  "no DAG at all": ["- 1\n- 2\n", /INVALID_DAG/, /dagId/],
};
let count = 0;
for (const [name, [text, ...patterns]] of Object.entries(wrong)) {
  test(`${name} is refused with its place`, async () => {
    const { code, err } = await run(["preview", file(`wrong${++count}.yaml`, text), ...range]);
    assert.equal(code, 2, err);
    for (const pattern of patterns) assert.match(err, pattern);
    assert.doesNotMatch(err, /node:internal|at .*\.js:/);
  });
}

test("JSON names the line, too", async () => {
  const dag = { dagId: "a", schedule: "@daily", tasks: [{ taskId: "x", retrys: 1 }] };
  const { code, err } = await run(["preview", file("a.json", JSON.stringify(dag, null, 2)), ...range]);
  assert.equal(code, 2);
  assert.match(err, /a\.json:7: .*retrys/);
  assert.match(err, /retries/);
});

test("aliases that unfold without end are refused", async () => {
  const levels = Array.from(
    { length: 12 },
    (_, at) => `a${at + 1}: &a${at + 1} [${Array(10).fill(`*a${at}`)}]`,
  );
  const text = `dagId: bomb\nschedule: "@daily"\nmeta:\n  a0: &a0 x\n${levels.map((line) => `  ${line}\n`).join("")}`;
  const { code, err } = await run(["preview", file("bomb.yaml", text), ...range]);
  assert.equal(code, 2);
  assert.match(err, /alias/);
});

test("a folder is refused, and a byte order mark is no part of a text", async () => {
  mkdirSync(join(folder, "dir.yaml"));
  const { code, err } = await run(["validate", join(folder, "dir.yaml")]);
  assert.equal(code, 2);
  assert.match(err, /expected a file of DAGs, got the folder/);
  const dag = JSON.stringify({ dagId: "marked", schedule: "@daily" });
  for (const name of ["marked.json", "marked.yaml"]) {
    assert.equal((await run(["validate", file(name, `\uFEFF${dag}`)])).code, 0);
  }
});

test("a module that Node reads as CommonJS is refused with what makes it one", async () => {
  const place = mkdtempSync(join(tmpdir(), "dagfill-cjs-"));
  after(() => rmSync(place, { recursive: true, force: true }));
  writeFileSync(join(place, "package.json"), '{ "type": "commonjs" }');
  const dag = "export const dag = { dagId: 'd', schedule: '@daily', tasks: [] };\n";
  const files = {
    "dag.js": dag,
    "uses.mjs": 'import "./part.js";\n',
    "part.js": `import "node:fs";\n${dag}`,
    "dag.cjs": dag,
  };
  if (process.features.typescript) Object.assign(files, { "dag.ts": dag, "dag.cts": dag });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  for (const name of Object.keys(files).filter((name) => name !== "part.js")) {
    const { code, err } = await run(["validate", join(place, name)]);
    assert.equal(code, 2, err);
    assert.doesNotMatch(err, /wrapSafe/);
    const got = name === "uses.mjs" ? "part.js" : name;
    assert.match(err, new RegExp(`expected an ES module, got \\S*${got}, which Node reads as CommonJS`));
    const [other, kind] = [got.replace(/\.c?(.s)$/, ".m$1"), got.includes(".c")];
    assert.match(err, new RegExp(`hint name it ${other}${kind ? "" : ', or write "type": "module" into'}`));
  }
});
