// How an environment is measured: what the package adds to a program that does the same without it.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { openBrowser } from "../tests/browser/chromium.mjs";
import { serve } from "../tests/browser/server.mjs";

/** What every environment has to show: a Saturday of a cron schedule. */
export const expected = "2024-03-09T06:00:00.000Z";
export const expression =
  'new Date(expandRange("0 6 * * SAT", "2024-03-04", "2024-03-10")[0] ?? 0).toISOString()';

/** The best of `times`: whatever else the machine does only adds to it. */
export async function best(job, times = 5) {
  let least = Number.POSITIVE_INFINITY;
  for (let time = 0; time < times; time += 1) least = Math.min(least, await job());
  return least;
}

/** Milliseconds of `job`, the best of `times`. */
export const timed = (job, times) =>
  best(async () => {
    const start = performance.now();
    await job();
    return performance.now() - start;
  }, times);

/** What a program printed; a failure carries both of its streams. */
export function printed(file, args, cwd, env = {}) {
  try {
    const options = { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 300_000 };
    return execFileSync(file, args, { ...options, env: { ...process.env, ...env } }).trim();
  } catch (error) {
    throw new Error(`${error.message.split("\n")[0]}\n${error.stdout ?? ""}\n${error.stderr ?? ""}`);
  }
}

/** A program that must print the date, against an empty one. */
export async function program(file, args, emptyArgs, cwd) {
  const output = printed(file, args, cwd);
  if (!output.endsWith(expected)) throw new Error(`printed ${output}`);
  const whole = await timed(() => printed(file, args, cwd));
  return whole - (await timed(() => printed(file, emptyArgs, cwd)));
}

/** Bytes of files, and of folders' files whose names end in one of `endings`. */
export function bytes(paths, endings = [".js", ".mjs", ".wasm"]) {
  const files = paths.flatMap((path) =>
    statSync(path).isDirectory()
      ? readdirSync(path, { recursive: true }).flatMap((name) =>
          endings.some((ending) => name.endsWith(ending)) ? [join(path, name)] : [],
        )
      : [path],
  );
  const texts = files.filter((file) => existsSync(file)).map((file) => readFileSync(file));
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  return {
    raw: sum(texts.map((text) => text.length)),
    gzip: sum(texts.map((text) => gzipSync(text, { level: 9 }).length)),
  };
}

/** The script of a page: shows the date, and when. `performance.now()` counts from the start of the navigation. */
export const shown = `import { expandRange } from "dagfill";
document.body.textContent = ${expression} + " " + performance.now();\n`;
export const page =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script type="module" src="./main.js"></script>';
const empty = page.replace(' src="./main.js">', '>document.body.textContent = "empty " + performance.now();');

/** A browser for pages; `close` it at the end. */
export async function pages() {
  const browser = await openBrowser();
  const open = async (url) => {
    const tab = await browser.newPage();
    const faults = [];
    tab.on("pageerror", (error) => faults.push(error.message));
    tab.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    try {
      await tab.goto(url);
      await tab.waitForFunction(() => /\d$/.test(document.body.innerText.trim()), null, {
        timeout: 30_000,
      });
      return (await tab.innerText("body")).trim().split(" ");
    } catch (error) {
      throw new Error(`${faults.join("\n")} ${error.message}`);
    } finally {
      await tab.close();
    }
  };
  const showsAt = (url, text) =>
    best(async () => {
      const [date, at] = await open(url);
      if (date !== text) throw new Error(`showed ${date}`);
      return Number(at);
    });
  return {
    close: () => browser.close(),
    /** Milliseconds until a page of a folder shows the date, against an empty page. */
    async served(folder, path = "/index.html") {
      const server = await serve({ folder, pages: { "/empty.html": empty } });
      try {
        return (
          (await showsAt(server.origin + path, expected)) -
          (await showsAt(`${server.origin}/empty.html`, "empty"))
        );
      } finally {
        await server.close();
      }
    },
    /** Milliseconds until a page of another server shows the date. */
    shows: (url) => showsAt(url, expected),
  };
}
