// `node scripts/release.mjs vX.Y.Z`: fails unless every place that names the version names this one, and the change log is closed for it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, main, root, say } from "./process.mjs";

/** What of a release disagrees with its tag, in words. `read` gives the text of a file of the repository. */
export function disagreements(tag, read) {
  const version = tag.replace(/^v/, "");
  const heading = /^## (.+)$/m.exec(read("CHANGELOG.md"))?.[1];
  const found = {
    "package.json": JSON.parse(read("package.json")).version,
    "Cargo.toml": /^version = "(.+)"$/m.exec(read("Cargo.toml"))?.[1],
    "the first heading of CHANGELOG.md": heading?.replace(/ \(\d{4}-\d{2}-\d{2}\)$/, ""),
  };
  const wrong = Object.entries(found).filter(([, value]) => value !== version);
  return wrong.map(([place, value]) => `${place}: expected ${version}, got ${value}`);
}

if (process.argv[1] === import.meta.filename)
  main(async () => {
    const [tag] = process.argv.slice(2);
    if (!/^v\d+\.\d+\.\d+(-[\w.]+)?$/.test(tag ?? ""))
      throw new Failure(`expected a tag such as v1.2.3, got ${tag}`);
    const wrong = disagreements(tag, (file) => readFileSync(join(root, file), "utf8"));
    if (wrong.length > 0) throw new Failure(wrong.join("\n"));
    say(`${tag} is one version everywhere`);
  });
