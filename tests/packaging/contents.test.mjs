// The files that `npm pack` puts into the package, and whether every kind of consumer can read it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { entries } from "../../scripts/entries.mjs";
import { root } from "../../scripts/process.mjs";

// Everything that may be published; a file that fits no line is a mistake.
const allowed = [
  /^package\.json$/,
  /^README\.md$/,
  /^(CHANGELOG|COMPATIBILITY)\.md$/,
  /^examples\/(seattle_weather(_monthly)?\.mjs|seattle_weather_shell\.json|data\/[\w-]+\.(csv|md))$/,
  /^examples\/microbatch\/(dag\.json|(fill_gaps|run_batch)\.mjs)$/,
  /^examples\/(service\/(service\.mjs|README\.md)|worker\/worker\.mjs|editor\/(index\.html|editor\.jsx))$/,
  /^docs\/((guides|reference)\/)?[\w-]+\.md$/,
  /^docs\/page\.png$/,
  /^LICENSE-(MIT|APACHE)$/,
  /^dist\/(workerd|cli|cli\/(main|dag_text))\.js(\.map)?$/,
  /^dist\/(index|slim|shell|import|engine)\.c?js(\.map)?$/,
  /^dist\/index\.iife\.js(\.map)?$/,
  /^(shell|slim|import|engine(\/(contract|bullmq|airflow|prefect|http))?|store\/(sqlite|indexeddb|postgres|contract))\/package\.json$/,
  /^dist\/store\/(sqlite|indexeddb|postgres|contract)\.c?js(\.map)?$/,
  /^dist\/engine\/(contract|bullmq|airflow|prefect|http)\.c?js(\.map)?$/,
  /^(planning|react|element)\/package\.json$/,
  /^dist\/(planning|react|element)\.c?js(\.map)?$/,
  /^dist\/react\/(worker\.js(\.map)?|planning\.c?js(\.map)?|styles\.css)$/,
  /^dist\/dagfill\.wasm$/,
  /^schema\/dag\.schema\.json$/,
  /^dist\/THIRD_PARTY_LICENSES$/,
  /^dist\/types\/([a-z_]+\/){0,2}[a-z_]+\.d\.c?ts$/,
];

const bin = (name) => join(root, "node_modules", ".bin", name);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("npm pack takes what is on the list and nothing else", () => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: root, encoding: "utf8" });
  const report = JSON.parse(output);
  const [{ files }] = Array.isArray(report) ? report : Object.values(report);
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => !allowed.some((pattern) => pattern.test(path))),
    [],
  );
  const wanted = ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "COMPATIBILITY.md", "dist/dagfill.wasm"];
  const examples = [
    "seattle_weather.mjs",
    "seattle_weather_shell.json",
    "microbatch/dag.json",
    "microbatch/run_batch.mjs",
  ];
  examples.push("microbatch/fill_gaps.mjs", "service/service.mjs", "service/README.md", "worker/worker.mjs");
  examples.push("editor/editor.jsx", "editor/index.html");
  for (const file of [...wanted, ...examples.map((name) => `examples/${name}`)]) {
    assert.ok(paths.includes(file), `${file} is in the package`);
  }
});

test("every file that package.json names is there", () => {
  const files = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(files));
  const named = [
    manifest.main,
    manifest.module,
    manifest.types,
    manifest.unpkg,
    manifest.jsdelivr,
    ...files(manifest.bin),
    ...files(manifest.exports),
  ];
  assert.deepEqual(
    // A pattern names no file of its own.
    named.filter((file) => !file.includes("*") && !existsSync(join(root, file))),
    [],
  );
});

test("every entry has a folder for those who read no exports, and it leads to the files", () => {
  const subpaths = Object.keys(manifest.exports).filter(
    (path) => manifest.exports[path].require && path !== ".",
  );
  const built = Object.keys(entries).filter((name) => entries[name].subpath);
  assert.deepEqual(subpaths.toSorted(), built.map((name) => `./${name}`).toSorted());
  for (const path of subpaths) {
    const fields = JSON.parse(readFileSync(join(root, path, "package.json"), "utf8"));
    const named = [fields.main, fields.module, fields.types].map((file) => join(path, file));
    const { import: esm, require: cjs } = manifest.exports[path];
    assert.deepEqual(
      named,
      [cjs.default, esm.default, esm.types].map((file) => join(file)),
    );
  }
});

test("publint finds nothing", () => {
  const output = execFileSync(bin("publint"), ["run", "--strict"], { cwd: root, encoding: "utf8" });
  assert.match(output, /All good/);
});

test("the types are right for every way of resolving them", () => {
  const args = [
    "--pack",
    ".",
    "--no-definitely-typed",
    "--exclude-entrypoints",
    "./dagfill.wasm",
    "./dist/dagfill.wasm",
    // For editors and validators, which read it by its path.
    "./dag.schema.json",
    "./react/styles.css",
    "--format",
    "table-flipped",
  ];
  execFileSync(bin("attw"), [...args, "--no-color"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
});
