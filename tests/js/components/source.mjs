// Modules of the components in Node, with the built core: React's place is taken by Preact, which is installed for the elements.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "../../../scripts/process.mjs";
import { sourceModule } from "../../source_module.mjs";

const core = {
  name: "core",
  setup(build) {
    build.onResolve({ filter: /\/face\.js$/ }, () => ({
      path: pathToFileURL(join(root, "dist/index.js")).href,
      external: true,
    }));
  },
};

/** The exports of `source`, a module's text whose imports are relative to js/react. */
export const componentModule = (source) =>
  sourceModule(source, "js/react", { alias: { react: "preact/compat" }, plugins: [core] });
