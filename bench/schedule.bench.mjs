// Dates a second: dagfill beside the libraries that a user could pick instead, each case of each in a process of its own,
// the least of several rounds, answers compared.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expandRange } from "../dist/index.js";
import { ratio as tell } from "./ratios.mjs";
import { cases } from "./schedule/cases.mjs";
import { libraries } from "./schedule/libraries.mjs";

const folder = fileURLToPath(new URL(".", import.meta.url));
const [only] = process.argv.slice(2);

function measure(library, number, timeZone) {
  const script = join(folder, "schedule", "run.mjs");
  const env = { ...process.env, TZ: timeZone };
  try {
    const text = execFileSync(process.execPath, ["--expose-gc", script, library, String(number)], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
    return JSON.parse(text);
  } catch (error) {
    return {
      error:
        String(error.stderr ?? error)
          .trim()
          .split("\n")
          .find((line) => /^\w*Error/.test(line))
          ?.slice(0, 200) ?? "failed",
    };
  }
}

const hash = (dates) => createHash("sha1").update(Float64Array.from(dates)).digest("hex");

/** What the wall shows, for the library that gives only that. */
function walls(dates, timeZone) {
  if (timeZone === "UTC") return dates;
  const format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  return dates.map((ms) => {
    const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(ms));
    return ms + (sign === "-" ? -1 : 1) * (hours * 60 + Number(minutes)) * 60_000;
  });
}

function rate(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(value >= 1e8 ? 0 : 1)} M`;
  return value >= 1e4 ? `${(value / 1e3).toFixed(0)} k` : `${(value / 1e3).toFixed(1)} k`;
}

let missed = 0;
function reach(reached, text) {
  if (!reached) missed++;
  console.log(`  ${reached ? "reached" : "MISSED "}  ${text}`);
}

for (const [number, asked] of cases.entries()) {
  if (only !== undefined && !asked.name.includes(only)) continue;
  const expected = expandRange(asked.cron, asked.start, asked.end, {
    timeZone: asked.timeZone,
    ...asked.options,
  });
  if (expected.length !== asked.count)
    throw new Error(`${asked.name}: ${expected.length} dates, expected ${asked.count}`);
  const rows = {};
  console.log(`\n${asked.name}: ${asked.count} dates`);
  for (const [name, library] of Object.entries(libraries)) {
    const row = measure(name, number, asked.timeZone);
    if (row === null) continue;
    rows[name] = row;
    if (row.error !== undefined) {
      console.log(`  ${name.padEnd(18)} ${row.error}`);
      continue;
    }
    const same = [...expected.subarray(0, row.count)];
    row.equal = row.hash === hash(library.wall ? walls(same, asked.timeZone) : same);
    const ratio = rows.dagfill.rate / row.rate;
    const part = row.count < asked.count ? ` (the first ${row.count})` : "";
    console.log(
      `  ${name.padEnd(18)} ${rate(row.rate).padStart(8)} dates/s ${(row.ms * 1_000).toFixed(1).padStart(12)} us a call` +
        `  1/${ratio.toFixed(ratio < 10 ? 1 : 0)}${row.equal ? "" : "  other dates"}${part}`,
    );
  }
  check(asked, rows);
}
memory();
console.log(missed === 0 ? "\nevery target is reached" : `\n${missed} targets are missed`);
process.exitCode = missed === 0 ? 0 : 1;

/** The targets of the project, measured here and now. */
function check(asked, rows) {
  const peers = Object.entries(rows).filter(([name, { error }]) => !/dagfill|plain/.test(name) && !error);
  const right = peers.filter(([, { equal }]) => equal).sort((a, b) => b[1].rate - a[1].rate);
  const mine = rows.dagfill.rate;
  if ((asked.rule || asked.count >= 1_000) && right.length > 0) {
    const [name, { rate: fastest }] = right[0];
    tell(`dates of ${asked.name}, beside ${name}`, mine / fastest);
    // 100x would be faster than the plain loop that writes the numbers. Rules that few libraries have give few dates.
    const wanted = asked.rule ? 5 : 20;
    reach(
      mine >= wanted * fastest,
      `${wanted}x the fastest right peer (${name}): ${(mine / fastest).toFixed(0)}x`,
    );
  }
  if (asked.timeZone !== "UTC" && !asked.rule) {
    for (const [name, row] of peers) {
      if (!libraries[name].zoneByOption || libraries[name].native) continue;
      reach(
        mine >= 300 * row.rate,
        `300x ${name}, which is given the zone: ${(mine / row.rate).toFixed(0)}x`,
      );
    }
  }
  const dates = rows["dagfill as Date[]"].rate;
  for (const [name, row] of peers) {
    if (libraries[name].native) continue;
    if (dates < 3 * row.rate) reach(false, `as Date[] 3x ${name}: ${(dates / row.rate).toFixed(1)}x`);
  }
  reach(
    peers.every(([name, row]) => libraries[name].native || dates >= 3 * row.rate),
    "as Date[], like for like, 3x every peer in JavaScript",
  );
  if (asked.count >= 50_000 && rows["plain loop"] !== undefined) {
    const times = rows.dagfill.ms / rows["plain loop"].ms;
    reach(times <= 1.3, `at most 1.3x the time of the plain loop: ${times.toFixed(2)}x`);
  }
  if (asked.count < 100)
    reach(rows.dagfill.ms < 0.05, `a sparse case under 50 us: ${(rows.dagfill.ms * 1_000).toFixed(1)} us`);
}

function memory() {
  const script =
    "const m=[];WebAssembly.Instance=class extends WebAssembly.Instance{constructor(...a){super(...a);m.push(this.exports.memory)}};" +
    `const {expandRange}=await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});` +
    'const n=expandRange("* * * * *","2020-01-01","2024-01-01",{limit:1_000_000}).length;' +
    "console.log(n,m.at(-1).buffer.byteLength)";
  const text = String(execFileSync(process.execPath, ["--input-type=module", "-e", script]));
  const [count, bytes] = text.trim().split(" ").map(Number);
  console.log("");
  reach(
    bytes < 32 * 2 ** 20,
    `wasm memory after ${count} dates under 32 MiB: ${(bytes / 2 ** 20).toFixed(1)} MiB`,
  );
}
