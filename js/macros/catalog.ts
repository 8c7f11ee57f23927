// The catalog of templates, for completion lists and documentation. The core knows the names; the texts about them are here,
// so that no page loads them that does not ask.
import { filters } from "./catalog/filters.js";
import { macros } from "./catalog/macros.js";
import { methods } from "./catalog/methods.js";
import { statements } from "./catalog/statements.js";
import { tests } from "./catalog/tests.js";
import { words } from "./catalog_words.js";

/** Name, meaning, example, and what the example prints. */
export type Row = readonly [string, string, string, string];

export interface CatalogEntry {
  name: string;
  /** Tests (`is defined`) are listed beside filters, statements (`{% if %}`) beside macros; `form` tells them apart. */
  kind: "macro" | "filter" | "method";
  form?: "test" | "statement";
  meaning: string;
  example: string;
  result: string;
}

/** `list`: in the built package one text, with a line for each text of its rows, without the braces of examples that are one
 *  expression, and with signs for frequent words (`scripts/catalog_text.mjs`). */
function entries(
  kind: CatalogEntry["kind"],
  list: readonly Row[] | string,
  form?: CatalogEntry["form"],
): CatalogEntry[] {
  const spelled = (text: string) =>
    words.reduceRight((part, [sign, word]) => part.replaceAll(sign, word), text);
  const texts = typeof list === "string" ? spelled(list).split("\n") : list.flat();
  return Array.from({ length: texts.length / 4 }, (_, row) => {
    const [name = "", meaning = "", text = "", result = ""] = texts.slice(4 * row, 4 * row + 4);
    const example = /\{[{%#]/.test(text) ? text : `{{ ${text} }}`;
    const more = form === undefined ? {} : { form };
    return { name, kind, ...more, meaning, example, result: result.replaceAll("\r", "\n") };
  });
}

/** Every macro, filter, method, test and statement with meaning, example and result: for completion lists and documentation.
 *  `result` is what `example` prints for the daily run of 2024-03-01 of the DAG `sales`, task `load`, with the conf
 *  `{"region":"eu","tables":["orders","items"]}`, the params `{"limit":100}` and the XCom
 *  `{"extract":{"return_value":"s3://b/x","rows":42}}`; what only a host knows is what the test of the catalog gives. */
export function macroCatalog(): CatalogEntry[] {
  return [
    ...entries("macro", macros),
    ...entries("filter", filters),
    ...entries("method", methods),
    ...entries("filter", tests, "test"),
    ...entries("macro", statements, "statement"),
  ];
}
