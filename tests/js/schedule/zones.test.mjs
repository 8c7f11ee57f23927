// The zone tables of the host's Intl, as the package reads them, against those of the native build's chrono-tz.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { BackfillService, resolveDateMacros } from "dagfill";
import { zoneName, zoneOffsets } from "../../../js/zones.ts";
import { root, run } from "../../../scripts/process.mjs";

// The native tables are from tz data 2025b, those of Node 24.21 from 2026c. What changed in between:
const changed = {
  "Morocco stays at UTC+0 from 2026-09-20 on": ["Africa/Casablanca", "Africa/El_Aaiun"],
  "Alberta stays at summer time from 2026-11-01 on": [
    "America/Edmonton",
    "America/Yellowknife",
    "Canada/Mountain",
  ],
  "British Columbia stays at summer time from 2026-11-01 on": ["America/Vancouver", "Canada/Pacific"],
  "Baja California's summer time of the 1970s came to be known": [
    "America/Tijuana",
    "America/Ensenada",
    "America/Santa_Isabel",
    "Mexico/BajaNorte",
  ],
  "the hour of Moldova's changes since 2022 was corrected": ["Europe/Chisinau", "Europe/Tiraspol"],
};

const from = Date.UTC(1970, 0, 1);
const to = Date.UTC(2038, 0, 1);
let native;

before(async () => {
  const file = join(root, "target", "zones.json");
  await mkdir(join(root, "target"), { recursive: true });
  const env = { DAGFILL_ZONE_TABLE: file };
  await run("cargo", ["test", "--quiet", "--test", "zone_table"], { env, quiet: true });
  native = JSON.parse(readFileSync(file, "utf8"));
});

test("every zone that both know has the same offsets from 1970 to 2037", (t) => {
  const different = [];
  let equal = 0;
  for (const [name, row] of Object.entries(native.zones)) {
    if (zoneName(name) === undefined) continue;
    if (JSON.stringify([...zoneOffsets(name, from, to)]) === JSON.stringify(row)) equal++;
    else different.push(name);
  }
  t.diagnostic(`tz data ${process.versions.tz} and ${native.version}: ${equal} zones equal`);
  assert.ok(equal > 500, `${equal}`);
  const versions = `${native.version} ${process.versions.tz}`;
  if (versions === "2025b 2026c") {
    assert.deepEqual(different.sort(), Object.values(changed).flat().sort());
  } else {
    // With other data the list above is too long or too short by what changed: never by much.
    assert.ok(different.length < 40, `${versions}: ${different.join(" ")}`);
  }
});

test("a zone is shown by its own name, in whatever case it is given", async () => {
  const range = { dagId: "a", startDate: "2024-01-01", endDate: "2024-01-02" };
  const names = {
    utc: "UTC",
    Utc: "UTC",
    "europe/BERLIN": "Europe/Berlin",
    "america/port-au-prince": "America/Port-au-Prince",
    "US/Eastern": "US/Eastern",
  };
  for (const [given, name] of Object.entries(names)) {
    const dags = [{ dagId: "a", schedule: "@daily", timeZone: given }];
    const { timeZone, planHash } = await new BackfillService({ dags }).preview(range);
    assert.equal(timeZone, name);
    const told = resolveDateMacros("{{ logical_date.timezone_name }}", 0, null, { timeZone: given });
    assert.equal(told, name);
    const zoned = { dagId: "a", schedule: `CRON_TZ=${given} 0 0 * * *`, timeZone: name };
    assert.equal((await new BackfillService({ dags: [zoned] }).preview(range)).timeZone, name);
    const own = [{ dagId: "a", schedule: "@daily", timeZone: name }];
    assert.equal((await new BackfillService({ dags: own }).preview(range)).planHash, planHash);
  }
});

test("a table is the sum of its pieces", () => {
  for (const name of ["America/New_York", "Africa/Casablanca", "Pacific/Apia", "Australia/Lord_Howe"]) {
    const whole = [...zoneOffsets(name, from, to)];
    const pieces = [];
    for (let at = from; at < to; at += 2 ** 36) {
      const [first, ...rest] = zoneOffsets(name, at, Math.min(at + 2 ** 36, to));
      const last = pieces.length === 0 ? undefined : pieces.at(-1);
      if (last === undefined) pieces.push(first);
      else if (last !== first) pieces.push(at, first);
      pieces.push(...rest);
    }
    assert.deepEqual(pieces, whole, name);
  }
});

test("old offsets have seconds", () => {
  const [offset] = zoneOffsets("America/New_York", Date.UTC(1850, 0, 1), Date.UTC(1850, 0, 2));
  assert.equal(offset, -(4 * 3600 + 56 * 60 + 2));
});
