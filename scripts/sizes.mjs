// How large the package is: raw, gzip and brotli of the wasm module and of each entry.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { endings, entries, formatsOf } from "./entries.mjs";
import { root } from "./process.mjs";

/** One row a file of dist/, in bytes. */
export function sizes() {
  const files = Object.entries(entries).flatMap(([name, entry]) =>
    formatsOf(entry).map((format) => `${name}.${endings[format]}`),
  );
  return ["dagfill.wasm", ...files]
    .filter((file) => existsSync(join(root, "dist", file)))
    .map((file) => {
      const bytes = readFileSync(join(root, "dist", file));
      const gzip = gzipSync(bytes, { level: 9 }).length;
      return { file, raw: bytes.length, gzip, brotli: brotliCompressSync(bytes).length };
    });
}

/** The rows as lines of text, in kB (1000 bytes). */
export function sizeTable(rows = sizes()) {
  const cell = (value) => (typeof value === "number" ? (value / 1000).toFixed(1) : value).padStart(10);
  const line = ({ file, raw, gzip, brotli }) => file.padEnd(20) + cell(raw) + cell(gzip) + cell(brotli);
  const header = { file: "file", raw: "raw kB", gzip: "gzip kB", brotli: "brotli kB" };
  return [header, ...rows].map(line).join("\n");
}

/** What a page and its worker download when each is a bundle of its own: with the module in both, and with one for both. */
export function pageAndWorker(rows) {
  const gzip = (name) => rows.find(({ file }) => file === name)?.gzip ?? Number.NaN;
  return { dagfill: 2 * gzip("index.js"), slim: gzip("dagfill.wasm") + 2 * gzip("slim.js") };
}

/** The same as a line of text. */
export function pageAndWorkerLine({ dagfill, slim }) {
  const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const less = ((1 - slim / dagfill) * 100).toFixed(0);
  return `a page and its worker, gzip: dagfill ${kilobytes(dagfill)}, dagfill/slim with one module ${kilobytes(slim)} (${less} % less)`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = sizes();
  console.log(`${sizeTable(rows)}\n\n${pageAndWorkerLine(pageAndWorker(rows))}`);
}
