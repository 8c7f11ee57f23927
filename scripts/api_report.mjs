// The types of the package as one text: every declaration that an entry reaches, without comments and without what is private. A test
// compares it with tests/types/api_report.txt, so that a change of the API is seen in review; `npm run reference` writes that file.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { entries } from "./entries.mjs";
import { root } from "./process.mjs";

const types = join(root, "dist", "types");
/** Texts, which may hold what looks like a comment, or comments. */
const textOrComment = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
const imported = /(?:from |import\()"(\.{1,2}\/[^"]+)\.js"/g;
const privateMember = /^\s*(?:#private;|private .*)$/;

/** The file that the test compares with. */
export const reportFile = join(root, "tests", "types", "api_report.txt");

/** The report of the build in dist/, entry by entry; a file that several entries reach stands at the first of them. */
export function apiReport() {
  const seen = new Set();
  const parts = [
    "The public types. A change here is a change of the API: `npm run reference` renews this file.\n",
  ];
  for (const [name, { bin, part }] of Object.entries(entries)) {
    if (bin || part) continue;
    parts.push(`=== ${name}\n`);
    add(name, seen, parts);
  }
  return parts.join("\n");
}

function add(name, seen, parts) {
  if (seen.has(name)) return;
  seen.add(name);
  const text = readFileSync(join(types, `${name}.d.ts`), "utf8");
  const code = text
    .replace(textOrComment, (match) => (match.startsWith("/") ? "" : match))
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !privateMember.test(line));
  parts.push(`--- ${name}.d.ts\n${code.join("\n")}\n`);
  for (const [, path] of text.matchAll(imported)) add(join(dirname(name), path), seen, parts);
}
