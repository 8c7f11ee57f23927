// The reference of the command line as Markdown, made of what --help prints.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { root } from "./process.mjs";

/** The whole page. */
export function cliPage() {
  const overview = help();
  const verbs = overview
    .split("\n")
    .filter((line) => /^ {2}[a-z]/.test(line))
    .map((line) => line.trim().split(/\s/)[0]);
  const parts = [
    "# The command line",
    "<!-- Made of `dagfill --help` by `npm run reference`. Change js/cli, not this page. -->",
    block(overview),
  ];
  for (const verb of verbs) parts.push(`## dagfill ${verb}`, block(help(verb)));
  return `${parts.join("\n\n")}\n`;
}

function help(...verb) {
  const env = { ...process.env, NO_COLOR: "1", COLUMNS: "100" };
  return execFileSync(process.execPath, [join(root, "dist", "cli.js"), ...verb, "--help"], {
    env,
    encoding: "utf8",
  }).trimEnd();
}

const block = (text) => `\`\`\`text\n${text}\n\`\`\``;
