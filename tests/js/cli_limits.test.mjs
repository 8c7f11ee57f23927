// What the command refuses, and what it does where it may not write.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openSqliteStore } from "dagfill/store/sqlite";
import { cli, run, workplace } from "./cli_process.mjs";

const limit = { timeout: 120_000 };
const place = workplace();
const file = join(place.folder, "etl.json");
writeFileSync(
  file,
  JSON.stringify({
    dagId: "etl",
    schedule: "@daily",
    timeZone: "Asia/Tokyo",
    tasks: [{ taskId: "load", command: "exit 1" }],
  }),
);
const day = ["--start-date", "2024-01-02", "--end-date", "2024-01-02"];

test("durations have a unit: ISO 8601, or a number with s, m, h or d", limit, async () => {
  const refused = [
    ["run", file, ...day, "--run-timeout", "10"],
    ["run", file, ...day, "--retry-delay", "1.5"],
    ["preview", file, ...day, "--rate", "10/60"],
    ["preview", file, ...day, "--start-windows", "0 22 * * */8"],
    ["import-runs", file, "--dag-id", "etl", "--assume-dead", "10"],
  ];
  for (const args of refused) {
    const { code, err } = await run([...args, "--store", ":memory:"]);
    assert.equal(code, 2, err);
    assert.match(
      err,
      /INVALID_OPTION expected a duration with its unit, got "\S+"\n.*\nhint such as \S+s or PT\S+S/,
    );
  }
  for (const text of ["30s", "5m", "2h", "1d", "250ms", "0", "PT30S"]) {
    const { code, err } = await run(["preview", file, ...day, "--run-timeout", text, "--store", ":memory:"]);
    assert.equal(code, text === "0" ? 2 : 0, `${text}: ${err}`);
  }
});

test("a range that ends before it starts is refused", limit, async () => {
  const refused = [
    ["run", file, "--start-date", "2024-01-05", "--end-date", "2024-01-02"],
    ["preview", file, "--start-date", "2024-01-05", "--end-date", "2024-01-02"],
    ["missing", file, "--from", "2024-01-05", "--to", "2024-01-02"],
    ["retry", file, "--from", "2024-01", "--to", "2023"],
  ];
  for (const args of refused) {
    const { code, err } = await run([...args, "--store", ":memory:"]);
    assert.equal(code, 2, err);
    assert.match(err, /INVALID_OPTION expected --\S+ at or after --/);
  }
});

test("the folder of a store has to be there", limit, async () => {
  const folders = [join(place.folder, "none"), ...(process.platform === "linux" ? ["/proc/x"] : [])];
  for (const folder of folders) {
    const { code, err } = await run(["run", file, ...day, "--store", join(folder, "runs.sqlite")]);
    assert.equal(code, 3, err);
    assert.match(err, /hint the folder of the file has to exist/);
    assert.equal(existsSync(folder), false);
  }
});

test(
  "what stores are asked with mode=ro is read, and nothing is written beside the file",
  limit,
  async () => {
    const { store, folder } = workplace();
    assert.equal((await run(["run", file, ...day, "--store", store])).code, 1);
    const before = readdirSync(folder);
    const reader = await openSqliteStore(`file:${store}?mode=ro&immutable=1`);
    assert.equal((await reader.listRuns({ dagId: "etl" })).length, 1);
    const write = reader.apply([{ type: "run", op: "delete", dagId: "etl", runId: "none" }]);
    await assert.rejects(write, { name: "DagfillError" });
    await reader.close();
    assert.deepEqual(readdirSync(folder), before);
  },
);

const nobody = 65_534;
const asNobody = {
  ...limit,
  skip: process.getuid?.() !== 0 && "needs to start a process as a user that may not write",
};
test("readers read a store that they may not write; init says why it cannot write", asNobody, async () => {
  const { store, folder } = workplace();
  await run(["run", file, ...day, "--store", store]);
  for (const [path, mode] of [
    [place.folder, 0o755],
    [store, 0o444],
    [folder, 0o555],
  ])
    chmodSync(path, mode);
  const read = (args) =>
    spawnSync(process.execPath, [cli, ...args], { uid: nobody, gid: nobody, encoding: "utf8", cwd: folder });
  if (read(["--version"]).status !== 0) return;
  for (const args of [["list"], ["runs", "etl"], ["tasks", "etl"], ["preview", file, ...day]]) {
    const { status, stdout, stderr } = read([...args, "--store", store]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /etl|failed/);
  }
  const made = read(["init"]);
  assert.equal(made.status, 2, made.stderr);
  assert.match(made.stderr, /INVALID_OPTION expected a place for dag\.yaml, got EACCES.*\nhint its folder/);
});

test("an answer that cannot be written is a failure", {
  ...limit,
  skip: !existsSync("/dev/full"),
}, async () => {
  for (const args of [["list", "--store", place.store], ["--help"], ["preview", file, ...day]]) {
    const child = spawn(process.execPath, [cli, ...args], {
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    let err = "";
    child.stderr.on("data", (chunk) => (err += chunk));
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(code, 1, err);
    assert.match(err, /the output could not be written: .*ENOSPC/);
  }
});

test("help of a verb goes by each of its ways", limit, async () => {
  const [own, ...others] = await Promise.all(
    [
      ["run", "--help"],
      ["help", "run"],
      ["--help", "run"],
    ].map((args) => run(args)),
  );
  assert.match(own.out, /--max-parallel-runs N/);
  for (const { code, out } of others) assert.deepEqual([code, out], [0, own.out]);
  assert.match((await run(["help", "rum"])).err, /did you mean run\?/);
});
