// `npm run environments`: the packed package in everything that people run it in, each with its defaults; prints a table
// of what works, how long the package takes to its first date, and how large it is there. Outside `npm test`, since the
// tools are a gigabyte. `npm run environments -- Parcel Next` tries those whose names begin so.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../scripts/build.mjs";
import { chromium } from "../scripts/chromium.mjs";
import { main, root, say, seconds } from "../scripts/process.mjs";
import { workshop } from "../tests/packaging/workshop.mjs";
import { bundlers } from "./bundlers.mjs";
import { pages as openPages } from "./measure.mjs";
import { next, nextComponents } from "./next.mjs";
import { runtimes } from "./runtimes.mjs";
import { testRunners } from "./test_runners.mjs";

main(async () => {
  const asked = process.argv.slice(2);
  const environments = [...runtimes, ...bundlers, next, nextComponents, ...testRunners].filter(
    ({ name }) =>
      asked.length === 0 || asked.some((part) => name.toLowerCase().startsWith(part.toLowerCase())),
  );
  await build();
  if ((await chromium()) === null) throw new Error("expected Chromium: set CHROMIUM, or be root on Debian");
  say("installing the environments, once per lockfile (a gigabyte)");
  const shop = await workshop(join(root, "environments"));
  const rows = [];
  let pages;
  try {
    pages = await openPages();
    const given = { shop, pages, dist: join(shop.folder, "node_modules/dagfill/dist") };
    for (const environment of environments) {
      const start = performance.now();
      rows.push({
        name: environment.name,
        version: versionOf(environment, shop),
        ...(await outcome(environment, given)),
      });
      say(`${environment.name} took ${seconds(start)}`);
    }
  } finally {
    await pages?.close();
    shop.remove();
  }
  console.log(`\n${table(rows)}`);
  const failed = rows.filter(({ result }) => result !== "works").length;
  console.log(`\n${rows.length - failed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
});

async function outcome(environment, given) {
  try {
    return { result: "works", ...(await environment.run(given)) };
  } catch (error) {
    console.error(`${environment.name}: ${error.message}`);
    return { result: "FAILS" };
  }
}

function versionOf(environment, shop) {
  if (!environment.package) return "";
  return JSON.parse(readFileSync(shop.tool(`${environment.package}/package.json`), "utf8")).version;
}

function table(rows) {
  const kilobytes = (value) => (value === undefined ? "" : (value / 1000).toFixed(1));
  const cells = rows.map(({ name, version, result, cold, raw, gzip, note = "" }) => [
    name,
    version,
    result,
    cold === undefined ? "" : cold.toFixed(0),
    kilobytes(raw),
    kilobytes(gzip),
    note,
  ]);
  const head = ["environment", "version", "result", "cold ms", "raw kB", "gzip kB", ""];
  const all = [head, ...cells];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column > 2 && column < 6 ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
      )
      .join("  ")
      .trimEnd(),
  );
  const notes = [
    "cold ms: until the first date, less than the same program, page or test without the package; the best of several",
    "kB: what is loaded for it (of bundlers, the whole output)",
  ];
  return [...lines, "", ...notes].join("\n");
}
