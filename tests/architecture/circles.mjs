// No two files of js/ need each other: what a file needs can be read without it.
import { posix } from "node:path";

/** Functions that call each other, such as those of an evaluator, may stand in several files of these folders. */
const recursive = ["js/import/python/"];

/** A sentence for each circle of imports in the tree { path: text }. Types do not count: they are gone at run time. */
export function circles(tree) {
  const files = Object.keys(tree).filter((path) => /^js\/.*\.tsx?$/.test(path));
  const needs = new Map(
    files.map((path) => [path, importsOf(path, tree[path]).flatMap((to) => sourceOf(tree, to))]),
  );
  const done = new Set();
  const found = [];
  const visit = (path, way) => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const circle = way.slice(at);
      if (!recursive.some((folder) => circle.every((file) => file.startsWith(folder)))) {
        found.push(`${[...circle, path].join(" -> ")}: a circle of imports`);
      }
      return;
    }
    if (done.has(path)) return;
    for (const to of needs.get(path)) visit(to, [...way, path]);
    done.add(path);
  };
  for (const path of files) visit(path, []);
  return found;
}

function importsOf(path, text) {
  const statements = text.matchAll(/^(?:import|export)\s+([^;"]*?)\s*from\s+"(\.[^"]+)";/gms);
  return [...statements]
    .filter(([, names]) => !isType(names))
    .map(([, , specifier]) => posix.join(posix.dirname(path), specifier.replace(/\.js$/, "")));
}

/** The file of a module's name, without its ending; none where it is no source. */
function sourceOf(tree, name) {
  return [".ts", ".tsx"].map((ending) => name + ending).filter((path) => Object.hasOwn(tree, path));
}

function isType(names) {
  if (/^type\s/.test(names)) return true;
  const list = /^\{([^}]*)\}$/s
    .exec(names)?.[1]
    .split(",")
    .map((name) => name.trim());
  return list?.every((name) => name === "" || name.startsWith("type ")) ?? false;
}
