// Import statements: the dotted name behind each name that the file uses.
import type { SyntaxNode } from "@lezer/common";
import type { Reader } from "./reader.js";
import { Name } from "./value.js";

/** Binds the names of an ImportStatement: `import a.b as c`, `from a.b import c as d`. */
export function bindImports(node: SyntaxNode, reader: Reader): void {
  const words = reader
    .text(node)
    .replaceAll(/#.*|[()\\]/g, " ")
    .trim();
  const from = /^from\s+([.\w]+)\s+import\s+(.*)$/s.exec(words);
  const list = from?.[2] ?? words.replace(/^import\s/, "");
  for (const item of list.split(",")) {
    const [, path, alias] = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(item) ?? [];
    if (path === undefined) continue;
    const module = from?.[1];
    if (module !== undefined) reader.assign(alias ?? path, new Name(`${module}.${path}`));
    // `import a.b` binds the name `a`.
    else if (alias !== undefined) reader.assign(alias, new Name(path));
  }
}
