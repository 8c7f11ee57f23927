// The command over hostile files and flags: nothing of them commands the terminal, and nothing ends in a stack.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { run, screen, startInTerminal, workplace } from "./cli_process.mjs";

const place = workplace();
const file = (name, value) => {
  const path = join(place.folder, name);
  writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  return path;
};
// Clear the screen, set its title, eight-bit CSI, carriage return, and letters that run backwards.
const evil = "x\x1b[2J\x1b]0;title\x07\x9b31m\r\u202ey";
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about.
const raw = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/;
const tasks = [{ taskId: `t${evil}`, command: "echo out; false" }];
const dag = file("evil.json", { dagId: `d${evil}`, schedule: "@daily", tasks });
const range = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", place.store];

const commands = {
  preview: ["preview", dag, ...range],
  "preview as JSON": ["preview", dag, ...range, "--json"],
  run: ["run", dag, ...range],
  "run as JSON": ["run", dag, ...range, "--reset", "--yes", "--json"],
  list: ["list", "--store", place.store],
  trigger: ["trigger", dag, "--store", place.store],
  schedule: ["schedule", dag, "--once", "--store", place.store],
  explain: ["explain", dag],
  "an unknown DAG": ["preview", dag, "--dag-id", evil],
  "an unknown flag": ["preview", dag, `--${evil}`],
  "an unknown verb": [evil],
  "a missing file": ["preview", `/tmp/${evil}.mjs`],
  "a wrong date": ["preview", dag, "--start-date", evil, "--end-date", "2024-01-02"],
  "an unknown backfill": ["resume", dag, evil, "--store", place.store],
};
for (const [name, args] of Object.entries(commands)) {
  test(`${name}: no escape sequence of an id reaches a pipe or a terminal`, async () => {
    const { out, err } = await run(args);
    assert.doesNotMatch(out + err, raw);
    if (name.endsWith("JSON")) for (const line of out.trim().split("\n")) JSON.parse(line);
    const shown = (await startInTerminal(args).ended).out;
    // Its own sequences are colours and the line that is drawn again.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
    assert.doesNotMatch(screen(shown.replace(/\x1b\[\d+m/g, "").replaceAll("\r\n", "\n")), raw);
    assert.ok(!shown.includes("\x1b[2J") && !shown.includes("\x1b]0;"), JSON.stringify(shown));
  });
}

test("JSON has an id whole, however long it is; messages shorten it", async () => {
  const dagId = "d".repeat(100_000);
  const path = file("long_id.json", { dagId, schedule: "@daily", tasks });
  const preview = await run(["preview", path, ...range, "--json"]);
  assert.equal(JSON.parse(preview.out).dagId, dagId);
  const refused = await run(["preview", path, ...range, "--dag-id", "e".repeat(100_000)]);
  assert.equal(refused.code, 2);
  assert.ok(refused.err.length < 2_000, `${refused.err.length} characters`);
});

const deep = (depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const long = "long ".repeat(20_000);
const refused = {
  "deep JSON in --conf": ["preview", dag, ...range, "--conf", `{"a":${deep(20_000)}}`],
  "a deep DAG file": [
    "preview",
    file("deep.json", `{"dagId":"a","schedule":null,"params":{"a":${deep(100_000)}}}`),
    ...range,
  ],
  "a DAG file of 20,000 levels": [
    "preview",
    file("levels.json", `{"dagId":"a","schedule":null,"params":{"a":${deep(20_000)}}}`),
    ...range,
  ],
  "a deep file that is no DAG": ["preview", file("deeper.json", deep(1_000_000)), ...range],
  "a deep file that does not end": ["preview", file("open.json", "[".repeat(1_000_000)), ...range],
  "an array in --conf": ["preview", dag, ...range, "--conf", deep(1_000)],
  "a text in --conf": ["preview", dag, ...range, "--conf", JSON.stringify(long)],
  "a long date": ["preview", dag, "--start-date", long, "--end-date", "2024-01-02"],
  "a long number": ["preview", dag, ...range, "--max-parallel-runs", long],
  "a long choice": ["preview", dag, ...range, "--reprocess", long],
  "a long flag": ["preview", dag, `--${long}`],
  "a long verb": [long],
  "a long argument": ["preview", dag, long],
  "a long DAG id": ["preview", dag, "--dag-id", long],
  "a long backfill id": ["resume", dag, long, "--store", place.store],
  "a long schedule": ["explain", long],
};
for (const [name, args] of Object.entries(refused)) {
  test(`${name} is refused in a few lines`, async () => {
    const { code, out, err } = await run(args);
    assert.equal(code, 2, err.slice(0, 500));
    assert.ok((out + err).length < 2_000, `${(out + err).length} characters`);
    assert.doesNotMatch(err, /RangeError|Maximum call stack|\n {4}at /);
  });
}

test("a DAG id of a megabyte does not fill the terminal", async () => {
  const path = file("large.json", {
    dagId: "x".repeat(1_000_000),
    schedule: "@daily",
    tasks: [{ taskId: "a", command: "true" }],
  });
  const days = ["--start-date", "2024-01-01", "--end-date", "2024-01-02", "--store", ":memory:"];
  const { store } = workplace();
  const of = (verb) =>
    verb === "list" ? ["list", "--store", store] : [verb, path, ...days.slice(0, 5), store];
  for (const verb of ["preview", "run", "list"]) {
    const { code, out, err } = await run(of(verb));
    // The command itself fails: no process is started with an environment of a megabyte.
    assert.equal(code, verb === "run" ? 1 : 0, err.slice(0, 500));
    assert.ok((out + err).length < 2_000, `${verb}: ${(out + err).length} characters`);
  }
});
