// The reference of the template language as Markdown, made of `macroCatalog()`: names, meanings, examples and their results.

const SECTIONS = [
  ["Macros", "Names that stand in `{{ }}` by themselves.", { kind: "macro" }],
  ["Statements", "Tags that stand in `{% %}`.", { kind: "macro", form: "statement" }],
  ["Filters", "Behind a `|`.", { kind: "filter" }],
  ["Tests", "Behind `is` or `is not`.", { kind: "filter", form: "test" }],
  ["Attributes and methods", "Behind a dot.", { kind: "method" }],
];

/** The whole page. */
export function macroPage(catalog) {
  const parts = [
    "# Macros, filters and statements of templates",
    [
      "<!-- Made of macroCatalog() by `npm run reference`. Change the catalog (js/macros/catalog), not this page. -->",
      "",
      "Results are those of the daily run of 2024-03-01 of the DAG `sales`, task `load`, with the conf",
      '`{"region":"eu","tables":["orders","items"]}`, the params `{"limit":100}` and the XCom',
      '`{"extract":{"return_value":"s3://b/x","rows":42}}`. What only a host knows (variables, connections, the owner of a DAG) is what',
      "`tests/js/macros.test.mjs` gives. [COMPATIBILITY](../../COMPATIBILITY.md) lists what differs from Airflow, Jinja2 and pendulum.",
    ].join("\n"),
  ];
  for (const [title, where, { kind, form }] of SECTIONS) {
    const entries = catalog.filter((entry) => entry.kind === kind && entry.form === form);
    parts.push(`## ${title}`, `${where} ${entries.length} of them.`, table(entries));
  }
  return `${parts.join("\n\n")}\n`;
}

function table(entries) {
  const rows = entries.map(
    ({ name, meaning, example, result }) =>
      `| ${code(name)} | ${cell(meaning)} | ${code(example)} | ${result === "" ? "" : code(result)} |`,
  );
  return ["| name | meaning | example | result |", "|---|---|---|---|", ...rows].join("\n");
}

/** Text of a cell: a bar ends a cell wherever it stands, even in code. */
function cell(text) {
  return text.replaceAll("|", "\\|").replaceAll("\n", "\u23ce");
}

/** Code that may hold backticks. */
function code(text) {
  const fence = text.includes("`") ? "``" : "`";
  return `${fence}${cell(text)}${fence}`;
}
