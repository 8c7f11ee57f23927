// Templates: one template for 100,000 dates beside the engines that a user could pick instead, all of them compiled once and
// given ready strings by a loop over toISOString (that loop counts: it is what their users write). Each in a process of
// its own, answers compared.
import { render, resolveDateMacros } from "../dist/index.js";
import { dates, engines, steps } from "./macros/cases.mjs";
import { rounds, timesAsFast } from "./macros/rounds.mjs";
import { median } from "./median.mjs";
import { ratio } from "./ratios.mjs";

let missed = 0;
function reach(reached, text) {
  if (!reached) missed++;
  console.log(`  ${reached ? "reached" : "MISSED "}  ${text}`);
}

console.log(`\none template, ${dates.length} dates: milliseconds, median and least of rounds in turn`);
const rows = await rounds(Object.keys(engines));
for (const [name, { times, hash }] of Object.entries(rows)) {
  const same = hash === rows.dagfill.hash ? "" : "  other text!";
  const figures = [median(times), Math.min(...times)].map((time) => time.toFixed(1).padStart(8));
  console.log(`  ${name.padEnd(12)} ${figures.join(" ")}${same}`);
  if (same !== "") missed++;
}
for (const [name, goal] of [
  ["nunjucks", 2],
  ["handlebars", 2],
  ["mustache", 2],
  ["eta", 1],
]) {
  const times = timesAsFast(rows.dagfill, rows[name]);
  ratio(`templates beside ${name}`, times);
  reach(times >= goal, `${times.toFixed(1)} times as fast as ${name} (at least ${goal})`);
}

console.log("\na step of a date and a statement, the same dates: nunjucks has helpers for dates");
const stepRows = await rounds(Object.keys(steps), "steps");
if (stepRows.nunjucks.hash !== stepRows.dagfill.hash) missed++;
const stepTimes = timesAsFast(stepRows.dagfill, stepRows.nunjucks);
ratio("templates with steps beside nunjucks", stepTimes);
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
