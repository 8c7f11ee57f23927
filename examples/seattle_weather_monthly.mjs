// A monthly DAG downstream of the daily one: the mean of each month over the files that the days have left.
//
//   dagfill run examples/seattle_weather_monthly.mjs --dag-id seattle_weather_monthly --start-date 2012-01 --end-date 2012-03
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { dag as daily, executeTask as executeDaily } from "./seattle_weather.mjs";

const here = dirname(fileURLToPath(import.meta.url));

export const monthly = {
  dagId: "seattle_weather_monthly",
  schedule: "@monthly",
  timeZone: daily.timeZone,
  startDate: daily.startDate,
  endDate: daily.endDate,
  // A month reads the days that its data interval contains.
  inputs: [{ dagId: daily.dagId, map: "contained" }],
  tasks: [
    {
      taskId: "summarize",
      params: { month: "{{ ds[:7] }}", days: "{{ (data_interval_end - data_interval_start).days }}" },
    },
  ],
};

export const dags = [daily, monthly];

/** Runs one task of one date of either DAG. */
export function executeTask(task) {
  return task.dagId === daily.dagId ? executeDaily(task) : summarize(task);
}

async function summarize({ params: { month, days } }) {
  const read = async (day) => {
    const file = join(here, "out", daily.dagId, `${month}-${String(day).padStart(2, "0")}.json`);
    return JSON.parse(await readFile(file, "utf8").catch(() => "null"));
  };
  const files = await Promise.all(Array.from({ length: Number(days) + 1 }, (_, at) => read(at + 1)));
  const found = files.filter((file) => file !== null);
  const folder = join(here, "out", monthly.dagId);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${month}.json`), `${JSON.stringify({ month, days: found.length })}\n`);
  return { days: found.length };
}
