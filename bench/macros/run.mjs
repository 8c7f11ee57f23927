// One engine in a process of its own: the median of its rounds, and a hash of what it rendered.
import { createHash } from "node:crypto";
import { dates, engines, steps } from "./cases.mjs";

const [name, kind] = process.argv.slice(2);
const render = (kind === "steps" ? steps : engines)[name]();
const ROUNDS = 15;
const times = [];
let texts = render(dates);
for (let round = 0; round < ROUNDS; round++) {
  globalThis.gc?.();
  const start = performance.now();
  texts = render(dates);
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const hash = createHash("sha1").update(texts.join("\n")).digest("hex");
console.log(JSON.stringify({ median: times[ROUNDS >> 1], least: times[0], hash }));
