// One engine in a process of its own: each message asks for one round, and is answered with its time and a hash of what it rendered.
import { createHash } from "node:crypto";
import { dates, engines, steps } from "./cases.mjs";

const [name, kind] = process.argv.slice(2);
const render = (kind === "steps" ? steps : engines)[name]();

process.on("message", () => {
  globalThis.gc?.();
  const start = performance.now();
  const texts = render(dates);
  const time = performance.now() - start;
  process.send({ time, hash: createHash("sha1").update(texts.join("\n")).digest("hex") });
});
