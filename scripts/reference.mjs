// `npm run reference`: writes the pages of docs/reference that are made of what the package says about itself.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { macroPage } from "./macro_page.mjs";
import { main, root, say } from "./process.mjs";

main(async () => {
  await build();
  const { macroCatalog } = await import("../dist/index.js");
  const folder = join(root, "docs", "reference");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "macros.md");
  writeFileSync(file, macroPage(macroCatalog()));
  say(`wrote ${file}`);
});
