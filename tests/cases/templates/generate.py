"""Renders generated expressions with Jinja2 and pendulum, as Airflow 2.10 sets them up, and keeps what they give.

In an environment of its own:
    python3 -m venv /tmp/jinja && /tmp/jinja/bin/pip install jinja2==3.1.6 pendulum==3.3.0 python-dateutil==2.9.0.post0
    /tmp/jinja/bin/python tests/cases/templates/generate.py > tests/cases/templates/generated.json
The same seed gives the same expressions. Values that are no text print as compact JSON and dates of pendulum with a T, as
dagfill prints them; an expression that raises has `null`.
"""

import datetime as dt
import json
import random

import dateutil.relativedelta
import jinja2
import jinja2.sandbox
import pendulum

SEED = 20240301
CONF = {
    "region": "eu-west-1", "limit": 10, "ratio": 0.25, "neg": -7, "on": True, "off": False, "nothing": None, "empty": "",
    "tables": ["orders", "users", "events"], "tags": {"b": 2, "a": 1}, "name": "Sales Report", "csv": "a, b,c ,d",
    "rows": [{"id": 3, "city": "Oslo"}, {"id": 1, "city": "bergen"}, {"id": 2, "city": "Oslo"}], "day": "2024-01-15",
}
PARAMS = {"days": 3, "env": "prod", "ids": [5, 3, 9, 3], "prefix": "s3://lake", "threshold": 1.5}
WHEN = [
    ("2024-03-01T00:00:00Z", "UTC"), ("2024-03-31T01:00:00Z", "Europe/Berlin"), ("2024-10-27T00:30:00Z", "Europe/Berlin"),
    ("2024-10-27T01:30:00Z", "Europe/Berlin"), ("2024-03-10T07:30:00Z", "America/New_York"), ("2024-02-29T12:34:56.789Z", "UTC"),
    ("2023-12-31T18:30:00Z", "Asia/Kolkata"), ("2024-11-03T06:15:00Z", "America/New_York"),
]


class Macros:
    datetime = dt.datetime
    timedelta = dt.timedelta
    dateutil = dateutil
    json = json

    @staticmethod
    def ds_add(ds, days):
        return (dt.datetime.strptime(str(ds), "%Y-%m-%d") + dt.timedelta(days)).strftime("%Y-%m-%d")

    @staticmethod
    def ds_format(ds, source, target):
        return dt.datetime.strptime(str(ds), source).strftime(target)


def shown(value):
    """As dagfill prints it."""
    if isinstance(value, jinja2.Undefined):
        str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, pendulum.DateTime):
        return value.isoformat()
    if value is None or isinstance(value, (bool, list, tuple, dict)):
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, default=lambda part: shown(part))
    return str(value)


def environment():
    env = jinja2.sandbox.SandboxedEnvironment(undefined=jinja2.StrictUndefined, finalize=shown, keep_trailing_newline=True)
    env.filters["ds"] = lambda date: date.strftime("%Y-%m-%d")
    env.filters["ds_nodash"] = lambda date: date.strftime("%Y%m%d")
    env.filters["ts"] = lambda date: date.isoformat()
    env.filters["ts_nodash"] = lambda date: date.strftime("%Y%m%dT%H%M%S")
    return env


def context(when, zone):
    date = pendulum.parse(when).in_timezone(zone)
    return {
        "logical_date": date, "ds": date.strftime("%Y-%m-%d"), "ds_nodash": date.strftime("%Y%m%d"), "ts": date.isoformat(),
        "dag_run": {"conf": CONF}, "params": {**PARAMS, **CONF}, "macros": Macros,
    }


class Generator:
    def __init__(self):
        self.random = random.Random(SEED)

    def one(self, *choices):
        choice = self.random.choice(choices)
        return choice() if callable(choice) else choice

    def text(self):
        return self.one("ds", "ts", "ds_nodash", "dag_run.conf.region", "params.env", "dag_run.conf.name", "dag_run.conf.csv",
                        "'a/b/c'", "'Mixed Case-text'", "dag_run.conf.empty", "params.prefix")

    def number(self):
        return self.one("dag_run.conf.limit", "params.days", "dag_run.conf.neg", "dag_run.conf.ratio", "params.threshold", "7", "2",
                        "0.5", "1e3", "-3", "logical_date.day", lambda: str(self.random.randint(-50, 50)))

    def whole(self):
        return self.one("dag_run.conf.limit", "params.days", "7", "2", "3", lambda: str(self.random.randint(1, 40)))

    def listed(self):
        return self.one("dag_run.conf.tables", "params.ids", "[3, 1, 2]", "dag_run.conf.csv.split(',')", "range(1, 5) | list", "['b', 'A', 'c']")

    def truth(self):
        return self.one(
            lambda: f"{self.number()} {self.one('<', '<=', '>', '>=', '==', '!=')} {self.number()}",
            lambda: f"{self.text()} {self.one('==', '!=', '<')} {self.text()}",
            lambda: f"'e' {self.one('in', 'not in')} {self.text()}",
            lambda: f"3 {self.one('in', 'not in')} {self.listed()}",
            lambda: f"{self.one('params.env', 'dag_run.conf.limit', 'dag_run.conf.nothing', 'dag_run.conf.absent', 'ds')} is "
                    f"{self.one('defined', 'not defined')}",
            lambda: f"{self.one('params.env', 'dag_run.conf.limit', 'dag_run.conf.nothing', 'params.ids', 'dag_run.conf.tags')} is "
                    f"{self.one('none', 'string', 'number', 'mapping', 'sequence', 'iterable', 'boolean', 'not none')}",
            lambda: f"{self.whole()} is {self.one('odd', 'even', 'divisibleby 3')}",
            lambda: f"not {self.one('dag_run.conf.on', 'dag_run.conf.empty', 'dag_run.conf.off', 'params.ids')}",
            lambda: f"({self.truth()}) {self.one('and', 'or')} ({self.truth()})",
        )

    def arithmetic(self):
        return self.one(
            lambda: f"{self.number()} {self.one('+', '-', '*')} {self.number()}",
            lambda: f"({self.number()} {self.one('+', '-', '*')} {self.number()}) {self.one('/', '//', '%')} {self.number()}",
            lambda: f"{self.whole()} ** 2 {self.one('+', '-')} {self.number()}",
            lambda: f"-{self.whole()} {self.one('//', '%')} {self.whole()}",
            lambda: f"({self.number()} / {self.whole()}) | round({self.one('1', '2', '3')})",
            lambda: f"{self.number()} | {self.one('int', 'float', 'abs', 'string')}",
        )

    def text_method(self):
        return self.one(
            lambda: f"{self.text()}.{self.one('upper', 'lower', 'title', 'capitalize', 'swapcase', 'strip', 'isdigit', 'isupper', 'islower', 'istitle', 'isalnum')}()",
            lambda: f"{self.text()}.replace('{self.one('-', '/', 'e', 'a')}', '{self.one('', '_', 'xy')}')",
            lambda: f"{self.text()}.split('{self.one('-', '/', ',')}')",
            lambda: f"{self.text()}.{self.one('find', 'rfind', 'count')}('{self.one('-', 'a', '2')}')",
            lambda: f"{self.text()}.{self.one('startswith', 'endswith')}('{self.one('2', 'e', 's3')}')",
            lambda: f"{self.text()}.{self.one('ljust', 'rjust', 'center')}({self.random.randint(1, 30)}, '{self.one('.', '*')}')",
            lambda: f"{self.text()}.zfill({self.random.randint(1, 15)})",
            lambda: f"{self.text()}.{self.one('partition', 'rpartition')}('{self.one('-', '/')}')[{self.random.randint(0, 2)}]",
            lambda: f"{self.text()}[{self.one('', '1', '-4', '2')}:{self.one('', '5', '-1', '7')}]",
            lambda: f"{self.text()}[::{self.one('-1', '2', '-2')}]",
            lambda: f"{self.text()} | {self.one('upper', 'lower', 'title', 'capitalize', 'trim', 'length', 'reverse', 'wordcount', 'urlencode', 'first', 'last', 'string')}",
            lambda: f"{self.text()} | truncate({self.random.randint(5, 20)}, {self.one('true', 'false')}, '..', 0)",
            lambda: f"{self.text()} ~ '/' ~ {self.whole()}",
        )

    def list_filter(self):
        return self.one(
            lambda: f"{self.listed()} | {self.one('first', 'last', 'length', 'sort', 'list', 'unique | list', 'reverse | list', 'max', 'min')}",
            lambda: f"{self.listed()} | join('{self.one(',', '-', '')}')",
            lambda: f"{self.listed()} | map('{self.one('string', 'upper')}') | {self.one('list', 'join')}",
            lambda: f"params.ids | {self.one('select', 'reject')}('{self.one('odd', 'even')}') | list",
            lambda: f"dag_run.conf.rows | {self.one('selectattr', 'rejectattr')}('city', 'equalto', 'Oslo') | map(attribute='id') | {self.one('list', 'sum', 'sort')}",
            lambda: f"dag_run.conf.rows | sort(attribute='{self.one('id', 'city')}') | map(attribute='id') | join(',')",
            lambda: f"dag_run.conf.rows | groupby('city') | map('first') | join(',')",
            lambda: f"{self.listed()}[{self.one('0', '-1', '1')}]",
            lambda: f"{self.listed()}[{self.one('', '1')}:{self.one('', '2', '-1')}]",
            lambda: f"dag_run.conf.tags.{self.one('keys', 'values', 'items')}() | {self.one('list', 'sort', 'length')}",
            lambda: f"{self.listed()} | batch({self.random.randint(1, 3)}) | list",
            lambda: f"(dag_run.conf.tags | dictsort)[{self.one('0', '1')}][0]",
        )

    def formatted(self):
        return self.one(
            lambda: f"'%{self.one('', '5', '05', '-6', '+')}{self.one('d', 's')}|' % {self.whole()}",
            lambda: f"'%.{self.random.randint(0, 4)}{self.one('f', 'e', 'g')}' % {self.number()}",
            lambda: f"'{{:{self.one('>', '<', '^', '*^')}{self.random.randint(1, 15)}}}'.format({self.text()})",
            lambda: f"'{{:{self.one('', '+', '0', ',')}{self.random.randint(1, 9)}d}}'.format({self.whole()})",
            lambda: f"'{{:.{self.random.randint(0, 4)}{self.one('f', 'e', 'g', '%')}}}'.format({self.number()})",
            lambda: f"'{{0}}-{{1}}-{{0}}'.format({self.text()}, {self.whole()})",
            lambda: f"'{{a[region]}}:{{b:>4}}'.format(a=dag_run.conf, b={self.whole()})",
            lambda: f"'{{:{self.one('x', '#x', 'b', 'o', 'X')}}}'.format({self.whole()})",
        )

    def duration(self):
        part = lambda: f"{self.one('days', 'hours', 'minutes', 'weeks', 'seconds')}={self.random.randint(-40, 40)}"
        return f"macros.timedelta({part()})"

    def relative(self):
        return self.one(
            lambda: f"macros.dateutil.relativedelta.relativedelta({self.one('months', 'days', 'years', 'weeks', 'hours')}={self.random.randint(-15, 15)})",
            lambda: f"macros.dateutil.relativedelta.relativedelta({self.one('day', 'month')}={self.random.randint(1, 12)})",
            lambda: f"macros.dateutil.relativedelta.relativedelta(months={self.random.randint(-5, 5)}, day=31)",
            lambda: f"macros.dateutil.relativedelta.relativedelta(weekday=macros.dateutil.relativedelta.{self.one('MO', 'FR', 'SU')}({self.one('-1', '1', '2')}))",
        )

    def date(self):
        unit = lambda: self.one("hour", "day", "week", "month", "year", "minute", "decade")
        step = lambda: f"{self.one('days', 'months', 'weeks', 'hours', 'minutes', 'years')}={self.random.randint(-30, 30)}"
        return self.one(
            "logical_date",
            lambda: f"(logical_date {self.one('+', '-')} {self.duration()})",
            lambda: f"(logical_date {self.one('+', '-')} {self.relative()})",
            lambda: f"logical_date.{self.one('add', 'subtract')}({step()})",
            lambda: f"logical_date.{self.one('start_of', 'end_of')}('{unit()}')",
            lambda: f"logical_date.replace({self.one('hour', 'minute', 'second')}={self.random.randint(0, 23)})",
            lambda: f"logical_date.set({self.one('day', 'hour')}={self.random.randint(1, 23)})",
            lambda: f"logical_date.at({self.random.randint(0, 23)}, {self.random.randint(0, 59)})",
            lambda: f"logical_date.in_timezone('{self.one('Asia/Tokyo', 'Europe/Berlin', 'America/New_York', 'UTC')}')",
            lambda: f"logical_date.{self.one('next', 'previous')}({self.random.randint(0, 6)})",
            lambda: f"logical_date.{self.one('first_of', 'last_of')}('{self.one('month', 'quarter', 'year')}')",
            lambda: f"logical_date.{self.one('first_of', 'last_of')}('month', {self.random.randint(0, 6)})",
        )

    def dated(self):
        date = self.date
        return self.one(
            date,
            lambda: f"{date()}.strftime('{self.one('%Y-%m-%d', '%Y/%m/%d %H:%M:%S', '%j', '%a %b %d', '%H%M', '%U-%W-%V', '%y%m', '%I %p', '%z')}')",
            lambda: f"{date()}.format('{self.one('YYYY-MM-DD', 'DD/MM/YY HH:mm', 'dddd, MMMM Do', 'hh:mm A', 'DDDD', 'Q', 'E', 'X', 'ZZ')}')",
            lambda: f"{date()}.{self.one('year', 'month', 'day', 'hour', 'day_of_week', 'day_of_year', 'week_of_year', 'quarter', 'days_in_month', 'int_timestamp', 'offset')}",
            lambda: f"{date()}.{self.one('isoformat', 'weekday', 'isoweekday', 'to_date_string', 'to_datetime_string', 'to_iso8601_string', 'timestamp', 'is_leap_year')}()",
            lambda: f"{date()} | {self.one('ds', 'ds_nodash', 'ts', 'ts_nodash')}",
            lambda: f"{date()}.date()",
            lambda: f"({date()} - {date()}).{self.one('days', 'in_days()', 'in_hours()', 'total_seconds()', 'in_words()')}",
            lambda: f"{date()} {self.one('<', '>=', '==')} {date()}",
            lambda: f"{date()}.diff({date()}).{self.one('in_days()', 'in_hours()', 'in_months()', 'in_weeks()')}",
            lambda: f"{self.duration()} {self.one('+', '-')} {self.duration()}",
            lambda: f"{self.duration()} {self.one('*', '//')} {self.random.randint(1, 5)}",
            lambda: f"macros.datetime.strptime(ds, '%Y-%m-%d') {self.one('+', '-')} {self.duration()}",
            lambda: f"(macros.datetime({self.random.randint(2020, 2025)}, {self.random.randint(1, 12)}, {self.random.randint(1, 28)}) {self.one('+', '-')} {self.relative()}).strftime('%F %T')",
            lambda: f"macros.ds_add(ds, {self.random.randint(-400, 400)})",
            lambda: f"macros.ds_format(ds, '%Y-%m-%d', '{self.one('%d.%m.%Y', '%B %d', '%j', '%y')}')",
        )

    def inline(self):
        return f"{self.one(self.text, self.whole)} if {self.truth()} else {self.one(self.text, self.whole)}"

    def expression(self):
        return self.one(self.arithmetic, self.truth, self.text_method, self.list_filter, self.formatted, self.dated, self.dated, self.inline)

    def template(self):
        expression = self.expression
        return self.one(
            *[lambda: "{{ " + expression() + " }}"] * 6,
            lambda: "{% if " + self.truth() + " %}{{ " + expression() + " }}{% else %}-{% endif %}",
            lambda: "{% for x in " + self.listed() + " %}{{ loop.index }}:{{ x }}{% if not loop.last %},{% endif %}{% endfor %}",
            lambda: "{% set v = " + expression() + " %}<{{ v }}>",
            lambda: "a {%- if " + self.truth() + " -%} b {% endif -%} c",
        )


def main():
    env, generator = environment(), Generator()
    contexts = [context(when, zone) for when, zone in WHEN]
    renders, seen = [], set()
    while len(renders) < 2400:
        template = generator.template()
        place = generator.random.randrange(len(WHEN))
        if (template, place) in seen:
            continue
        seen.add((template, place))
        try:
            output = env.from_string(template).render(contexts[place])
        except Exception:
            output = None
        renders.append([place, template, output])
    print(json.dumps({
        "source": "Jinja2 3.1.6 and pendulum 3.3.0 by generate.py; each row is the place of its date, a template and its output",
        "dates": WHEN, "conf": CONF, "params": PARAMS, "renders": renders,
    }, indent=0, ensure_ascii=False))


main()
