// One DAG over Seattle's daily weather records: extract -> transform -> load, one partition a date.
//
//   dagfill run examples/seattle_weather.mjs --start-date 2012-01-01 --end-date 2012-03-31 --max-parallel-runs 4
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

export const dag = {
  dagId: "seattle_weather_daily",
  schedule: "@daily",
  timeZone: "America/Los_Angeles",
  startDate: "2012-01-01",
  endDate: "2015-12-31",
  // The file stands for a service far away: so many milliseconds an answer takes. `--conf '{"latencyMs": 0}'` takes it away.
  params: { latencyMs: 25 },
  tasks: [
    {
      taskId: "extract",
      params: {
        from: "data/seattle-weather.csv",
        date: "{{ ds }}",
        days: 7,
        latencyMs: "{{ params.latencyMs }}",
      },
    },
    { taskId: "transform", dependsOn: ["extract"] },
    { taskId: "load", dependsOn: ["transform"], params: { to: "out/seattle_weather_daily/{{ ds }}.json" } },
  ],
};

/** Runs one task of one date. What it returns is the task's XCom, which the next task pulls. */
export function executeTask(task) {
  return steps[task.taskId](task);
}

const steps = {
  /** The records of the date and of the days before it, oldest first. */
  async extract({ params, signal }) {
    await sleep(Number(params.latencyMs), undefined, { signal });
    const [header, ...rows] = (await readFile(join(here, params.from), "utf8")).trim().split("\n");
    const names = header.split(",");
    const at = rows.findIndex((row) => row.startsWith(`${params.date},`));
    if (at < 0) throw new Error(`no record of ${params.date} in ${params.from}`);
    return rows.slice(Math.max(0, at - params.days + 1), at + 1).map((row) => {
      const values = row.split(",");
      return Object.fromEntries(names.map((name, column) => [name, number(values[column])]));
    });
  },

  /** American units, and what the last week looked like. */
  transform(task) {
    const days = task.xcomPull("extract");
    const day = days.at(-1);
    return {
      date: day.date,
      weather: day.weather,
      high_f: fahrenheit(day.temp_max),
      low_f: fahrenheit(day.temp_min),
      rain_in: round(day.precipitation / 25.4, 2),
      week: {
        days: days.length,
        mean_f: fahrenheit(mean(days.map(({ temp_max, temp_min }) => (temp_max + temp_min) / 2))),
        rain_in: round(sum(days.map(({ precipitation }) => precipitation)) / 25.4, 2),
        wet_days: days.filter(({ precipitation }) => precipitation > 0).length,
      },
    };
  },

  /** The date's partition. */
  async load(task) {
    const path = join(here, task.params.to);
    const text = `${JSON.stringify(task.xcomPull("transform"), null, 2)}\n`;
    await writeWhole(path, text);
    return { path: relative(here, path), bytes: Buffer.byteLength(text) };
  },
};

/** A reader sees the file of before or the whole new one, never a half, also when the machine stops in the middle. */
async function writeWhole(path, text) {
  const part = `${path}.${process.pid}.part`;
  await mkdir(dirname(path), { recursive: true });
  const file = await open(part, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}

const number = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;
const round = (value, digits) => Number(value.toFixed(digits));
const fahrenheit = (celsius) => round(celsius * 1.8 + 32, 1);
