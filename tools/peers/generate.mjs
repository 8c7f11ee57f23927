// Writes tests/cases/dst/peers.json: what cron-parser, croner, cronosjs, cronsim and robfig/cron give around the clock changes of 30 zones
// from 1970 to 2037. `npm install && pip install cronsim==2.8 && npm run generate`, in this folder, with Go installed and `go mod tidy`
// run in robfig/; PYTHON and ROBFIG name another python3, and robfig/ built already.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CronExpressionParser } from "cron-parser";
import { Cron } from "croner";
import { CronosExpression } from "cronosjs";

const zones = [
  "Africa/Cairo",
  "Africa/Casablanca",
  "Africa/Johannesburg",
  "America/Anchorage",
  "America/Argentina/Buenos_Aires",
  "America/Chicago",
  "America/Denver",
  "America/Halifax",
  "America/Havana",
  "America/Los_Angeles",
  "America/Mexico_City",
  "America/New_York",
  "America/Santiago",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Asia/Amman",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Asia/Karachi",
  "Asia/Tehran",
  "Asia/Tokyo",
  "Australia/Adelaide",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Europe/Berlin",
  "Europe/Istanbul",
  "Europe/London",
  "Europe/Moscow",
  "Pacific/Apia",
  "Pacific/Auckland",
];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const around = 26 * hour;

function clock(zone) {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  return (at) => {
    const [, sign = "+", hours = 0, minutes = 0, seconds = 0] =
      /GMT(?:([+-])(\d+):(\d+)(?::(\d+))?)?/.exec(format.format(at)) ?? [];
    return (sign === "-" ? -1 : 1) * (hours * hour + minutes * minute + seconds * 1000);
  };
}

function changesOf(zone) {
  const offset = clock(zone);
  const changes = [];
  for (let at = Date.UTC(1970, 0, 1); at < Date.UTC(2038, 0, 1); at += 6 * day) {
    let [low, high] = [at, at + 6 * day];
    if (offset(low) === offset(high)) continue;
    const before = offset(low);
    while (high - low > 1000) {
      const middle = low + Math.floor((high - low) / 2000) * 1000;
      if (offset(middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, before, after: offset(high) });
  }
  return changes;
}

/** Texts whose times lie in what a change removes or repeats, before it, after it, and all day. */
function textsAt({ at, before, after }) {
  const first = new Date(Math.min(at + before, at + after));
  const length = Math.abs(after - before) / minute;
  const middle = new Date(first.getTime() + Math.floor(length / 2) * minute);
  const [h, m] = [first.getUTCHours(), middle.getUTCMinutes()];
  const hours = (step) => [...Array(24).keys()].filter((value) => value % step === h % step).join(",");
  return [
    `${m} ${middle.getUTCHours()} * * *`,
    `${first.getUTCMinutes()} ${h} * * *`,
    `${m} ${middle.getUTCHours()} ${middle.getUTCDate()} ${middle.getUTCMonth() + 1} *`,
    `0 ${(h + 1) % 24} * * *`,
    `5 ${hours(12)} * * *`,
    `*/20 ${h} * * *`,
    `10,50 ${h} * * *`,
    "*/30 * * * *",
    "0 * * * *",
    "0 */3 * * *",
  ];
}

function within(from, to, next) {
  const found = [];
  for (let date = next(); date !== undefined && date !== null && date <= to; date = next()) {
    if (date >= from) found.push(date);
    if (found.length > 500) return null;
  }
  return found;
}

const peers = {
  "cron-parser": (text, zone, from, to) => {
    const read = CronExpressionParser.parse(text, { tz: zone, currentDate: new Date(from - 1) });
    return within(from, to, () => read.next().getTime());
  },
  croner: (text, zone, from, to) => {
    const read = new Cron(text, { timezone: zone, paused: true });
    let last = new Date(from - 1000);
    return within(from, to, () => {
      last = read.nextRun(last);
      return last?.getTime();
    });
  },
  cronosjs: (text, zone, from, to) => {
    const read = CronosExpression.parse(text, { timezone: zone });
    let last = new Date(from - 1000);
    return within(from, to, () => {
      last = read.nextDate(last);
      return last?.getTime();
    });
  },
};

const rows = [];
for (const zone of zones) {
  for (const [index, change] of changesOf(zone).entries()) {
    const texts = textsAt(change);
    // Two texts a change: in ten changes every text meets gaps and folds.
    for (const shift of [0, 5]) {
      const text = texts[((index >> 1) + shift) % texts.length];
      const [from, to] = [change.at - around, change.at + around];
      const dates = {};
      for (const [name, expand] of Object.entries(peers)) {
        try {
          const found = expand(text, zone, from, to);
          if (found === null) throw new Error("no end");
          dates[name] = found;
        } catch (error) {
          console.error(`${name} ${text} ${zone} ${new Date(change.at).toISOString()}: ${error.message}`);
        }
      }
      rows.push({ zone, at: change.at, text, dates });
    }
  }
}

/** Asks a program, which reads all rows at once. */
function ask(name, command, args, cwd) {
  const asked = spawnSync(command, args, {
    cwd,
    input: JSON.stringify(
      rows.map(({ zone, at, text }) => [zone, text, (at - around) / 1000, (at + around) / 1000]),
    ),
    maxBuffer: 2 ** 28,
    encoding: "utf8",
  });
  if (asked.status !== 0) throw new Error(asked.stderr ?? String(asked.error));
  for (const [index, dates] of JSON.parse(asked.stdout).entries()) {
    if (dates === null) console.error(`${name} ${rows[index].text} ${rows[index].zone}: no end`);
    else rows[index].dates[name] = dates.map((at) => at * 1000);
  }
}
ask("cronsim", process.env.PYTHON ?? "python3", ["cronsim_dates.py"], import.meta.dirname);
const robfig = join(import.meta.dirname, "robfig");
if (process.env.ROBFIG === undefined) ask("robfig", "go", ["run", "."], robfig);
else ask("robfig", process.env.ROBFIG, [], robfig);

const version = (name) => JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8")).version;
const about =
  `Dates within three hours of the clock changes of ${zones.length} zones, 1970 to 2037, as other libraries give them: ` +
  `cron-parser ${version("cron-parser")}, cronosjs ${version("cronosjs")}, croner 11.0.1, cronsim 2.8, robfig/cron 3.0.1 (Node ${process.versions.node}, tz ${process.versions.tz}). ` +
  "Written by tools/peers. A row is zone, change (epoch seconds), text and answer, the first, third and fourth as places in their " +
  "lists. An answer has the minutes from the change, by library; libraries that agree stand together.";
const near = 3 * hour;
const [texts, answers] = [[], []];
const place = (list, value) => {
  if (!list.includes(value)) list.push(value);
  return list.indexOf(value);
};
const lines = rows.map(({ zone, at, text, dates }) => {
  const grouped = {};
  for (const [name, found] of Object.entries(dates)) {
    const minutes = found.map((date) => date - at).filter((ms) => Math.abs(ms) <= near);
    const key = minutes.map((ms) => ms / minute).join(" ");
    grouped[key] = grouped[key] === undefined ? name : `${grouped[key]} ${name}`;
  }
  const answer = JSON.stringify(
    Object.fromEntries(Object.entries(grouped).map(([key, names]) => [names, key])),
  );
  return JSON.stringify([zones.indexOf(zone), at / 1000, place(texts, text), place(answers, answer)]);
});
const list = (items) => `[\n${items.join(",\n")}\n]`;
const strings = (items) => list(items.map((item) => JSON.stringify(item)));
writeFileSync(
  process.argv[2] ?? "../../tests/cases/dst/peers.json",
  `{\n"about": ${JSON.stringify(about)},\n"zones": ${strings(zones)},\n"texts": ${strings(texts)},\n` +
    `"answers": ${list(answers)},\n"cases": ${list(lines)}\n}\n`,
);
console.log(`${rows.length} cases`);
