// Hostile and unreadable sources: every one ends soon, with what was read until then and a note, or with a typed error.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

const python = { format: "airflow-python" };
const messages = ({ notes }) => notes.map(({ message }) => message);
const stopped = (source, what) => {
  const found = importDag(source, python);
  const stops = messages(found).filter((message) => message.includes("the text after this line is missing"));
  assert.deepEqual(stops, [`the file takes ${what}: the text after this line is missing`]);
  return found;
};
const loop = (depth, body) =>
  `${Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}for x${at} in range(9999):`).join("\n")}\n${" ".repeat(depth)}${body}\n`;

test("loops of a DAG file are unrolled to 10,000 tasks, and no further", () => {
  const task = 'BashOperator(task_id=f"t{x0}_{x1}", bash_command="echo", dag=d)';
  const { dags, notes } = stopped(
    `d = DAG("d", schedule=None)\n${loop(2, task)}`,
    "more than 10000 DAGs and tasks",
  );
  assert.equal(dags[0].tasks.length, 9_999);
  assert.equal(notes[0].line, 4);
  const same = stopped(
    `d = DAG("d")\n${loop(2, 'SparkOperator(task_id="t", dag=d)')}`,
    "more than 10000 DAGs and tasks",
  );
  assert.equal(same.dags[0].tasks.at(-1).taskId, "t__9998");
  // Of thousands of remarks the first thousand.
  assert.match(messages(same).at(-1), /^\d+ further notes are left out$/);
  assert.equal(same.notes.length, 1_001);
  assert.equal(stopped(loop(2, 'DAG(f"d{x1}")'), "more than 10000 DAGs and tasks").dags.length, 10_000);
});

test("steps are counted: nested loops, dependencies of many on many, values within values", () => {
  const steps = "more than 500000 steps";
  stopped(loop(4, "x = x0 + x1"), steps);
  stopped(loop(2, "x0 in [1, 2, 3]"), steps);
  stopped(loop(4, "pass"), steps);
  const many = '[BashOperator(task_id=f"t{i}", dag=d) for i in range(900)]';
  stopped(`d = DAG("d")\na = ${many}\nb = ${many}\na >> b\n`, steps);
  stopped(`d = DAG("d")\na = ${many}\nb = [${"a, ".repeat(2_000)}]\nb >> b\n`, steps);
  // Lists that double, in length or by what they share.
  stopped(`a = [1]\n${"a = a + a\n".repeat(60)}`, steps);
  stopped(`a = [1]\n${"a += a\n".repeat(60)}`, steps);
  stopped(`a = [1]\n${"a = [*a, *a]\n".repeat(60)}`, steps);
  stopped(`a = [1]\n${"a = [a, a]\n".repeat(60)}if a == 1:\n  pass\n`, steps);
  stopped(
    `a = [1]\n${"a = [a, a]\n".repeat(60)}d = DAG("d")\nBashOperator(task_id="t", dag=d, x=a)\n`,
    steps,
  );
  stopped(`t = "${"a".repeat(1_000_000)}"\nfor i in range(9999):\n  t.lower()\n`, steps);
  stopped(`for i in range(9999):\n  if i == "${"a".repeat(1_000_000)}":\n    pass\n`, steps);
});

test("values that contain themselves, or are larger than params of a person's, are not known", () => {
  const itself = importDag('p = {}\np["p"] = p\nif p:\n  pass\nDAG("d", schedule=None, params=p)\n');
  assert.deepEqual(itself.dags[0].params, {});
  assert.ok(messages(itself).includes("d: param p is not known"));
  const shared = `a = [1]\n${"a = [a, a]\n".repeat(60)}DAG("d", schedule=None, params={"p": a})\n`;
  const { dags, notes } = importDag(shared, python);
  assert.deepEqual(
    [dags[0].params, messages({ notes })],
    [{}, ["d: param p is not known", "d: no task of this DAG was found"]],
  );
});

test("texts grow to 100,000 characters, and no further", () => {
  const growing = {
    "+": `t = "ab"\n${"t = t + t\n".repeat(60)}`,
    "+=": `t = "ab"\n${"t += t\n".repeat(60)}`,
    "f-string": `t = "ab"\n${'t = f"{t}{t}"\n'.repeat(60)}`,
    adjacent: `t = "ab"\n${'t = (f"{t}" f"{t}")\n'.repeat(60)}`,
    format: `t = "ab"\n${'t = "{}{}".format(t, t)\n'.repeat(60)}`,
    join: `t = "ab"\n${'t = "".join([t, t])\n'.repeat(60)}`,
    percent: `t = "ab"\n${'t = "%s%s" % (t, t)\n'.repeat(60)}`,
    "*": `t = "ab"\n${"t *= 2\n".repeat(60)}`,
    replace: `t = "ab"\n${'t = t.replace("a", t)\n'.repeat(60)}`,
  };
  for (const [how, source] of Object.entries(growing)) {
    const task = 'd = DAG("d", schedule=None)\nBashOperator(task_id="t", bash_command=t, dag=d)\n';
    const { dags, notes } = importDag(source + task, python);
    assert.match(dags[0].tasks[0].command, /^echo 'work not imported/, how);
    assert.ok(messages({ notes }).includes("a text of more than 100000 characters is not followed"), how);
  }
  const repeated = importDag(
    `d = DAG("d")\nBashOperator(task_id="t", bash_command="a" * 10**9, dag=d)\n`,
    python,
  );
  assert.match(repeated.dags[0].tasks[0].command, /^echo 'work not imported/);
});

test("nothing that is nested deeply overflows, and it is noted", () => {
  const deep = {
    parentheses: `x = ${"(".repeat(1_000)}1${")".repeat(1_000)}`,
    targets: `${"(".repeat(1_000)}x${")".repeat(1_000)} = 1`,
    sums: `x = ${"1 + ".repeat(600)}1`,
  };
  for (const [what, source] of Object.entries(deep)) {
    const { dags, notes } = importDag(`${source}\n`, python);
    assert.deepEqual(dags, [], what);
    assert.ok(
      messages({ notes }).some((message) => message.startsWith("nested more than 400 deep")),
      what,
    );
  }
  const blocks = Array.from({ length: 500 }, (_, at) => `${" ".repeat(at)}if True:`).join("\n");
  stopped(`${blocks}\n${" ".repeat(500)}pass\n`, "more than 500000 steps");
  // Deeper than the parser goes.
  for (const source of [
    `x = ${"(".repeat(1_000_000)}`,
    `x = ${"1 + ".repeat(1_000_000)}1`,
    "?$ ` ".repeat(1_000_000),
  ])
    assert.throws(() => importDag(source, python), { code: "INVALID_DAG", field: "text" });
  const many = importDag(
    `with ${"x, ".repeat(50_000)}DAG("d", schedule=None):\n  BashOperator(task_id="t")\n`,
    python,
  );
  assert.deepEqual(
    many.dags[0].tasks.map(({ taskId }) => taskId),
    ["t"],
  );
  assert.throws(() => importDag(`${"[".repeat(200_000)}${"]".repeat(200_000)}`), { code: "INVALID_DAG" });
  assert.throws(() => importDag(`kind: ${"[".repeat(200_000)}`), { code: "INVALID_DAG", field: "text" });
});

test("comprehensions are followed with all their loops, and what cannot be followed is noted", () => {
  const { dags, notes } = importDag(`
d = DAG("d", schedule=None)
tasks = [BashOperator(task_id=f"{a}{b}", bash_command="echo", dag=d) for a in "xy" if a for b in [1, 2]]
tasks = [BashOperator(task_id=f"{a}{b}", bash_command="echo", dag=d) for a in ["x", "y"] if a != "y" for b in [1, 2]]
list(BashOperator(task_id=f"z{b}", bash_command="echo", dag=d) for b in [1])
made = {a: BashOperator(task_id=a, dag=d) for a in ["u"]}
for a in ["k", "l"]:
    if a == "k":
        continue
    BashOperator(task_id=a, bash_command="echo", dag=d)
for a in ["m", "n", "o"]:
    if a == "o":
        break
    if a in SKIPPED or a == "m":
        continue
    if a != "m":
        BashOperator(task_id=a, bash_command="echo", dag=d)
`);
  assert.deepEqual(
    dags[0].tasks.map(({ taskId }) => taskId),
    ["x1", "x2", "z1", "u", "l", "n"],
  );
  assert.deepEqual(
    notes.map(({ line, message }) => `${line}: ${message}`),
    [
      '3: the loop over "xy" is not followed: its values are not known',
      "6: d.u: the work of a BashOperator is not imported: the task fails until it has a command",
      '14: whether a in SKIPPED or a == "m" holds is not known: it is read as true',
    ],
  );
});

test("a long file is read up to its first fault", () => {
  const head = 'd = DAG("d", schedule=None)\nBashOperator(task_id="t", bash_command="echo", dag=d)\n';
  const { dags, notes } = importDag(`${head}${"?$ ` ".repeat(500_000)}\n`, python);
  assert.deepEqual(
    dags[0].tasks.map(({ taskId }) => taskId),
    ["t"],
  );
  assert.deepEqual(
    notes.map(({ line, message }) => `${line}: ${message}`),
    [
      `2: Python that cannot be parsed here: expected a statement, got "BashOperator(task_id=\\"t\\", bash_command=\\"echo\\", dag=d)": DAGs and tasks near it may be missing`,
      "2: the text after this line is not read",
    ],
  );
});

test("YAML whose aliases stand for more than anybody writes is refused", () => {
  const levels = Array.from({ length: 30 }, (_, at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`);
  const bomb = `kind: CronJob\na0: &a0 [x]\n${levels.join("\n")}\n`;
  assert.throws(() => importDag(bomb), { code: "INVALID_DAG", field: "text", message: /alias/ });
  assert.throws(() => importDag(`kind: x\n${"---\n".repeat(20_000)}`), {
    code: "INVALID_DAG",
    message: /10000 documents/,
  });
  assert.throws(() => importDag(`kind: ${"x".repeat(1_000_001)}`), {
    code: "INVALID_DAG",
    message: /at most 1000000/,
  });
  assert.throws(() => importDag("a: b\n".repeat(1e6), { format: "kubernetes" }), { code: "INVALID_DAG" });
  assert.throws(() => importDag(`import x\n#${"x".repeat(5_000_001)}`), {
    code: "INVALID_DAG",
    field: "text",
  });
});

test("names that repeat ten thousand times cost no more than others", () => {
  const { dags } = importDag("0 2 * * * /opt/load.sh\n".repeat(10_000), { format: "crontab" });
  assert.deepEqual([dags.length, dags.at(-1).dagId], [10_000, "load_10000"]);
});

test("a text that is no DAG of any form says what was expected and what was got", () => {
  for (const [text, got] of [
    ["hello world", '"hello world"'],
    ["", "an empty text"],
    [" \n", "an empty text"],
    ["# only a comment", '"# only a comment"'],
    ["{}", '"{}"'],
    ["[]", '"[]"'],
    ["[1, 2]", '"[1, 2]"'],
    ["5", '"5"'],
    ["a: 1\nb: 2", '"a: 1\\nb: 2"'],
    ['{"detail": "Not Found", "status": 404}', '"{\\"detail\\":'],
  ]) {
    assert.throws(
      () => importDag(text),
      (error) =>
        error.code === "INVALID_DAG" &&
        error.field === "text" &&
        error.message.startsWith("text: expected an Airflow DAG file in Python; or ") &&
        error.message.includes(`got ${got}`) &&
        error.hint.includes("the option format") &&
        error.details.formats.includes("crontab"),
      text,
    );
  }
  for (const [format, text] of [
    ["airflow-python", "this is no Python at all ("],
    ["airflow-rest", "{}"],
    ["airflow-serialized", '{"dag": {}}'],
    ["crontab", "hello world"],
    ["dagfill", '{"dag_id": "a"}'],
    ["dbt", "{}"],
    ["kubernetes", "a: 1"],
  ]) {
    assert.throws(() => importDag(text, { format }), { code: "INVALID_DAG", field: "text" }, format);
  }
  // Of its form, and without a DAG in it.
  for (const [format, text] of [
    ["airflow-python", "def load():\n  return 1\n"],
    ["crontab", "# nothing yet\n"],
    ["dagfill", "[]"],
    ["dbt", '{"nodes": {}}'],
    ["kubernetes", "kind: Service\n"],
  ]) {
    assert.deepEqual(importDag(text, { format }).dags, [], format);
  }
});

test("what is no text, no option and no value of one is refused by its name", () => {
  for (const text of [null, undefined, 1, {}, ["x"]])
    assert.throws(() => importDag(text), { code: "INVALID_OPTION", field: "text" });
  assert.throws(() => importDag("{}", { formt: "dbt" }), {
    code: "INVALID_OPTION",
    field: "formt",
    hint: "Did you mean format?",
  });
  assert.throws(() => importDag("{}", { format: "kubernets" }), {
    code: "INVALID_OPTION",
    field: "format",
    hint: "Did you mean kubernetes?",
  });
  assert.throws(() => importDag("{}", { format: "toString" }), { code: "INVALID_OPTION", field: "format" });
  assert.throws(() => importDag("{}", { fileName: 1 }), { code: "INVALID_OPTION", field: "fileName" });
  assert.throws(() => importDag("{}", null), { code: "INVALID_OPTION" });
});

test("several DAGs of the REST API, and the list of all", () => {
  const details = (id) => ({
    dag_id: id,
    schedule_interval: { __type: "CronExpression", value: "0 2 * * *" },
  });
  const tasks = (id) => ({ tasks: [{ task_id: id, downstream_task_ids: [] }], total_entries: 1 });
  const { dags } = importDag(JSON.stringify([details("a"), tasks("one"), details("b"), tasks("two")]));
  assert.deepEqual(
    dags.map(({ dagId, tasks }) => [dagId, tasks[0].taskId]),
    [
      ["a", "one"],
      ["b", "two"],
    ],
  );
  const all = importDag(JSON.stringify({ dags: [details("a"), details("b")], total_entries: 2 }));
  assert.deepEqual(
    all.dags.map(({ dagId }) => dagId),
    ["a", "b"],
  );
  assert.ok(messages(all).includes("a: no tasks: add the answer of /dags/a/tasks"));
});
