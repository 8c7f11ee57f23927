// No two files of src/ need each other: what a file names can be read without it. A parent names its children to tell where they are,
// and is named by them for what they share, so that only neighbours below one parent count.

/** Types that are made of each other: a source of dates may be a rolled one, which has a source and what it leaves out. */
const recursive = ["src/schedule/source.rs", "src/schedule/rolled.rs", "src/schedule/exclude.rs"];

/** A sentence for each circle of neighbours in the tree { path: text }. `pathsIn` gives the paths that a text's code names. */
export function rustCircles(tree, pathsIn) {
  const files = Object.keys(tree).filter((path) => /^src\/.*\.rs$/.test(path));
  const modules = new Map(files.map((path) => [moduleOf(path), path]));
  const shared = new Map(files.map((path) => [moduleOf(path), reexports(tree[path])]));
  const needs = new Map(files.map((path) => [path, new Set(neededBy(path))]));

  function neededBy(path) {
    const own = moduleOf(path);
    const depth = own === "" ? 0 : own.split("::").length;
    return pathsIn(tree[path], depth).flatMap((parts) => {
      const absolute = absolutePath(parts, own);
      const file = absolute === undefined ? undefined : fileOf(absolute);
      return file === undefined || file === path || areKin(file, path) ? [] : [file];
    });
  }

  // The longest part of a path that is a file; a name that a parent has from one of its children is that child's.
  function fileOf(parts) {
    for (let length = parts.length; length > 0; length -= 1) {
      const module = parts.slice(0, length).join("::");
      if (!modules.has(module)) continue;
      const child = shared.get(module)?.get(parts[length]);
      return modules.get(child === undefined ? module : `${module}::${child}`) ?? modules.get(module);
    }
    return undefined;
  }

  const found = [];
  const done = new Set();
  const visit = (path, way) => {
    const at = way.indexOf(path);
    if (at >= 0) {
      const circle = way.slice(at);
      if (!circle.every((file) => recursive.includes(file)))
        found.push(`${[...circle, path].join(" -> ")}: a circle of imports`);
      return;
    }
    if (done.has(path)) return;
    for (const to of [...needs.get(path)].sort()) visit(to, [...way, path]);
    done.add(path);
  };
  for (const path of files.sort()) visit(path, []);
  return found;
}

function moduleOf(path) {
  const parts = path.slice("src/".length, -".rs".length).split("/");
  if (parts.at(-1) === "mod" || parts.at(-1) === "lib") parts.pop();
  return parts.join("::");
}

// A file and the folder that it leads.
function areKin(one, other) {
  const [a, b] = [moduleOf(one), moduleOf(other)];
  return a === "" || b === "" || a.startsWith(`${b}::`) || b.startsWith(`${a}::`);
}

function absolutePath(parts, own) {
  const modules = own === "" ? [] : own.split("::");
  if (parts[0] === "crate") return parts.slice(1);
  let up = 0;
  while (parts[up] === "super") up += 1;
  if (up > 0) return [...modules.slice(0, modules.length - up), ...parts.slice(up)];
  return parts[0] === "self" ? [...modules, ...parts.slice(1)] : undefined;
}

// Names that a module gives out from its children: name to child.
function reexports(text) {
  const names = new Map();
  for (const [, child, list] of text.matchAll(/^(?:pub(?:\([^)]*\))? )?use (\w+)::(\{[^}]*\}|\w+);/gms)) {
    for (const [name] of list.matchAll(/\w+/g)) names.set(name, child);
  }
  return names;
}
