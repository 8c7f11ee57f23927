// The catalog of templates as the package carries it: one text a list, with a line for each text of its rows. Quotes, commas and brackets of
// 475 rows are 4 kB, and a text with lines of its own needs no other line breaks. The braces around an example that is one expression are
// left out, which is 2 kB more, and signs stand for frequent words, which is 7 kB.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./process.mjs";

/** Makes texts of the lists in `js/macros/catalog/`; `entries` of `js/macros/catalog.ts` reads them. */
export function catalogText(esbuild) {
  return {
    name: "catalog",
    setup(build) {
      const load = async (path) => {
        const { code } = await esbuild.transform(readFileSync(path, "utf8"), { loader: "ts", format: "esm" });
        return import(`data:text/javascript,${encodeURIComponent(code)}`);
      };
      build.onLoad({ filter: /[\\/]js[\\/]macros[\\/]catalog[\\/]\w+\.ts$/ }, async ({ path }) => {
        const { words } = await load(join(dirname(dirname(path)), "catalog_words.ts"));
        const texts = Object.entries(await load(path)).map(([name, rows]) => {
          const text = shortened(rows.flatMap(linesOf).join("\n"), words);
          return `export const ${name} = ${JSON.stringify(text)};`;
        });
        return { contents: texts.join("\n") };
      });
    },
  };
}

/** A text with signs in place of frequent words. */
function shortened(text, words) {
  const [taken] = words.find(([sign]) => text.includes(sign)) ?? [];
  if (taken !== undefined) throw new Failure(`a row of the catalog has ${taken}, which stands for a word`);
  return words.reduce((part, [sign, word]) => part.replaceAll(word, sign), text);
}

/** A line break inside of a text is a carriage return, which no text has. */
function linesOf(row) {
  if (row.length !== 4 || row.some((text) => text.includes("\r") || text.length > 190))
    throw new Failure(`a row of the catalog is no four lines: ${row[0]}`);
  const [name, meaning, example, result] = row.map((text) => text.replaceAll("\n", "\r"));
  return [name, meaning, withoutBraces(example), result];
}

/** The expression of an example that is nothing else. What has tags inside stays as it is: by them the reader tells the two apart. */
function withoutBraces(example) {
  const [, expression = "{{"] = /^\{\{ (.*) \}\}$/.exec(example) ?? [];
  return /\{[{%#]/.test(expression) ? example : expression;
}
