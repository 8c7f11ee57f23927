// The documentation as a folder of pages that need no server: guides, reference, and the API from the types of dist/. What only this needs
// is installed in tools/docs.
import { join } from "node:path";
import { install } from "./install.mjs";
import { root, run } from "./process.mjs";

/** Makes site/ and gives its first page. It fails on a link that leads nowhere in what it is made of. */
export async function site({ quiet = false } = {}) {
  const cwd = join(root, "tools", "docs");
  await install(cwd);
  const typedoc = join("node_modules", "typedoc", "bin", "typedoc");
  await run("node", [typedoc, "--options", "typedoc.json"], { cwd, quiet });
  return join(root, "site", "index.html");
}
