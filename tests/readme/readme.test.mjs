// Every code block of the README does what it says: js runs in Node, ts compiles and runs, html runs in Chromium, and
// of sh the lines that call the command.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../scripts/process.mjs";
import { openBrowser, withoutBrowser } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { blocksOf } from "./blocks.mjs";

// A user's folder: the package is installed, and what one block leaves (a DAG file, a store) the next one finds.
let folder;
before(() => {
  mkdirSync(join(root, ".cache"), { recursive: true });
  folder = mkdtempSync(join(root, ".cache", "readme-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "dagfill"));
  symlinkSync(join(root, "examples"), join(folder, "examples"));
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
});
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (...args) => execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" });

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
  sh: ({ text }) =>
    text
      .split("\n")
      .filter((line) => line.startsWith("npx dagfill "))
      .map((line) => {
        const command = line.replace(/^npx dagfill/, `"${process.execPath}" "${join(root, "dist/cli.js")}"`);
        return execFileSync("sh", ["-c", command], { cwd: folder, encoding: "utf8" });
      })
      .join(""),
  html: async ({ text }, t) => {
    const server = await serve({ folder, pages: { "/": text } });
    t.after(server.close);
    const browser = await openBrowser();
    t.after(() => browser.close());
    const tab = await browser.newPage();
    const printed = [];
    const faults = [];
    tab.on("console", (message) => printed.push(message.text()));
    tab.on("pageerror", (error) => faults.push(error.message));
    await tab.goto(server.origin, { waitUntil: "networkidle" });
    assert.deepEqual(faults, []);
    return `${printed.join("\n")}\n${await tab.textContent("body")}`;
  },
};

function runModule(file, text) {
  writeFileSync(join(folder, file), text);
  return node(file);
}

for (const file of ["README.md"]) {
  for (const block of blocksOf(readFileSync(join(root, file), "utf8"))) {
    // A block of text is a picture; in any other language it is run, or says why not.
    if (block.language === "" || block.language === "text") continue;
    const runner = runners[block.language];
    const skip = block.skip ?? (block.language === "html" ? withoutBrowser : false);
    test(`${file}:${block.line} ${block.language || "text"}`, {
      skip,
    }, async (t) => {
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
