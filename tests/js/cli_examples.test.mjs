// The examples that the help of each verb prints, run one after the other in an empty folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cli, workplace } from "./cli_process.mjs";

const { folder } = workplace();

/** Runs a line as a shell does that has the command `dagfill`. */
function shell(line) {
  const text = `dagfill() { "${process.execPath}" "${cli}" "$@"; }\n${line}`;
  const child = spawn("bash", ["-ec", text], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (out += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out })));
}

const succeeds = async (line) => {
  const { code, out } = await shell(line);
  assert.equal(code, 0, `${line}\n${out}`);
};

/** The verbs in the order in which one prepares what the next needs. */
const order = [
  ...["init", "validate", "preview", "run", "enqueue", "pause", "unpause", "resume", "cancel", "discard"],
  ...["retry", "clear", "list", "runs", "tasks", "logs", "trigger", "schedule", "catchup", "explain"],
  ...["impact", "missing", "render", "import-dag", "import-runs", "completion"],
];

/** These run until they are stopped, or need another process: of their examples the arguments are read. */
const apart = ["serve", "worker", "approve"];

test("every verb's help has examples, and they do what they say", {
  timeout: 300_000,
  skip: process.platform === "win32" ? "the examples are lines of a shell of Unix" : false,
}, async () => {
  writeFileSync(join(folder, "airflow.py"), 'DAG("sales", schedule="@daily", catchup=False)\n');
  writeFileSync(
    join(folder, "runs.csv"),
    "dag_id,run_id,state,execution_date\nmy_dag,a,success,2024-07-01 00:00:00+00\n",
  );
  // The page is the help of each verb; a test of its own holds it.
  const page = readFileSync(new URL("../../docs/reference/cli.md", import.meta.url), "utf8");
  const verbs = [...page.matchAll(/^## dagfill (\S+)$/gm)].map(([, verb]) => verb);
  assert.deepEqual(verbs.toSorted(), [...order, ...apart].toSorted());
  for (const verb of [...order, ...apart]) {
    const section = page.split(`## dagfill ${verb}\n`)[1].split(/^## /m)[0];
    const lines = [...section.matchAll(/^ {2}((?:eval "\$\()?dagfill .*)$/gm)].map(([, line]) => line);
    assert.ok(lines.length > 0, `${verb} has no example`);
    for (const line of lines) await succeeds(apart.includes(verb) ? `${line} --help` : line);
  }
});
