// A static file server on the loopback interface, for pages that use the built package.
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { root } from "../../scripts/process.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves files of `folder` (default: the repository, so that pages import /dist/index.js). `pages` maps a path to the
 *  text of a page; `headers` goes with every answer; `encode` gives a file's `bytes` and their `encoding`. Returns the origin and a function
 *  that ends it. */
export async function serve({ folder = root, pages = {}, headers = {}, encode } = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page !== undefined) {
      const type = types[extname(path)] ?? types[".html"];
      return void response.writeHead(200, { "content-type": type, ...headers }).end(page);
    }
    const file = join(folder, normalize(path).replace(/\/$/, "/index.html"));
    const stat = statSync(file, { throwIfNoEntry: false });
    if (!file.startsWith(folder) || !stat?.isFile()) return void response.writeHead(404).end(`no ${path}`);
    const type = types[extname(file)] ?? "application/octet-stream";
    if (encode !== undefined) {
      const { bytes, encoding } = encode(file);
      const own = { "content-type": type, "content-length": bytes.length, "content-encoding": encoding };
      return void response.writeHead(200, { ...own, ...headers }).end(bytes);
    }
    response.writeHead(200, { "content-type": type, "content-length": stat.size, ...headers });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
