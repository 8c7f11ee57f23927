// The reference of DAG files as Markdown, made of the published JSON Schema.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./process.mjs";

const SECTIONS = [
  ["dag", "The DAG", "A file holds one of these, or a list of them."],
  ["task", "A task", "An entry of `tasks`."],
  ["taskDefaults", "Defaults of tasks", "`taskDefaults`; what a task says itself replaces it."],
  ["schedule", "A schedule", "One of these forms."],
  ["date", "A date", ""],
  ["duration", "A duration", ""],
];

const schema = JSON.parse(readFileSync(join(root, "schema", "dag.schema.json"), "utf8"));

/** The whole page. */
export function schemaPage() {
  const parts = [
    "# Fields of a DAG file",
    "<!-- Made of schema/dag.schema.json by `npm run reference`. Change the schema, not this page. -->",
    [
      "A DAG as JSON or YAML. `dagfill validate FILE` checks a file and names the line and the key of what is wrong. Editors check it while it is",
      'written, by the JSON Schema `dagfill/dag.schema.json`: in JSON `"$schema": "node_modules/dagfill/schema/dag.schema.json"`, in YAML a',
      "first line `# yaml-language-server: $schema=node_modules/dagfill/schema/dag.schema.json`. `dagfill init` writes it.",
    ].join("\n"),
  ];
  for (const [name, title, about] of SECTIONS) {
    const definition = schema.definitions[name];
    parts.push(`## ${title}`, [about, definition.description].filter(Boolean).join(" "));
    if (definition.properties) parts.push(fields(definition));
    else if (name === "schedule") parts.push(definition.anyOf.map((form) => `- ${code(form)}`).join("\n"));
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function fields({ properties, required = [], description: _ }) {
  const rows = Object.entries(properties).map(([name, value]) => {
    const must = required.includes(name) ? " (required)" : "";
    return `| \`${name}\`${must} | ${code(value)} | ${cell(value.description ?? "")} |`;
  });
  return ["| field | value | meaning |", "|---|---|---|", ...rows].join("\n");
}

const cell = (text) => text.replaceAll("|", "\\|");
const code = (value) => `\`${cell(shape(value))}\``;

/** What a value may be, in words that fit into a cell. */
function shape(value) {
  if (value.$ref) {
    const name = value.$ref.replace("#/definitions/", "");
    return schema.definitions[name].enum ? shape(schema.definitions[name]) : name;
  }
  if (value.enum) return value.enum.map((word) => JSON.stringify(word)).join(" or ");
  if (value.anyOf) return value.anyOf.map(shape).join(" or ");
  if (value.type === "array") return `list of ${shape(value.items)}`;
  if (value.type === "object" && value.properties)
    return `{ ${Object.entries(value.properties).map(member(value)).join(", ")} }`;
  if (value.type === "object" && value.additionalProperties)
    return `map of ${shape(value.additionalProperties)}`;
  if (value.type === undefined) return "any JSON";
  return [value.type].flat().join(" or ");
}

function member({ required = [] }) {
  return ([name, value]) => {
    const inner = shape(value);
    const brief = inner.length > 40 ? "..." : inner;
    return `${name}${required.includes(name) ? "" : "?"}: ${brief}`;
  };
}
