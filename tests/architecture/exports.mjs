// What a file of js/ exports, another file imports, or it is part of the package: the rest is the file's own, or dead.
import { posix } from "node:path";
import { entries } from "../../scripts/entries.mjs";

/** Sources that others reach without an import statement of their names: entries, and what the bundler puts in. */
const open = new Set([...Object.values(entries).map(({ source }) => source), "js/text_codec.ts"]);

/** A sentence for each function, class or constant of js/ that is exported and imported nowhere in the tree { path: text }. */
export function unusedExports(tree) {
  const used = new Set(Object.entries(tree).flatMap(([path, text]) => imported(path, text)));
  return Object.entries(tree)
    .filter(([path]) => /^js\/.*\.tsx?$/.test(path) && !open.has(path) && !used.has(`${nameOf(path)} *`))
    .flatMap(([path, text]) =>
      exported(text)
        .filter((name) => !used.has(`${nameOf(path)} ${name}`))
        .map((name) => `${path}: exports ${name}, which no other file imports`),
    );
}

const nameOf = (path) => path.replace(/\.[mc]?[jt]sx?$/, "");

function exported(text) {
  const values = text.matchAll(
    /^export\s+(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|enum)\s+([\w$]+)/gm,
  );
  return [...values].map(([, name]) => name);
}

/** "FILE NAME" for each import; NAME is * where all may be meant. Texts that tests hand to a bundler name files from js/. */
function imported(path, text) {
  const resolved = (file) => {
    const from = nameOf(posix.join(posix.dirname(path), file));
    return from.startsWith("js/") ? [from] : [from, nameOf(posix.join("js", file))];
  };
  const statements = text.matchAll(
    /\b(?:import|export)\s+(?:type\s+)?([^;"'`]*?)\s*from\s+["'](\.[^"']+)["']/g,
  );
  const named = [...statements].flatMap(([, names, file]) => {
    const list = /\{([^}]*)\}/.exec(names)?.[1].split(",") ?? ["*"];
    const own = list.map(
      (name) =>
        name
          .trim()
          .replace(/^type\s+/, "")
          .split(/\s+as\s+/)[0],
    );
    return resolved(file).flatMap((from) => own.map((name) => `${from} ${name}`));
  });
  const later = [...text.matchAll(/\bimport\(\s*["'](\.[^"']+)["']/g)];
  return [...named, ...later.flatMap(([, file]) => resolved(file).map((from) => `${from} *`))];
}
