// Templates: one template for 100,000 dates beside the engines that a user could pick instead, all of them compiled once and
// given ready strings by a loop over toISOString (that loop counts: it is what their users write). Each in a process of
// its own, answers compared.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { render, resolveDateMacros } from "../dist/index.js";
import { dates, engines, steps } from "./macros/cases.mjs";
import { ratio } from "./ratios.mjs";

const script = fileURLToPath(new URL("macros/run.mjs", import.meta.url));
const rows = {};
for (const name of Object.keys(engines)) {
  const text = execFileSync(process.execPath, ["--expose-gc", script, name], { encoding: "utf8" });
  rows[name] = JSON.parse(text);
}

let missed = 0;
function reach(reached, text) {
  if (!reached) missed++;
  console.log(`  ${reached ? "reached" : "MISSED "}  ${text}`);
}

console.log(`\none template, ${dates.length} dates: milliseconds, median and least of 15 rounds`);
for (const [name, { median, least, hash }] of Object.entries(rows)) {
  const same = hash === rows.dagfill.hash ? "" : "  other text!";
  console.log(`  ${name.padEnd(12)} ${median.toFixed(1).padStart(8)} ${least.toFixed(1).padStart(8)}${same}`);
  if (same !== "") missed++;
}
const times = (name) => rows[name].median / rows.dagfill.median;
for (const name of ["nunjucks", "handlebars", "mustache", "eta"])
  ratio(`templates beside ${name}`, rows[name].least / rows.dagfill.least);
for (const name of ["nunjucks", "handlebars", "mustache"]) {
  reach(times(name) >= 2, `${times(name).toFixed(1)} times as fast as ${name} (at least 2)`);
}
reach(times("eta") >= 1, `${times("eta").toFixed(1)} times as fast as eta (at least 1)`);

console.log("\na step of a date and a statement, the same dates: nunjucks has helpers for dates");
const stepRows = {};
for (const name of Object.keys(steps)) {
  const text = execFileSync(process.execPath, ["--expose-gc", script, name, "steps"], { encoding: "utf8" });
  stepRows[name] = JSON.parse(text);
}
if (stepRows.nunjucks.hash !== stepRows.dagfill.hash) missed++;
const stepTimes = stepRows.nunjucks.median / stepRows.dagfill.median;
ratio("templates with steps beside nunjucks", stepRows.nunjucks.least / stepRows.dagfill.least);
reach(stepTimes >= 2, `${stepTimes.toFixed(1)} times as fast as nunjucks (at least 2)`);

/** Microseconds a call, the least of some rounds after the first: the machine has other work too. */
function microseconds(call) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 20; round++) {
    const start = performance.now();
    for (let i = 0; i < 1000; i++) call(dates[round * 1000 + i]);
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

console.log("\none warm call, template and schedule seen before");
const conf = { region: "eu" };
const template = "s3://b/{{ ds_nodash }}/part={{ ds }}/{{ dag_run.conf.region }}";
for (const [name, call] of [
  ["resolveDateMacros", (ms) => resolveDateMacros(template, ms, "@hourly", { conf })],
  ["render", (ms) => render(template, { executionDate: ms, schedule: "@hourly", conf })],
]) {
  const time = microseconds(call);
  reach(time < 10, `${time.toFixed(1)} microseconds a call of ${name} (less than 10)`);
}
if (missed > 0) process.exitCode = 1;
