// Texts, numbers, settings and classes of a DAG file: worth what Python makes of them, and noted where only a running Python could tell.
import assert from "node:assert/strict";
import { test } from "node:test";
import { importDag } from "../../../dist/import.js";

const read = (source, options) => {
  const { dags, notes } = importDag(`from airflow import DAG\n${source}`, {
    format: "airflow-python",
    ...options,
  });
  return { dag: dags[0], dags, notes: notes.map(({ line, message }) => `${line}: ${message}`) };
};
/** The command that a DAG file gives a task by this expression; `undefined` where it is not known. */
const commandOf = (before, expression) => {
  const { dag } = read(
    `${before}\nvalue = ${expression}\nwith DAG("d", schedule=None):\n    BashOperator(task_id="t", bash_command=f"{value}")\n`,
  );
  const { command } = dag.tasks[0];
  return command.startsWith("echo 'work not imported") ? undefined : command;
};

const names = `day, share, name, n, none, yes, items, pair, conf = 7, 0.126, "orders", 1234567, None, True, ["a", 1], ("x", 2.5), {"k": "v", "n": 1}`;

// What Python 3 prints for each.
const printed = [
  ['f"{day:02d}"', "07"],
  ['f"{name!r}"', "'orders'"],
  ['f"{name:>8}|{name:<8}|{name:^9}|{name:*^10}"', "  orders|orders  | orders  |**orders**"],
  [
    'f"{n:,}|{n:_}|{n:x}|{n:#X}|{n:b}|{n:e}"',
    "1,234,567|1_234_567|12d687|0X12D687|100101101011010000111|1.234567e+06",
  ],
  ['f"{share:.1%}|{share:.2f}|{share:8.3f}|{share:+.2e}|{share:g}"', "12.6%|0.13|   0.126|+1.26e-01|0.126"],
  ['f"{0.5:.0f}{1.5:.0f}{2.5:.0f} {0.125:.2f} {2.675:.2f}"', "022 0.12 2.67"],
  ['f"{day}{share}{1.0}{1e16}{1e-5}{none}{yes}"', "70.1261.01e+161e-05NoneTrue"],
  ['f"{yes:d}{yes:>6}"', "1     1"],
  ['f"{day=}|{name = }|{share=:.1f}"', "day=7|name = 'orders'|share=0.1"],
  [`f"{name:{'>'}{10}}"`, "    orders"],
  ['f"{items} {pair} {conf}"', "['a', 1] ('x', 2.5) {'k': 'v', 'n': 1}"],
  ['f"{-day:05d}|{-day:>5}|{day: d}|{-3.5:08.2f}"', "-0007|   -7| 7|-0003.50"],
  ['f"{{{{ ds }}}} {name!s:.3}"', "{{ ds }} ord"],
  ['f"{1234.5:,.2f} {12345678:g} {0.00001234:g}"', "1,234.50 1.23457e+07 1.234e-05"],
  ['"%s/%02d" % (name, day)', "orders/07"],
  ['"%(k)s-%(n)03d %%" % conf', "v-001 %"],
  [
    '"%r %5.1f %x %-6s| %+d %e" % (name, share, 255, name, day, 12.5)',
    "'orders'   0.1 ff orders| +7 1.250000e+01",
  ],
  ['"%s" % name', "orders"],
  ['"%s %s" % pair', "x 2.5"],
  ['"%s" % items', "['a', 1]"],
  ['"%d" % 3.9', "3"],
  ['"{} {}".format(name, day)', "orders 7"],
  ['"{1:>4}{0!r}{2[k]}".format(name, day, conf)', "   7'orders'v"],
  ['"{a:{w}d}".format(a=day, w=5)', "    7"],
  ['"{:.2f}".format(share)', "0.13"],
  ['"{{}} {x}".format(x=none)', "{} None"],
  ['", ".join(sorted(["b", "a", "c"], reverse=True))', "c, b, a"],
  ['" a b  c ".split()', "['a', 'b', 'c']"],
  ['"a,b,c".split(",", 1)', "['a', 'b,c']"],
  ['"a,b,c".rsplit(",", 1)', "['a,b', 'c']"],
  ['"--a-".strip("-") + "x".zfill(3) + "-7".zfill(4)', "a00x-007"],
  [
    '"hello wOrld".title() + "hELLO".capitalize() + "ab".ljust(4, ".") + "ab".rjust(4)',
    "Hello WorldHelloab..  ab",
  ],
  ['"prefix_x".removeprefix("prefix_")', "x"],
  ['"a-b".replace("-", "_").upper().startswith("A_")', "True"],
  ['"ab" * 3', "ababab"],
  ['"b" in "abc"', "True"],
  ["7 // 2, -7 // 2, -7 % 3, 7 / 2, 2 ** 3, 2 ** -1", "(3, -4, 2, 3.5, 8, 0.5)"],
  [
    '1 == 1.0, [1, 2] == [1, 2], {"a": 1} == {"a": 1.0}, "a" < "b", (1, "b") < (1, "c")',
    "(True, True, True, True, True)",
  ],
  ['int("12") + int(3.9), float("1.5"), str(2.0), bool([])', "(15, 1.5, '2.0', False)"],
  ['any([0, ""]), all([1, "x"])', "(False, True)"],
  ['list(zip("ab".split("b"), [1, 2])), list(enumerate(["x"], 1))', "([('a', 1), ('', 2)], [(1, 'x')])"],
  ["isinstance(items, list), isinstance(pair, (str, list)), isinstance(day, int)", "(True, False, True)"],
  ["[x for x in range(3)] + list((1, 2)), (1,) + (2,), tuple([1])", "([0, 1, 2, 1, 2], (1, 2), (1,))"],
];

test("formats, operators and methods are worth what Python prints", () => {
  for (const [expression, expected] of printed)
    assert.equal(commandOf(names, expression), expected, expression);
});

test("what Python refuses, or prints by its own rules, is not known", () => {
  for (const expression of [
    'f"{name:d}"',
    'f"{day:s}"',
    'f"{share:n}"',
    'f"{items:>8}"',
    'f"{n:010,}"',
    'f"{unknown}"',
    'f"{set(items)}"',
    'f"{datetime(2024, 1, 1)}"',
    '"%s" % (1, 2)',
    '"%s %s" % name',
    '"100%" % day',
    '"%(x)s" % conf',
    '"{}".format()',
    '"{x}".format(day)',
    '"{".format(day)',
    "name.encode()",
    '", ".join(items)',
    '"a b c".split(None, 1)',
    "sorted(items)",
    'sorted(["b"], key=len)',
    'int("x")',
    "1 / 0",
    "2 ** 100",
    '"a" * 10**9',
    "s3.list([1])",
    'json.parse("2024-01-01")',
    'conf.get(unknown, "x")',
  ])
    assert.equal(commandOf(names, expression), undefined, expression);
});

test("the default of a setting is taken, and a note says so", () => {
  const { dag, notes } = read(`import os
from os import getenv as env
REGION = os.environ.get("REGION", "eu")
LIMIT = int(os.getenv("LIMIT", "2"))
BUCKET = Variable.get("bucket", default_var="lake")
HOME = env("HOME")
with DAG("d", schedule=None):
    for i in range(LIMIT):
        BashOperator(task_id=f"load_{i}", bash_command=f"load {REGION} {BUCKET}")
    BashOperator(task_id="home", bash_command=f"ls {HOME}")
    BashOperator(task_id="token", bash_command="x " + os.environ["TOKEN"])
`);
  assert.deepEqual(
    dag.tasks.map(({ taskId, command }) => [taskId, command.slice(0, 12)]),
    [
      ["load_0", "load eu lake"],
      ["load_1", "load eu lake"],
      ["home", "echo 'work n"],
      ["token", "echo 'work n"],
    ],
  );
  assert.deepEqual(notes, [
    '4: the environment variable REGION is not read: its default is taken in os.environ.get("REGION", "eu")',
    '5: the environment variable LIMIT is not read: its default is taken in os.getenv("LIMIT", "2")',
    '6: the Airflow Variable bucket is not read: its default is taken in Variable.get("bucket", default_var="lake")',
    '11: d.home: bash_command is not known: f"ls {HOME}"',
    "11: d.home: the work of a BashOperator is not imported: the task fails until it has a command",
    '12: d.token: bash_command is not known: "x " + os.environ["TOKEN"]',
    "12: d.token: the work of a BashOperator is not imported: the task fails until it has a command",
  ]);
});

test("classes hold settings, make commands and make tasks", () => {
  const { dag, notes } = read(`from dataclasses import dataclass
from collections import namedtuple
from enum import Enum
class Base:
    BUCKET = "lake"
    TABLES = ["orders", "items"]
class Config(Base):
    PATH = "s3://x"
    @staticmethod
    def key(table):
        return f"{table}.csv"
    @classmethod
    def all(cls):
        return cls.TABLES
class Zone(Enum):
    EU = "eu-1"
    US = "us-1"
@dataclass
class Job:
    name: str
    size: int = 3
    @property
    def label(self):
        return f"{self.name}x{self.size}"
Point = namedtuple("Point", "x y")
class Builder:
    def __init__(self, prefix, **rest):
        self.prefix = prefix
        self.rest = rest
    def task(self, table, *others):
        return BashOperator(task_id=f"{self.prefix}_{table}", bash_command=f"load {Config.key(table)} {self.rest['to']} {others}")
class Copy(BaseOperator):
    template_fields = ("x",)
with DAG("d", schedule=None):
    builder = Builder("load", to=Config.BUCKET)
    for table in Config.all():
        builder.task(table, 1)
    BashOperator(task_id="zones", bash_command=" ".join(zone.value for zone in Zone) + Zone.EU.name)
    BashOperator(task_id="job", bash_command=Job("a", size=2).label + Job(name="b").label)
    BashOperator(task_id="point", bash_command=f"{Point(1, y=2).y}")
    Copy(task_id="copy", x=1)
`);
  assert.deepEqual(
    dag.tasks.map(({ taskId, command }) => [taskId, command.slice(0, 24)]),
    [
      ["load_orders", "load orders.csv lake"],
      ["load_items", "load items.csv lake"],
      ["zones", "eu-1 us-1EU"],
      ["job", "ax2bx3"],
      ["point", "2"],
      ["copy", "echo 'work not imported:"],
    ].map(([taskId, command]) => [
      taskId,
      taskId.startsWith("load") ? `${command} (1,)`.slice(0, 24) : command,
    ]),
  );
  assert.deepEqual(notes, [
    "42: d.copy: the work of a Copy is not imported: the task fails until it has a command",
  ]);
});

test("a command of @task.bash that is one return is taken over", () => {
  const { dag, notes } = read(`from airflow.decorators import dag as flow, task as step
@flow("d", schedule=None)
def pipeline():
    @step
    def extract():
        return {"rows": 1}
    @step.bash(retries=2)
    def load(rows, where="eu"):
        """Loads."""
        return f"load {rows} {where}"
    @step.bash
    def other():
        path = find()
        return path
    load(extract()["rows"]) >> other()
pipeline()
if __name__ == "__main__":
    pipeline().test()
`);
  const [, load, other] = dag.tasks;
  assert.deepEqual(
    [load.command, load.retries, load.dependsOn],
    ["load {{ ti.xcom_pull(task_ids='extract', key='rows') }} eu", 2, ["extract"]],
  );
  assert.match(other.command, /^echo 'work not imported/);
  assert.deepEqual(
    notes.map((note) => note.replace(/ is not imported.*/, "")),
    ["16: d.extract: the work of a @task", "16: d.other: the work of a @task.bash"],
  );
});

test("a DAG under __main__ is none, and dag.test() makes nothing", () => {
  const { dags, notes } = read(`with DAG("d", schedule=None) as d:
    EmptyOperator(task_id="a")
    EmptyOperator(task_id="b")
d.set_dependency("a", "b")
d.get_task("a") >> d.get_task("b")
d.sync_to_db()
d.test()
if __name__ == "__main__":
    DAG("other", schedule=None)
    d.cli()
`);
  assert.deepEqual([dags.length, dags[0].tasks[1].dependsOn], [1, ["a"]]);
  assert.deepEqual(notes, ["7: the call of sync_to_db of the DAG d is not followed"]);
});

test("functions: rest arguments, names of the outer function, defaults, decorators", () => {
  const { dag, notes } = read(`import functools
from airflow.operators.bash import BashOperator as Bash
def make(task_id, *parts, sign="-", **more):
    return Bash(task_id=task_id, bash_command=sign.join(parts), **more)
@retrying
def wrapped(task_id):
    return Bash(task_id=task_id, bash_command="w")
quick = functools.partial(Bash, retries=3)
with DAG("d", schedule=None) as d:
    make("a", "x", "y", retries=1, sign="+")
    def outer(prefix):
        def inner(name=None):
            return quick(task_id=f"{prefix}_{name}", bash_command="q")
        return inner("n")
    outer("p")
    wrapped("w")
    later = make_elsewhere("x")
    try:
        first = make("t", "try")
    except ImportError:
        make("e", "except")
    else:
        make("l", "else")
    if REGION not in d.tasks:
        raise ValueError("x")
    first.trigger_rule = "all_done"
    first.doc_md = "x"
create_dags(globals())
`);
  assert.deepEqual(
    dag.tasks.map(({ taskId, command, retries }) => [taskId, command, retries]),
    [
      ["a", "x+y", 1],
      ["p_n", "q", 3],
      ["w", "w", undefined],
      ["t", "try", undefined],
      ["l", "else", undefined],
    ],
  );
  assert.deepEqual(notes, [
    "17: the decorator retrying of wrapped is not followed",
    '18: make_elsewhere("x") is not followed: if it makes tasks or dependencies, they are missing',
    "27: trigger_rule of t is set after its call: not imported",
    "29: the call of create_dags is not followed: a DAG that it makes is missing",
  ]);
});

test("params of a task that are not known are noted", () => {
  const { notes } = read(`with DAG("d", schedule=None):
    BashOperator(task_id="a", bash_command="x", params=PARAMS)
    BashOperator(task_id="b", bash_command="x", params=[1])
`);
  assert.deepEqual(notes, [
    "3: d.a: params is not known: PARAMS",
    "4: d.b: params is not a dict: not imported",
  ]);
});
