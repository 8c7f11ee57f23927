// The map of ARCHITECTURE.md as rules over sources: who may name whom, who alone may name a foreign crate, how long a
// file may be. Each rule takes a tree { path: text } and gives sentences about what breaks it, so that a test can hand
// in a tree that does.

import { circles, runFolders } from "./circles.mjs";
import { unusedExports } from "./exports.mjs";
import { rustCircles } from "./rust_circles.mjs";

/** Modules of the crate, lowest floor first. Modules of one line are neighbours and do not name each other. */
export const floors = [
  ["error", "sort", "time"],
  ["schedule", "dag", "macros"],
  ["plan"],
  ["run"],
  ["wire"],
  ["wasm"],
];

/** Foreign crates and the one module that may name each. */
export const doors = {
  chrono: "time",
  chrono_tz: "time",
  cron: "schedule",
  serde: "wire",
  serde_json: "wire",
  wasm_bindgen: "wasm",
  wasm_bindgen_futures: "wasm",
  js_sys: "wasm",
  serde_wasm_bindgen: "wasm",
};

// Floor 0 is one science in two modules: a date that cannot be read ends in an error, a warning names an instant.
const ground = floors[0];

const longest = 350;
const emptyNames = /^(utils?|helpers?|common|misc|managers?)$/i;

/** Every rule over one tree. */
export function offences(tree) {
  return [
    rustFloors,
    rustDoors,
    knownCrates,
    lengths,
    names,
    glueDoor,
    circles,
    runFolders,
    unusedExports,
    rustNeighbours,
    platforms,
    pageUsesPackage,
    protocolNumbers,
    protocolWords,
    noDependencies,
  ]
    .flatMap((rule) => rule(tree))
    .sort();
}

function rustFiles(tree) {
  return Object.entries(tree)
    .filter(([path]) => /^src\/.*\.rs$/.test(path) && path !== "src/lib.rs")
    .map(([path, text]) => {
      const parts = path.slice("src/".length, -".rs".length).split("/");
      if (parts.at(-1) === "mod") parts.pop();
      return { path, module: parts[0], paths: pathsIn(withoutProse(text), parts.length) };
    });
}

function rustNeighbours(tree) {
  return rustCircles(tree, (text) => rawPathsIn(withoutProse(withoutTests(text))));
}

// Tests at the end of a file may name whatever they test.
function withoutTests(text) {
  return text.split(/^#\[cfg\(test\)\]/m)[0];
}

function floorOf(module) {
  return floors.findIndex((floor) => floor.includes(module));
}

function rustFloors(tree) {
  return rustFiles(tree).flatMap(({ path, module, paths }) => {
    const own = floorOf(module);
    if (own < 0) return [`${path}: ${module} stands on no floor`];
    return paths
      .filter(([start, name]) => start === "crate" && name !== module && floorOf(name) >= own)
      .filter(([, name]) => !(ground.includes(module) && ground.includes(name)))
      .map(([, name]) => `${path}: ${module} names ${name}, which is not on a lower floor`);
  });
}

function rustDoors(tree) {
  return rustFiles(tree).flatMap(({ path, module, paths }) =>
    paths
      .filter(([start]) => Object.hasOwn(doors, start) && doors[start] !== module)
      .map(([start]) => `${path}: only src/${doors[start]} may name the crate ${start}`),
  );
}

// A dependency that stands in no door's list would be nobody's.
function knownCrates(tree) {
  const sections = (tree["Cargo.toml"] ?? "")
    .split(/^\[/m)
    .filter((part) => /^([^\]]*\.)?dependencies\]/.test(part));
  const crates = sections.flatMap((part) => [...part.matchAll(/^([\w-]+)\s*=/gm)].map(([, name]) => name));
  return crates
    .filter((name) => !Object.hasOwn(doors, name.replaceAll("-", "_")))
    .map((name) => `Cargo.toml: ${name} has no door in tests/architecture/floors.mjs`);
}

function lengths(tree) {
  return Object.entries(tree)
    .filter(([path]) => /^(src|js|scripts)\//.test(path))
    .map(([path, text]) => [path, text.split("\n").length - 1])
    .filter(([, lines]) => lines > longest)
    .map(([path, lines]) => `${path}: ${lines} lines, more than ${longest} mean two ideas`);
}

function names(tree) {
  return Object.keys(tree).flatMap((path) =>
    path
      .split("/")
      .filter((part) => emptyNames.test(part.split(".")[0]))
      .map((part) => `${path}: the name ${part} says nothing`),
  );
}

function importsOf(text) {
  const found = text.matchAll(/(?:(?:^|[\s}*])(?:from|import)\s+|\bimport\(\s*)["']([^"']+)["']/g);
  return [...found].map(([, specifier]) => specifier);
}

function scripts(tree, folder) {
  return Object.entries(tree).filter(([path]) => path.startsWith(folder) && /\.[mc]?[jt]sx?$/.test(path));
}

function glueDoor(tree) {
  const allowed = { "js/raw.ts": /\/glue\/dagfill\.js$/, "js/index.ts": /\/glue\/dagfill_bg\.wasm$/ };
  return scripts(tree, "js/").flatMap(([path, text]) =>
    importsOf(text)
      .filter((specifier) => specifier.includes("glue/") && !allowed[path]?.test(specifier))
      .map(() => `${path}: only js/raw.ts imports the generated glue`),
  );
}

// Packages that an entry carries inside itself, each behind one door.
const bundled = {
  yaml: "js/import/kubernetes.ts",
  "@lezer/python": "js/import/python/parse.ts",
  "@lezer/common": "js/import/python/",
};

// Peers that one entry is made for.
const peers = { react: ["js/react/", "js/element/"], preact: ["js/element/"] };

// The face runs wherever JavaScript does; what needs Node has an entry of its own.
function platforms(tree) {
  return scripts(tree, "js/")
    .filter(([path]) => !/^js\/(cli\/|engine\/bullmq|shell|store\/sqlite)/.test(path))
    .flatMap(([path, text]) =>
      importsOf(text)
        .filter((specifier) => !specifier.startsWith(".") && !path.startsWith(bundled[specifier] ?? " "))
        .filter((specifier) => !peers[specifier]?.some((folder) => path.startsWith(folder)))
        .map((specifier) => `${path}: imports ${specifier}, which not every host has`),
    );
}

function pageUsesPackage(tree) {
  return scripts(tree, "www/").flatMap(([path, text]) =>
    importsOf(text)
      .filter((specifier) => /^(\.\.\/)+(js|dist|\.cache)\//.test(specifier))
      .map((specifier) => `${path}: imports ${specifier}; the page uses the package by its name`),
  );
}

// Commands, events, states and places in answers cross as numbers whose names the glue has: one that is written by hand would
// go on meaning what it meant when the lists in src/wasm/codes.rs change.
function protocolNumbers(tree) {
  const byHand = [
    /\b(?:action|command|event|notice|kind|code|status|state|reason|lost|origin|outcome|edge)\s*(?:===|!==|[-+<>]=?)\s*\d/,
    /\.(?:read|knows|lookUp)\((?:[^()]*,)?\s*\d+\s*\)|\.(?:dispatch|handle)\(\s*\d/,
    /^\s*\[?\d+\]?: \(/m,
    /\bas (?:unknown as )?\[number\b/,
    /\bat\(\d/,
  ];
  return scripts(tree, "js/")
    .filter(([path, text]) => needsCore(path, text))
    .filter(([, text]) => byHand.some((number) => number.test(withoutProse(text))))
    .map(([path]) => `${path}: a number of the protocol is written by hand; js/raw.ts has its name`);
}

// Whoever imports the core, and the run machines behind it.
function needsCore(path, text) {
  return path.startsWith("js/run/") || importsOf(text).some((specifier) => specifier.endsWith("/raw.js"));
}

// js/codes.ts has the words behind the numbers, generated from the core. A list of three or more of them elsewhere is a copy.
function protocolWords(tree) {
  const lists = [...(tree["js/codes.ts"] ?? "").matchAll(/= \[([^\]]*)\]/g)].map(([, list]) =>
    [...list.matchAll(/"(\w+)"/g)].map(([, word]) => `"${word}"`).slice(0, 3),
  );
  const copies = lists.map((words) => new RegExp(`[[(]\\s*(?:null,\\s*)?${words.join(",\\s*")}`));
  return scripts(tree, "js/")
    .filter(
      ([path, text]) => path !== "js/codes.ts" && copies.some((copy) => copy.test(withoutComments(text))),
    )
    .map(([path]) => `${path}: a list of the core's words is written by hand; js/codes.ts has it`);
}

// A peer that is optional is installed by whoever uses the entry that needs it.
function noDependencies(tree) {
  const manifest = JSON.parse(tree["package.json"] ?? "{}");
  const optional = (name) => manifest.peerDependenciesMeta?.[name]?.optional === true;
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter((name) => !optional(name));
  return [
    ...["dependencies", "optionalDependencies", "bundleDependencies"]
      .filter((field) => Object.keys(manifest[field] ?? {}).length > 0)
      .map((field) => `package.json: ${field} is not empty; the package brings all it needs`),
    ...peers.map((name) => `package.json: the peer ${name} is not optional; the package brings all it needs`),
  ];
}

function withoutComments(text) {
  return text.replace(/^\s*\/\/.*$|\/\*[\s\S]*?\*\//gm, " ");
}

// Comments and literals are prose: a sentence may name any floor.
function withoutProse(text) {
  const prose = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|r(#*)"[\s\S]*?"\1|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\.)'/g;
  return text.replace(prose, " ");
}

// All paths that the code names, as lists of parts; `super` out of the file's module counts as `crate`.
function pathsIn(code, depth) {
  return rawPathsIn(code).map((parts) => {
    const supers = parts.findIndex((part) => part !== "super");
    return supers === depth && supers > 0 ? ["crate", ...parts.slice(supers)] : parts;
  });
}

function rawPathsIn(code) {
  const uses = [...code.matchAll(/\buse\s+([^;]+);/g)].flatMap(([, tree]) => flatten(tree));
  const rest = code.replace(/\buse\s+[^;]+;/g, " ");
  const inline = [...rest.matchAll(/(?<![\w:])(?:::)?((?:\w+\s*::\s*)+\w+)/g)].map(([, path]) => path);
  return [...uses, ...inline].map((path) => path.split("::").map((part) => part.trim()));
}

// "a::{b, c::{d, e}}" to "a::b", "a::c::d", "a::c::e".
function flatten(tree) {
  const text = tree.trim();
  const open = text.indexOf("{");
  if (open < 0) return text === "" ? [] : [text.replace(/\s+as\s+\w+$/, "").replace(/^::/, "")];
  const inner = text.slice(open + 1, text.lastIndexOf("}"));
  const parts = [];
  let level = 0;
  let start = 0;
  for (const [at, character] of [...inner].entries()) {
    if (character === "{") level += 1;
    else if (character === "}") level -= 1;
    else if (character === "," && level === 0) {
      parts.push(inner.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(inner.slice(start));
  return parts.flatMap((part) => flatten(part)).map((part) => text.slice(0, open) + part);
}
