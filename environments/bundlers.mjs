// Pages in Chromium: without a bundler, and by each bundler with nothing but its defaults.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bytes, expression, page, printed, shown } from "./measure.mjs";

// One subpath beside the main entry: whoever reads no `exports` has to find it all the same.
const main = `import { openIndexedDbStore } from "dagfill/store/indexeddb";
if (typeof openIndexedDbStore !== "function") throw new Error("no openIndexedDbStore");\n${shown}`;
const built = page.replace("./main.js", "./dist/main.js");
const load = (shop, path) => import(pathToFileURL(shop.tool(path)));

export const bundlers = [
  {
    name: "page, import map",
    async run({ shop, dist, pages }) {
      const imports = {
        dagfill: "/node_modules/dagfill/dist/index.js",
        "dagfill/store/indexeddb": "/node_modules/dagfill/dist/store/indexeddb.js",
      };
      const map = `<script type="importmap">${JSON.stringify({ imports })}</script>`;
      shop.write("page", { "index.html": map + page, "main.js": main });
      const cold = await pages.served(shop.folder, "/page/index.html");
      return { cold, ...bytes([join(dist, "index.js"), join(dist, "store/indexeddb.js")]) };
    },
  },
  {
    name: "page, classic script",
    async run({ shop, dist, pages }) {
      const script = `const { expandRange } = dagfill;\ndocument.body.textContent = ${expression} + " " + performance.now();`;
      const html = `<!doctype html><link rel="icon" href="data:,"><body>
<script src="/node_modules/dagfill/dist/index.iife.js"></script><script>${script}</script>`;
      shop.write("classic", { "index.html": html });
      const cold = await pages.served(shop.folder, "/classic/index.html");
      return { cold, ...bytes([join(dist, "index.iife.js")]) };
    },
  },
  {
    name: "Vite",
    package: "vite",
    async run({ shop, pages }) {
      const folder = shop.write("vite", { "index.html": page, "main.js": main });
      const { build } = await load(shop, "vite/dist/node/index.js");
      await build({ root: folder, logLevel: "error" });
      return { cold: await pages.served(join(folder, "dist")), ...bytes([join(folder, "dist")]) };
    },
  },
  {
    name: "webpack",
    package: "webpack",
    async run({ shop, pages }) {
      const folder = shop.write("webpack", { "index.html": built, "main.js": main });
      const { default: webpack } = await load(shop, "webpack/lib/index.js");
      const output = { path: join(folder, "dist") };
      const compiler = webpack({ context: folder, entry: "./main.js", mode: "production", output });
      const stats = await new Promise((resolve, reject) => {
        compiler.run((error, result) => (error ? reject(error) : resolve(result)));
      });
      const { errors } = stats.toJson();
      if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join("\n"));
      return { cold: await pages.served(folder), ...bytes([join(folder, "dist")]) };
    },
  },
  {
    name: "Rollup",
    package: "rollup",
    async run({ shop, pages }) {
      const folder = shop.write("rollup", { "index.html": built, "main.js": main });
      const { rollup } = await load(shop, "rollup/dist/es/rollup.js");
      const { default: resolve } = await load(shop, "@rollup/plugin-node-resolve/dist/es/index.js");
      const bundle = await rollup({
        input: join(folder, "main.js"),
        plugins: [resolve({ browser: true })],
        external: /^node:/,
      });
      await bundle.write({ dir: join(folder, "dist"), format: "es" });
      await bundle.close();
      return { cold: await pages.served(folder), ...bytes([join(folder, "dist")]) };
    },
  },
  {
    name: "esbuild",
    package: "esbuild",
    async run({ shop, pages }) {
      const folder = shop.write("esbuild", { "index.html": built, "main.js": main });
      const { build } = await load(shop, "esbuild/lib/main.js");
      const options = { bundle: true, minify: true, format: "esm", logLevel: "silent" };
      await build({
        ...options,
        entryPoints: [join(folder, "main.js")],
        outfile: join(folder, "dist/main.js"),
      });
      return { cold: await pages.served(folder), ...bytes([join(folder, "dist")]) };
    },
  },
  {
    name: "Parcel",
    package: "parcel",
    async run({ shop, pages }) {
      const folder = shop.write("parcel", { "index.html": page, "main.js": main, "package.json": "{}\n" });
      const flags = [
        "build",
        "index.html",
        "--no-cache",
        "--no-autoinstall",
        "--no-source-maps",
        "--dist-dir",
        "dist",
      ];
      printed(process.execPath, [shop.tool("parcel/lib/bin.js"), ...flags, "--public-url", "./"], folder);
      return { cold: await pages.served(join(folder, "dist")), ...bytes([join(folder, "dist")]) };
    },
  },
];
