// Dependencies of Airflow DAG files: those that a static reading can know are imported, the others noted with their line.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

/** Reads statements in a DAG; they begin at line 5. */
function read(body, decorated = false) {
  const indented = body
    .trim()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const open = decorated
    ? '@dag(schedule_interval="@daily", catchup=False, catchup=False)\ndef d():'
    : 'with DAG("d", schedule_interval="@daily", catchup=False):';
  const source = `from airflow import DAG\n${decorated ? "" : "\n\n"}${open}\n${indented}\n${decorated ? "d()\n" : ""}`;
  const { dags, notes } = importDag(source, { format: "airflow-python" });
  const edges = dags[0].tasks.flatMap(({ taskId, dependsOn = [] }) =>
    dependsOn.map((from) => `${from}>${taskId}`),
  );
  const lines = notes
    .filter(({ message }) => !message.includes("is not imported"))
    .map(({ line, message }) => `${line}: ${message}`);
  return { edges: edges.sort().join(" "), notes: lines, ids: dags[0].tasks.map(({ taskId }) => taskId) };
}
const op = (...names) => names.map((name) => `${name} = EmptyOperator(task_id="${name}")`).join("\n");
const edges = (body, expected) => {
  const found = read(body);
  assert.equal(found.edges, expected, body);
  assert.deepEqual(found.notes, [], body);
};

test("lists that are filled step by step", () => {
  const filled = `l = []\nfor i in range(3):\n    l.append(EmptyOperator(task_id=f"t{i}"))\nz = EmptyOperator(task_id="z")\n`;
  edges(`${filled}l[0] >> l[1]\nl >> z`, "t0>t1 t0>z t1>z t2>z");
  edges(`${filled}chain(*l)`, "t0>t1 t1>t2");
  edges(`${filled}for a, b in zip(l, l[1:]):\n    a >> b`, "t0>t1 t1>t2");
  edges(`${filled}for i in range(len(l) - 1):\n    l[i] >> l[i + 1]`, "t0>t1 t1>t2");
  edges(`${filled}l[-1] >> l[:1]`, "t2>t0");
  edges(`${filled}l.insert(0, z)\nl.pop(1)\nl.reverse()\nchain(*l)`, "t1>z t2>t1");
  edges(`${filled}m = list(l)\nl += [z]\nm >> l[-1]`, "t0>z t1>z t2>z");
  edges(`${filled}l.extend([z])\nl[0] >> l[3]`, "t0>z");
  edges(
    `${op("done")}\ntasks = []\nfor name in ["a", "b", "c"]:
    t = BashOperator(task_id=name, bash_command="x")
    if tasks:
        tasks[-1] >> t
    tasks.append(t)
tasks >> done`,
    "a>b a>done b>c b>done c>done",
  );
  edges(
    `prev = None\nfor n in "abc".upper(), "d":\n    t = EmptyOperator(task_id=n)\n    if prev is not None:\n        prev >> t\n    prev = t`,
    "ABC>d",
  );
});

test("dicts of tasks", () => {
  const filled = `d = {n: EmptyOperator(task_id=n) for n in ["a", "b"]}\nz = EmptyOperator(task_id="z")\n`;
  edges(`${filled}d["a"] >> d.get("b")\nlist(d.values()) >> z`, "a>b a>z b>z");
  edges(
    `${filled}by = {}\nby.setdefault("x", []).append(d["a"])\nby["x"] += [d["b"]]\nby["x"] >> z`,
    "a>z b>z",
  );
});

test("a star in an assignment takes the rest", () => {
  const rest = `[EmptyOperator(task_id=f"r{i}") for i in range(3)]`;
  edges(`a, *rest = ${rest}\na >> rest`, "r0>r1 r0>r2");
  edges(`*rest, z = ${rest}\nrest >> z`, "r0>r2 r1>r2");
  edges(`[a, *rest, z] = ${rest}\na >> rest >> z`, "r0>r1 r1>r2");
});

test("outputs of tasks as arguments, also a part of one or inside of a container", () => {
  const tasks = `@task\ndef make(x=1):\n    pass\n@task\ndef load(x, **more):\n    pass\n`;
  for (const call of [
    'load(s["total"])',
    'load(x=[s["a"], s["b"]])',
    'load({"k": s})',
    'load({"k": [s["a"]["b"]]})',
  ]) {
    const { edges: found, notes } = read(`${tasks}s = make({})\n${call}`, true);
    assert.equal(found, "make>load", call);
    assert.deepEqual(notes, [], call);
  }
  const { notes } = read(`${tasks}s = make({})\nload(str(s) + "x")`, true);
  assert.deepEqual(notes, ['11: str(s) + "x" is not known: the dependency of load on it is missing']);
});

test("an operand that is no task of the file is noted with its line", () => {
  const noted = (body, ...expected) => {
    const found = read(`${op("a", "b")}\n${body}`);
    assert.deepEqual(found.notes, expected, body);
    return found.edges;
  };
  const missing = (name) => `7: ${name} is no task of this file: its dependencies are missing`;
  noted("a >> nowhere >> b", missing("nowhere"));
  assert.equal(
    noted("cross_downstream([a], [undefined_thing, get(), b])", missing("undefined_thing"), missing("get()")),
    "a>b",
  );
  noted("chain(a, make_b())", missing("make_b()"));
  noted("chain_linear(a, make_b())", missing("make_b()"));
  noted('a.set_downstream(find("b"))', missing('find("b")'));
  noted('x = find("b").set_upstream(a)', '7: the call of find("b").set_upstream is not followed');
  noted('a >> getattr(x, "b")', missing('getattr(x, "b")'));
  noted("(a if COND else b) >> b", missing("a if COND else b"));
  noted("a >> None", missing("an operand"));
  noted("x = link(a, b)", "7: the call of link is not followed");
  noted("l = [a]\nl.extend(more())\nl >> b", missing("more()").replace("7", "9"));
  noted("l = [a]\nx = l.sort(key=f)", "8: sort of a list of tasks is not followed");
  noted("print(a)");
});

test("chain_linear, cross_downstream by name, labels, and groups", () => {
  edges(`${op("a", "b", "c", "d")}\nchain_linear([a, b], [c, d])`, "a>c a>d b>c b>d");
  edges(`${op("a", "b")}\ncross_downstream(from_tasks=[a], to_tasks=[b])`, "a>b");
  edges(`${op("a", "b")}\na >> Label("yes") >> b`, "a>b");
  edges(`${op("a", "b")}\nb << Label("yes") << a`, "a>b");
  edges(`${op("a", "b")}\nchain(a, Label("yes"), b)`, "a>b");
  edges(
    `${op("a")}\nwith TaskGroup("g") as g:\n    b = EmptyOperator(task_id="b")\ng.set_upstream(a)`,
    "a>g.b",
  );
});

test("functions under setup and teardown are tasks", () => {
  const {
    ids,
    edges: found,
    notes,
  } = read(
    `@setup\ndef up():\n    pass\n@teardown\ndef down():\n    pass\n@task\ndef work():\n    pass\nup() >> work() >> down()`,
    true,
  );
  assert.deepEqual(ids, ["up", "work", "down"]);
  assert.equal(found, "up>work work>down");
  assert.deepEqual(notes, ["7: task down is a teardown: it is an ordinary task here"]);
  const { notes: more, edges: of } = read(`${op("a", "b")}\na >> b.as_teardown(setups=a)`);
  assert.deepEqual([of, more], ["a>b", ["7: task b is a teardown: it is an ordinary task here"]]);
});

test("counters from a start, names bound in an expression, and arguments of partial", () => {
  const tasks = `tasks = [EmptyOperator(task_id=f"t{i}") for i in range(3)]\n`;
  edges(`${tasks}for i, t in enumerate(tasks[1:], 1):\n    tasks[i - 1] >> t`, "t0>t1 t1>t2");
  edges(`${op("a")}\nif (y := EmptyOperator(task_id="y")):\n    y >> a`, "y>a");
  const body = "@task\ndef g():\n    pass\n@task\ndef p(x, y):\n    pass\np.partial(y=g()).expand(x=[1])";
  assert.equal(read(body, true).edges, "g>p");
});

test("calls and choices in the body of a DAG that are not followed are noted", () => {
  const unfollowed = (text) =>
    `7: ${text} is not followed: if it makes tasks or dependencies, they are missing`;
  for (const text of ["make_tasks()", "(a >> b) if X else None"])
    assert.deepEqual(read(`${op("a", "b")}\n${text}`).notes, [unfollowed(text)]);
  assert.deepEqual(read(`${op("a", "b")}\nfunctools.reduce(link, [a, b])`).notes, [
    "7: the call of functools.reduce is not followed",
  ]);
  for (const text of ['print("x")', "logger.info(a)", "os.chdir(b)"]) {
    const { notes } = read(`${op("a")}\n${text}`);
    assert.deepEqual(notes, []);
  }
});
