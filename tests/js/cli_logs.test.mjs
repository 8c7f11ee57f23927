// dagfill logs: what commands printed is kept by attempt beside the store, bounded, and can be followed.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { BackfillService } from "dagfill";
import { openSqliteStore } from "dagfill/store/sqlite";
import { run, start, until } from "./cli_process.mjs";

const folder = mkdtempSync(join(tmpdir(), "dagfill-logs-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const limit = { timeout: 120_000, skip: process.platform === "win32" && "commands for a POSIX shell" };

function scene(name, tasks) {
  const [file, store] = [join(folder, `${name}.json`), join(folder, `${name}.sqlite`)];
  writeFileSync(file, JSON.stringify({ dagId: name, schedule: "@daily", tasks }));
  const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--store", store];
  return {
    file,
    store,
    fill: () => run(["run", file, ...day, "--quiet"]),
    begin: () => start(["run", file, ...day, "--quiet"]),
    logs: (...args) => run(["logs", file, ...args, "--store", store]),
  };
}

test("each attempt has its log, with times and sources; ids that are no file names, too", limit, async () => {
  const odd = "../a b:*?.";
  const { fill, logs, store } = scene("kept", [
    { taskId: "one", command: "echo first; echo second >&2; test {{ ti.try_number }} = 2", retries: 1 },
    { taskId: odd, dependsOn: ["one"], command: "echo odd" },
  ]);
  assert.equal((await fill()).code, 0);
  const all = await logs("2024-01-01");
  assert.equal(all.code, 0, all.err);
  assert.match(
    all.out,
    /one, attempt 1\n\S+Z out first\n\S+Z err second\n\S+Z end exit code 1\none, attempt 2\n/,
  );
  assert.match(all.out, /odd/);
  const second = await logs("2024-01-01", "one", "--attempt", "2");
  assert.equal(second.out.match(/attempt/g).length, 1);
  assert.match((await logs("backfill__2024-01-01T00:00:00+00:00", odd)).out, /out odd/);
  assert.equal(statSync(`${store}.logs`).mode & 0o777, 0o700);
});

test("logs of a task that was not started say its state", limit, async () => {
  const { fill, logs } = scene("unstarted", [
    { taskId: "a", command: "exit 1" },
    { taskId: "b", dependsOn: ["a"], command: "echo b" },
  ]);
  assert.equal((await fill()).code, 1);
  const { out, err } = await logs("2024-01-01", "b");
  assert.equal(out, "");
  assert.match(err, /no logs of backfill__2024-01-01T00:00:00\+00:00: not started: b \(upstream_failed\)/);
});

test("an attempt keeps 10 MiB and says that it was cut", limit, async () => {
  const { fill, store } = scene("long", [
    { taskId: "a", command: "yes 0123456789 | head -c 14000000; echo" },
  ]);
  assert.equal((await fill()).code, 0);
  const path = join(
    `${store}.logs`,
    "long",
    encodeURIComponent("backfill__2024-01-01T00:00:00+00:00"),
    "a",
    "1.log",
  );
  const text = readFileSync(path, "utf8");
  assert.ok(text.length <= 10 * 1024 * 1024 + 200, String(text.length));
  assert.match(text.slice(-200), /cut more than 10 MiB/);
});

test("--follow prints what comes, and ends with the run", limit, async () => {
  const gate = join(folder, "gate");
  const { begin, file, store } = scene("followed", [
    { taskId: "a", command: `echo before; while ! test -e ${gate}; do sleep 0.05; done; echo after` },
  ]);
  const running = begin();
  const logsNow = () => run(["logs", file, "2024-01-01", "--store", store]);
  while (!(await logsNow()).out.includes("before"));
  const { state, ended } = start(["logs", file, "2024-01-01", "--follow", "--store", store]);
  await until(() => state.out.includes("before"));
  writeFileSync(gate, "");
  const { code, out } = await ended;
  assert.equal(code, 0);
  assert.match(out, /out after/);
  assert.equal((await running.ended).code, 0);
});

test("a run or a task that is not there is refused, and a store in memory has no logs", limit, async () => {
  const { fill, logs, file } = scene("wrong", [{ taskId: "a" }]);
  await fill();
  assert.match((await logs("2024-01-02")).err, /expected a run of wrong, got none at 2024-01-02/);
  assert.match((await logs("2024-01-01", "b")).err, /it has a/);
  assert.match((await logs("2024-01-01")).err, /no logs of/);
  assert.equal((await run(["logs", file, "2024-01-01", "--store", ":memory:"])).code, 2);
});

test("a function that fails leaves the stack of its error, and of the cause, in its log", limit, async () => {
  const [file, store] = [join(folder, "stack.mjs"), join(folder, "stack.sqlite")];
  writeFileSync(
    file,
    `function inner() { throw new Error("no rows", { cause: new TypeError("a null") }); }
export default {
  dagId: "stack", schedule: "@daily",
  tasks: [
    { taskId: "load", run: () => inner() },
    { taskId: "fine", run: () => 1 },
  ],
};
`,
  );
  const day = ["--start-date", "2024-01-01", "--end-date", "2024-01-01", "--store", store];
  assert.equal((await run(["run", file, ...day, "--quiet"])).code, 1);
  const { out } = await run(["logs", file, "2024-01-01", "--store", store]);
  assert.match(out, /load, attempt 1\n\S+Z err Error: no rows\n\S+Z err +at inner \(.*stack\.mjs:1:/);
  assert.match(out, /cause.*TypeError: a null/);
  assert.match(out, /Z end no rows\n/);
  assert.doesNotMatch(out, /fine/);
  const triggered = await run(["trigger", file, "-e", "2024-01-05", "--store", store]);
  assert.equal(triggered.code, 1);
  assert.match((await run(["logs", file, "2024-01-05", "load", "--store", store])).out, /at inner/);
  const none = await run(["logs", file, "2024-01-01", "fine", "--store", store]);
  assert.match(none.err, /only commands, and functions that failed, have logs/);
});

test("logs say of commands that ran elsewhere that their output is there", async () => {
  const [file, path] = [join(folder, "elsewhere.mjs"), join(folder, "elsewhere.sqlite")];
  writeFileSync(
    file,
    `export const dag = { dagId: "elsewhere", schedule: "@daily", taskDefaults: { command: "echo {{ ds }}" }, tasks: [
      { taskId: "own", command: "echo own" }, { taskId: "shared" }, { taskId: "function", run: () => 1 },
    ] };`,
  );
  const { dag } = await import(pathToFileURL(file).href);
  const store = await openSqliteStore(path);
  const service = new BackfillService({ dags: [dag], store, executeTask: () => {} });
  const range = { dagId: "elsewhere", startDate: "2024-01-01", endDate: "2024-01-01" };
  assert.equal((await service.backfill(range)).state, "success");
  await store.close();
  const said = async (...args) => (await run(["logs", ...args, "--store", path])).err;
  const where = `no logs of backfill__2024-01-01T00:00:00+00:00 in ${path}.logs: the output of commands is where they ran, such as in that of dagfill worker: `;
  assert.equal(await said(file, "2024-01-01"), `${where}own, shared\n`);
  assert.equal(await said(file, "2024-01-01", "shared"), `${where}shared\n`);
  assert.match(
    await said(file, "2024-01-01", "function"),
    /: only commands, and functions that failed, have logs\n$/,
  );
  // By its id alone nothing is known of the tasks' work.
  assert.match(
    await said("elsewhere", "2024-01-01"),
    /have logs; dagfill worker prints the output of what it runs\n$/,
  );
  const remote = await run(["logs", file, "2024-01-01", "--store", "postgres://localhost:1/none"]);
  assert.match(remote.err, /expected a store in a file.*dagfill worker prints the output/s);
});

test("logs and tasks of a later date of a chunk are those of its run, which they name", limit, async () => {
  const { file, store, logs } = scene("chunked", [{ taskId: "a", command: "echo {{ ds }}" }]);
  const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-14", "--chunk", "P1W"];
  assert.equal((await run(["run", file, ...days, "--store", store, "--quiet"])).code, 0);
  const named = /^2024-01-10T00:00:00Z is in the chunk of 2024-01-08T00:00:00Z, whose run is shown$/m;
  for (const which of ["2024-01-10", "backfill__2024-01-10T00:00:00+00:00"]) {
    const { out, err } = await logs(which);
    assert.match(out, /^a, attempt 1\n\S+ out 2024-01-08\n/, err);
    assert.match(err, named);
  }
  const tasks = async (...args) => {
    const { out, err } = await run(["tasks", file, ...args, "--store", store, "--json"]);
    return [JSON.parse(out).map(({ executionDate }) => executionDate.slice(0, 10)), err];
  };
  const [dates, err] = await tasks("2024-01-10");
  assert.deepEqual(dates, ["2024-01-08"]);
  assert.match(err, named);
  assert.deepEqual((await tasks("--from", "2024-01-05", "--to", "2024-01-10"))[0], [
    "2024-01-01",
    "2024-01-08",
  ]);
  assert.deepEqual(await tasks(), [["2024-01-01", "2024-01-08"], ""]);
});
