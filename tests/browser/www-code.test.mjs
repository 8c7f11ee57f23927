// "Copy as code" of a plan that somebody else wrote into a link: in every flavour the values stay values. The shell
// flavours are run by sh with programs that only write down their arguments.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { pageModule } from "./www-module.mjs";

const page = await pageModule(`export { toCode } from "./code"; export { fileName, printable } from "./quote";
export { DEFAULT_DRAFT } from "./examples"; export { dagOf, optionsOf } from "./request";`);

const now = Date.UTC(2026, 0, 15);
const flavours = ["js", "cli", "airflow3", "airflow2", "json"];
const plain = { ...page.DEFAULT_DRAFT, from: "2026-01-01", to: "2026-01-03", conf: "" };
const read = { start: "2026-01-01T00:00:00Z", end: "2026-01-03T23:59:59Z" };

/** Texts that end a string, a comment, a line or a here-document of some flavour. */
const hostile = [
  "x; touch pwned",
  "$(touch pwned)",
  "`touch pwned`",
  "'; touch pwned; '",
  '"; touch pwned; "',
  "x\ntouch pwned\n",
  "x\rtouch pwned\r",
  "\nDAG\ntouch pwned\n",
  "\u001b[201~touch pwned\r",
  "\u009b201~touch pwned",
  "x\u2028touch pwned",
  "\u202etouch pwned",
  "--yes",
  "=touch",
  "../../.bashrc",
  "~/x",
  "\u0024{process.exit(1)}",
  "*/ process.exit(1) /*",
  "</script><script>",
  "__proto__",
];

/** Every text of a plan that a link can bring. */
function drafts(text) {
  const task = { taskId: text, command: text, dependsOn: [text] };
  return {
    dagId: { ...plain, dagId: text },
    exclude: { ...plain, exclude: [text] },
    conf: { ...plain, conf: JSON.stringify({ [text]: { [text]: text } }) },
    tasks: { ...plain, tasks: [task] },
    schedule: { ...plain, schedule: text },
    dst: { ...plain, dst: text },
    bounds: { ...plain, from: text, to: text },
  };
}

/** Runs a copied text with sh; gives the argument lists of the programs that it called, and what files it made. */
function runShell(t, text) {
  const folder = mkdtempSync(join(tmpdir(), "dagfill-code-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  const work = join(folder, "a/b/c");
  for (const path of [bin, work]) mkdirSync(path, { recursive: true });
  for (const name of ["airflow", "dagfill"]) {
    // NUL ends an argument, and a line of its own a call.
    const program = `#!/bin/sh\n{ printf '%s\\0' "$@"; printf '\\n--end--\\n'; } >> "${folder}/calls"\n`;
    writeFileSync(join(bin, name), program);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: folder };
  execFileSync("sh", ["-c", text], { cwd: work, env, stdio: "pipe" });
  const calls = readFileSync(join(folder, "calls"), "utf8")
    .split("\n--end--\n")
    .slice(0, -1)
    .map((call) => call.split("\0").slice(0, -1));
  const made = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((name) => !["a", "a/b", "a/b/c", "bin", "calls"].includes(name) && !name.startsWith("bin/"));
  return { calls, made };
}

/** The value of an option of a call, however it is written. */
const optionOf = (call, name) =>
  call.includes(name)
    ? call[call.indexOf(name) + 1]
    : call.find((argument) => argument.startsWith(`${name}=`))?.slice(name.length + 1);

for (const text of hostile) {
  test(`copied code keeps ${JSON.stringify(text)} a value, or is refused`, (t) => {
    for (const [field, draft] of Object.entries(drafts(text))) {
      for (const flavour of flavours) {
        const code = page.toCode(draft, flavour, now, field === "bounds" ? null : read);
        const where = `${field} as ${flavour}`;
        if (code.refused !== undefined) {
          assert.match(code.refused, /hidden character U\+/, where);
          assert.equal(page.printable(code.refused), code.refused, "a message shows every character");
          continue;
        }
        assert.deepEqual(
          code.text.split("\n").filter((line) => page.printable(line) !== line),
          [],
          `${where}: nothing hidden`,
        );
        const options = page.optionsOf(draft, now);
        if (flavour === "json") {
          assert.deepEqual(
            JSON.parse(code.text),
            JSON.parse(JSON.stringify({ dag: page.dagOf(draft), options })),
          );
        } else if (flavour === "js") {
          const literal = code.text.slice(
            code.text.indexOf("const options = "),
            code.text.indexOf("\n\nconst preview"),
          );
          // As JSON, since objects of another context have other prototypes.
          const value = runInNewContext(`${literal}\nJSON.stringify(options)`);
          assert.equal(value, JSON.stringify(options), where);
          const dags = code.text.slice(code.text.indexOf("  dags: ") + 8, code.text.indexOf(",\n  store:"));
          assert.equal(
            runInNewContext(`JSON.stringify(${dags})`),
            JSON.stringify([page.dagOf(draft)]),
            where,
          );
        } else {
          const { calls, made } = runShell(t, code.text);
          assert.equal(calls.length, flavour === "cli" ? 2 : 1, where);
          if (flavour === "cli") {
            const file = page.fileName(draft.dagId, "dag.json");
            assert.deepEqual(made, [`a/b/c/${file}`], where);
            assert.equal(calls[0][1], file);
          } else {
            assert.deepEqual(made, [], where);
            const dagId =
              flavour === "airflow3"
                ? optionOf(calls[0], "--dag-id")
                : calls[0].filter((argument) => argument === draft.dagId)[0];
            assert.equal(dagId, draft.dagId, where);
          }
          const conf = optionOf(calls[0], flavour === "airflow3" ? "--dag-run-conf" : "--conf");
          if (options.conf)
            assert.deepEqual(JSON.parse(conf), JSON.parse(JSON.stringify(options.conf)), where);
        }
      }
    }
  });
}

test("a file of the copied command stays in the folder, and overwrites no file of another kind", () => {
  const names = ["../../.bashrc", ".hidden", "-x", "", "päckage", "package", "a/b", "x".repeat(300)];
  assert.deepEqual(
    names.map((name) => page.fileName(name, "dag.json")),
    [
      "dag.._.._.bashrc.dag.json",
      "dag.hidden.dag.json",
      "dag-x.dag.json",
      "dag.dag.json",
      "p_ckage.dag.json",
      "package.dag.json",
      "a_b.dag.json",
      `${"x".repeat(80)}.dag.json`,
    ],
  );
});
