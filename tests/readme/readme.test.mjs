// Every code block of the README, the guides and the recipes for engines does what it says at a user's: in an empty folder, with an empty home, from the packed
// package. js runs in Node, ts compiles and runs, html runs in Chromium, sh runs whole.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/process.mjs";
import { openBrowser, withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { blocksOf } from "./blocks.mjs";

// What one block leaves (a DAG file, a store) the next one finds.
let place;
let folder;
let tarball;
before(() => {
  place = mkdtempSync(join(tmpdir(), "dagfill-readme-"));
  folder = join(place, "project");
  for (const name of ["project", "home"]) mkdirSync(join(place, name));
  execFileSync("npm", ["pack", "--silent", "--pack-destination", place], { cwd: root });
  tarball = join(
    place,
    readdirSync(place).find((name) => name.endsWith(".tgz")),
  );
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  sh("npm install dagfill");
});
after(() => rmSync(place, { recursive: true, force: true }));

/** Runs a program as a user without any settings does. Nothing is fetched: the package has no dependencies. */
function run(file, args) {
  const path = process.env.PATH.split(delimiter).filter((part) => !part.includes(join(root, "node_modules")));
  const env = { HOME: join(place, "home"), PATH: [dirname(process.execPath), ...path].join(delimiter) };
  return execFileSync(file, args, {
    cwd: folder,
    encoding: "utf8",
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
}
function node(...args) {
  return run(process.execPath, args);
}
function sh(text) {
  const install = `npm install --offline --silent "${tarball}"`;
  return run("sh", ["-ec", text.replace("npm install dagfill", install)]);
}

const runners = {
  js: ({ text }) => runModule("block.mjs", text),
  ts: ({ text }) => {
    writeFileSync(join(folder, "block.ts"), text);
    const flags = ["--noEmit", "--strict", "--target", "ES2022", "--module", "NodeNext", "--types", "node"];
    node(
      join(root, "node_modules/typescript/bin/tsc"),
      ...flags,
      "--typeRoots",
      join(root, "node_modules/@types"),
      "block.ts",
    );
    return runModule("block.ts", text);
  },
  sh: ({ text }) => sh(text),
  // A JSON file is a DAG, which the blocks behind it use.
  json: ({ text, file }) => {
    assert.ok(file, "which file is it? <!-- file: NAME -->");
    const check = `import { readFileSync } from "node:fs";
import { validateDag } from "dagfill";
validateDag(JSON.parse(readFileSync(${JSON.stringify(file)}, "utf8")));`;
    writeFileSync(join(folder, file), text);
    return runModule("check.mjs", check);
  },
  html: async ({ text }, t) => {
    const server = await serve({ folder, pages: { "/": text, "/favicon.ico": "" } });
    t.after(server.close);
    const browser = await openBrowser();
    t.after(() => browser.close());
    const tab = await browser.newPage();
    const printed = [];
    const faults = [];
    tab.on("console", (message) => printed.push(message.text()));
    tab.on("pageerror", (error) => faults.push(error.message));
    await tab.goto(server.origin);
    await tab.waitForFunction(() => document.body.textContent.trim() !== "");
    assert.deepEqual(faults, []);
    return [...printed, await tab.textContent("body")].join("\n");
  },
};

function runModule(file, text) {
  writeFileSync(join(folder, file), text);
  return node(file);
}

const guides = readdirSync(join(root, "docs/guides")).map((name) => `docs/guides/${name}`);
for (const file of ["README.md", "docs/engines.md", "docs/reference/errors.md", ...guides.toSorted()]) {
  for (const block of blocksOf(readFileSync(join(root, file), "utf8"))) {
    // A block of text is a picture; in any other language it is run, or says why not.
    if (block.language === "" || block.language === "text") continue;
    const runner = runners[block.language];
    const skip = block.skip ?? (block.language === "html" ? withoutBrowser : false);
    test(`${file}:${block.line} ${block.language || "text"}`, {
      skip,
    }, async (t) => {
      if (block.file !== undefined) writeFileSync(join(folder, block.file), block.text);
      // A JSON file is checked as a DAG where it is one.
      const isDag = block.language === "json" && block.text.includes('"dagId"');
      if (block.file !== undefined && !isDag) return;
      assert.ok(runner, `nothing here runs ${block.language}: say why with <!-- not run: reason -->`);
      const output = await runner(block, t);
      if (block.output !== undefined) assert.equal(output.trim(), block.output.trim());
      // A line that ends in `// -> value` says what it prints, in this order.
      const promised = [...block.text.matchAll(/\/\/ -> (.*)$/gm)].map(([, value]) => value.trim());
      let rest = output;
      for (const value of promised) {
        assert.ok(rest.includes(value), `expected to print ${value}, printed\n${output}`);
        rest = rest.slice(rest.indexOf(value) + value.length);
      }
    });
  }
}

test("blocks are found with their outputs and reasons", () => {
  const text = "```js\na\n```\n\n```text\nb\n```\n<!-- not run: why -->\n```sh\nc\n```\n";
  const found = blocksOf(text).map(({ language, text, output, skip }) => ({ language, text, output, skip }));
  assert.deepEqual(found, [
    { language: "js", text: "a", output: "b", skip: undefined },
    { language: "sh", text: "c", output: undefined, skip: "why" },
  ]);
});

test("the DAGs that a reader meets first have a clean preview", async () => {
  // Here and not at the top: other tests load this file before anything is built.
  const { BackfillService } = await import("dagfill");
  const shown = blocksOf(readFileSync(join(root, "README.md"), "utf8"))
    .filter(({ file }) => file?.endsWith(".json"))
    .map(({ file, text }) => [file, JSON.parse(text)]);
  const shell = "examples/seattle_weather_shell.json";
  sh("npx dagfill init mine.json >&2");
  const dags = [
    ...shown,
    [shell, JSON.parse(readFileSync(join(root, shell), "utf8"))],
    ["mine.json", JSON.parse(readFileSync(join(folder, "mine.json"), "utf8"))],
  ];
  assert.ok(dags.length >= 3);
  for (const [file, dag] of dags) {
    const startDate = dag.startDate ?? "2024-01-01";
    const endDate = `${startDate.slice(0, 8)}31`;
    const { dagId } = dag;
    const { counts, warnings } = await new BackfillService({ dags: [dag] }).preview({
      dagId,
      startDate,
      endDate,
    });
    assert.deepEqual([counts.create, warnings], [31, []], file);
  }
});
