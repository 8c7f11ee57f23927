// Stands in for dbt, so that the example runs without a warehouse: it writes one file for each batch. The real command is
//
//   dbt run --select orders --event-time-start "{{ data_interval_start }}" --event-time-end "{{ data_interval_end }}"
//
// dbt replaces the whole batch each time, and so does this program: running a date twice does no harm.
import { mkdir, rename, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    select: { type: "string" },
    "event-time-start": { type: "string" },
    "event-time-end": { type: "string" },
  },
});
const start = new Date(values["event-time-start"]);
const end = new Date(values["event-time-end"]);
if (!(start < end)) throw new Error(`the batch from ${start} to ${end} is empty`);

const batch = { model: values.select, start: start.toISOString(), end: end.toISOString() };
const file = `out/${batch.start.slice(0, 10)}.json`;
await mkdir("out", { recursive: true });
// First under another name: a file that is there is complete, also after a crash.
await writeFile(`${file}.part`, `${JSON.stringify(batch)}\n`);
await rename(`${file}.part`, file);
