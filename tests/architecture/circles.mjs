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

/** The folders of js/run, lowest first: a file names files of its own folder and of those before it, types too. */
const folders = ["events", "machine", "writing", "attempt", "tasks", "host", "backfill", "scheduler"];

/** A sentence for each import of js/run that goes up. */
export function runFolders(tree) {
  const folderOf = (path) => /^js\/run\/([^/]+)\//.exec(path)?.[1];
  const files = Object.keys(tree).filter((path) => path.startsWith("js/run/"));
  return files.flatMap((path) => {
    const own = folders.indexOf(folderOf(path));
    if (own < 0) return [`${path}: js/run has the folders ${folders.join(", ")}`];
    const named = [...new Set(namesOf(path, tree[path]).map(([, to]) => folderOf(to)))];
    return named
      .filter((to) => to !== undefined && folders.indexOf(to) > own)
      .map((to) => `${path}: names ${to}, which stands above ${folders[own]}`);
  });
}

/** What a file imports: the names, and the path without its ending. */
function namesOf(path, text) {
  const statements = text.matchAll(/^(?:import|export)\s+([^;"]*?)\s*from\s+"(\.[^"]+)";/gms);
  return [...statements].map(([, names, to]) => [
    names,
    posix.join(posix.dirname(path), to.replace(/\.js$/, "")),
  ]);
}

function importsOf(path, text) {
  return namesOf(path, text)
    .filter(([names]) => !isType(names))
    .map(([, to]) => to);
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
