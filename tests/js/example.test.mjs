// The example DAG over real data: by functions and by shell commands, in a folder of its own, with fewer dates.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run } from "./cli_process.mjs";

const examples = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "examples");
let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "dagfill-example-"));
  mkdirSync(join(folder, "out"));
  for (const name of [
    "seattle_weather.mjs",
    "seattle_weather_monthly.mjs",
    "seattle_weather_shell.json",
    "data",
  ]) {
    cpSync(join(examples, name), join(folder, name), { recursive: true });
  }
});
after(() => rmSync(folder, { recursive: true, force: true }));

const range = ["--start-date", "2012-03-08", "--end-date", "2012-03-14", "--max-parallel-runs", "4"];
const dates = [8, 9, 10, 11, 12, 13, 14].map((day) => `2012-03-${String(day).padStart(2, "0")}`);
const backfill = (file, ...more) =>
  run(["run", join(folder, file), ...range, "--store", join(folder, "out", "runs.sqlite"), ...more]);

test("by functions: one partition a civil day, over a clock change too", { timeout: 60_000 }, async () => {
  const first = await backfill("seattle_weather.mjs");
  assert.equal(first.code, 0, first.err);
  const out = join(folder, "out", "seattle_weather_daily");
  assert.deepEqual(
    readdirSync(out).sort(),
    dates.map((date) => `${date}.json`),
  );
  // By hand from the records of 2012-03-08 to 14: the last day, and the week before it.
  assert.deepEqual(JSON.parse(readFileSync(join(out, "2012-03-14.json"), "utf8")), {
    date: "2012-03-14",
    weather: "rain",
    high_f: 46,
    low_f: 34,
    rain_in: 0.34,
    week: { days: 7, mean_f: 42, rain_in: 2.56, wet_days: 6 },
  });
  const again = await backfill("seattle_weather.mjs");
  assert.match(again.out, /7 dates: 0 succeeded, 7 skipped/);
});

test("by shell commands: the XCom of one task is rendered into the next", { timeout: 60_000 }, async () => {
  const { code, err } = await backfill("seattle_weather_shell.json", "--quiet");
  assert.equal(code, 0, err);
  const out = join(folder, "out", "seattle_weather_shell");
  assert.deepEqual(
    readdirSync(out)
      .filter((name) => name.endsWith(".csv"))
      .sort(),
    dates.map((date) => `${date}.csv`),
  );
  assert.equal(
    readFileSync(join(out, "2012-03-14.csv"), "utf8"),
    "date,weather,high_f,low_f,week_mean_f,week_rain_in\n2012-03-14,rain,46,34,42,2.56\n",
  );
});

test("by shell commands: no value stands unquoted in a command", { timeout: 60_000 }, async () => {
  const file = join(folder, "seattle_weather_shell.json");
  const { code, out, err } = await run(["preview", file, ...range, "--store", ":memory:", "--json"]);
  assert.equal(code, 0, err);
  const codes = JSON.parse(out).warnings.map((warning) => warning.code);
  assert.deepEqual(codes, ["uneven_days"]);
});

test("a monthly DAG downstream: a preview of the days says which months read them", {
  timeout: 60_000,
}, async () => {
  const file = join(folder, "seattle_weather_monthly.mjs");
  const at = ["--store", join(folder, "out", "monthly.sqlite")];
  const days = [
    "--dag-id",
    "seattle_weather_daily",
    "--start-date",
    "2012-03-30",
    "--end-date",
    "2012-04-02",
  ];
  const conf = ["--conf", '{"latencyMs": 0}'];
  assert.equal((await run(["run", file, ...days, ...at, ...conf, "--chunk", "P1M"])).code, 0);
  const months = ["--dag-id", "seattle_weather_monthly", "--start-date", "2012-03", "--end-date", "2012-03"];
  const monthly = await run(["run", file, ...months, ...at]);
  assert.equal(monthly.code, 0, monthly.err);
  const preview = await run(["preview", file, ...days, ...at, "--reset", "--cascade"]);
  assert.match(
    preview.out,
    /^downstream {2}seattle_weather_monthly {2}2 dates \(1 stale\) {2}2012-03-01T00:00:00-08:00 to 2012-04-01T00:00:00-07:00$/m,
  );
  const { downstream } = JSON.parse(
    (await run(["preview", file, ...days, ...at, "--reset", "--cascade", "--json"])).out,
  );
  assert.deepEqual(
    downstream[0].runs.map(({ action }) => action),
    ["reset", "create"],
  );
});
