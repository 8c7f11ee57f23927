// `npm run reference`: writes the pages of docs/reference that are made of what the package says about itself, and the report of its
// types.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiReport, reportFile } from "./api_report.mjs";
import { build } from "./build.mjs";
import { cliPage } from "./cli_page.mjs";
import { macroPage } from "./macro_page.mjs";
import { main, root, say } from "./process.mjs";
import { schemaPage } from "./schema_page.mjs";

main(async () => {
  await build();
  const { macroCatalog } = await import("../dist/index.js");
  const folder = join(root, "docs", "reference");
  mkdirSync(folder, { recursive: true });
  const pages = { "macros.md": macroPage(macroCatalog()), "cli.md": cliPage(), "dag-file.md": schemaPage() };
  for (const [name, text] of Object.entries(pages)) {
    writeFileSync(join(folder, name), text);
    say(`wrote docs/reference/${name}`);
  }
  writeFileSync(reportFile, apiReport());
  say("wrote tests/types/api_report.txt");
});
