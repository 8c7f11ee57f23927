// The catalog: what stands behind a brace and a percent sign. Name, meaning, example and what it prints; a test of the core holds each row against it.
import type { Row } from "../catalog.js";

// biome-ignore format: one row a line
export const statements: readonly Row[] = [
  ["if", "Writes what is inside where a condition holds.", "{% if params.limit > 50 %}large{% endif %}", "large"],
  ["elif", "Another condition.", "{% if false %}a{% elif true %}b{% endif %}", "b"],
  ["else", "What is written otherwise; of a loop, without elements.", "{% if false %}a{% else %}b{% endif %}", "b"],
  ["endif", "The end of an if.", "{% if true %}a{% endif %}", "a"],
  ["for", "Writes what is inside for every element.", "{% for t in dag_run.conf.tables %}{{ loop.index }}={{ t }} {% endfor %}", "1=orders 2=items "],
  ["endfor", "The end of a loop.", "{% for x in range(3) %}{{ x }}{% endfor %}", "012"],
  ["set", "Gives a name a value, or what stands inside.", "{% set day = ds[8:] %}{{ day }}", "01"],
  ["endset", "The end of a set that holds text.", "{% set x %}a{{ ds }}{% endset %}{{ x | length }}", "11"],
  ["with", "Gives names values inside.", "{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}", "3"],
  ["endwith", "The end of a with.", "{% with a = 1 %}{{ a }}{% endwith %}", "1"],
  ["filter", "A filter over what stands inside.", "{% filter upper %}eu{% endfilter %}", "EU"],
  ["endfilter", "The end of a filter.", "{% filter trim %} eu {% endfilter %}", "eu"],
  ["macro", "A piece of template with parameters.", "{% macro part(day) %}ds={{ day }}{% endmacro %}{{ part(ds) }}", "ds=2024-03-01"],
  ["endmacro", "The end of a macro.", "{% macro a() %}x{% endmacro %}{{ a() }}", "x"],
  ["call", "Calls a macro, which writes what stands inside by caller().", "{% macro q() %}[{{ caller() }}]{% endmacro %}{% call q() %}x{% endcall %}", "[x]"],
  ["endcall", "The end of a call.", "{% macro q() %}<{{ caller() }}>{% endmacro %}{% call q() %}x{% endcall %}", "<x>"],
  ["do", "Evaluates an expression.", "{% set l = [1] %}{% do l.append(2) %}{{ l }}", "[1,2]"],
  ["raw", "Text that is no template.", "{% raw %}{{ ds }}{% endraw %}", "{{ ds }}"],
  ["endraw", "The end of such a text.", "{% raw %}{% if %}{% endraw %}", "{% if %}"],
];
