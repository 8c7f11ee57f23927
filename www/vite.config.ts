import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self' blob:; " +
  "base-uri 'none'; form-action 'none'";

/** The built page carries its policy with it, so that any static host serves it strictly. The dev server cannot:
 *  it injects styles and a refresh script. */
const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: policy },
      injectTo: "head-prepend",
    },
  ],
};

export default defineConfig({
  // Relative addresses: the folder works from any path.
  base: "./",
  plugins: [react(), contentSecurityPolicy],
  // The package is linked from the folder above, where there is no React.
  resolve: { dedupe: ["react"] },
  server: { fs: { allow: [".."] } },
  worker: { format: "es" },
  build: { target: "es2022", assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
