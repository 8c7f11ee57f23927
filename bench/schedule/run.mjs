// One library on one case, in a process of its own: `node run.mjs <library> <case number>`. Prints one line of JSON.
import { createHash } from "node:crypto";
import { cases } from "./cases.mjs";
import { libraries } from "./libraries.mjs";

const rounds = 15;
/** A round lasts about so many milliseconds, and a library that needs longer than the second for one request gets fewer dates. */
const round = 25;
const longest = 2_500;

const memories = [];
WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...args) {
    super(...args);
    memories.push(this.exports.memory);
  }
};

const [name, number] = process.argv.slice(2);
const library = libraries[name];
const asked = cases[Number(number)];
const request = await library.open();

/** Milliseconds for `times` requests. */
function time(times, count, full) {
  const start = performance.now();
  for (let i = 0; i < times; i++) request(asked, count, full);
  return performance.now() - start;
}

/** As many dates as the library makes in the longest time, found by doubling. */
function affordable() {
  let count = Math.min(asked.count, 64);
  for (;;) {
    const spent = time(1, count, count === asked.count);
    if (count === asked.count) return count;
    const room = spent > 0 ? longest / spent : 16;
    if (room < 2) return count;
    count = Math.min(asked.count, Math.floor(count * Math.min(room, 8)));
  }
}

if (request(asked, 1, false) === null) {
  console.log(JSON.stringify(null));
  process.exit();
}
const count = affordable();
const full = count === asked.count;
let times = 1;
let spent = time(times, count, full);
while (spent < round) {
  times = Math.min(times * 8, Math.ceil((times * round * 1.2) / Math.max(spent, 0.01)));
  spent = time(times, count, full);
}
const each = [];
for (let i = 0; i < (spent > 1_000 ? 3 : rounds); i++) {
  globalThis.gc?.();
  each.push(time(times, count, full) / times);
}
const dates = Float64Array.from(request(asked, count, full), library.ms);
// The least: the machine has other work too, and nothing makes a library faster than it is.
const ms = Math.min(...each);
console.log(
  JSON.stringify({
    count: dates.length,
    ms,
    rate: (dates.length / ms) * 1_000,
    hash: createHash("sha1").update(dates).digest("hex"),
    dates: dates.length <= 10_000 ? [...dates] : undefined,
    memory: memories.at(-1)?.buffer.byteLength,
  }),
);
