// Modules of the page in Node, with the built package: no node_modules of the page is needed.
import { join } from "node:path";
import { root } from "../../scripts/process.mjs";
import { sourceModule } from "../source_module.mjs";

/** The exports of `source`, a module's text whose imports are relative to www/src. */
export const pageModule = (source) =>
  sourceModule(source, "www/src", {
    alias: {
      "dagfill/import": join(root, "dist/import.js"),
      "dagfill/planning": join(root, "dist/planning.js"),
      dagfill: join(root, "dist/index.js"),
    },
  });
