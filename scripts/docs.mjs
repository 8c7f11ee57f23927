// `npm run docs`: the documentation as a folder of pages that need no server: guides, reference, and the API from its types. What only this
// needs is installed in tools/docs.
import { join } from "node:path";
import { build } from "./build.mjs";
import { install } from "./install.mjs";
import { main, root, run, say } from "./process.mjs";

main(async () => {
  await build();
  const cwd = join(root, "tools", "docs");
  await install(cwd);
  await run("node", [join("node_modules", "typedoc", "bin", "typedoc"), "--options", "typedoc.json"], {
    cwd,
  });
  say(`open ${join(root, "site", "index.html")}`);
});
