// The command over DAGs whose tasks are shell commands.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { jsonLines, run, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
test("shell commands of a JSON file run in its folder; what they print is a log", limit, async () => {
  const { folder, store } = workplace();
  const file = join(folder, "dag.json");
  const tasks = [
    { taskId: "first", command: `echo hello {{ ds }}; echo 'xcom:{"n": 2}'` },
    { taskId: "second", dependsOn: ["first"], command: "echo {{ ds }} {{ xcom.first.n }} >> here" },
  ];
  writeFileSync(file, JSON.stringify({ dagId: "shell", schedule: "@daily", tasks }));
  const args = ["run", file, "--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", store];
  const { code, out } = await run(args, { cwd: "/" });
  assert.equal(code, 0, out);
  assert.match(out, /^2024-01-02T00:00 first \| hello 2024-01-02$/m);
  assert.equal(readFileSync(join(folder, "here"), "utf8"), "2024-01-01 2\n2024-01-02 2\n");
  const quiet = await run([...args, "--reset", "--quiet"], { cwd: "/" });
  assert.doesNotMatch(quiet.out, /hello/);
  const events = jsonLines((await run([...args, "--reset", "--json"], { cwd: "/" })).out);
  assert.deepEqual(
    events.filter(({ type }) => type === "log").map(({ text }) => text),
    ["hello 2024-01-01", 'xcom:{"n": 2}', "hello 2024-01-02", 'xcom:{"n": 2}'],
  );
});
