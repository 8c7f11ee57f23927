// A plan over a history that is in no store.
import { type Dag, readDag } from "../dag/dag.js";
import { date, wrong } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { DateInput } from "../schedule/input.js";
import { readDate, timetableOf } from "../schedule/timetable.js";
import { HistoryBuilder } from "../store/history.js";
import { type BackfillOptions, readOptions } from "./backfill_options.js";
import { columnsOf } from "./history.js";
import { type KnownRun, readKnownRuns, severalRuns } from "./known_runs.js";
import { type BackfillPreview, Preview } from "./plan.js";
import { planFrom, planRequest } from "./planner.js";

/** What a backfill over this history would do at `now` (default: the machine's clock). Pure: no store is asked and nothing is run. Of several
 *  runs of one date the last success counts; runs without an interval cover what the schedule gives their date.
 *
 *  ```js
 *  const dag = { dagId: "sales", schedule: "@daily" };
 *  const week = { startDate: "2024-01-01", endDate: "2024-01-07" };
 *  planBackfill(dag, week, [{ executionDate: "2024-01-02", state: "success" }]).counts.create; // 6
 *  ``` */
export function planBackfill(
  dag: Dag,
  options: Omit<BackfillOptions<object>, "dagId">,
  existing: Iterable<KnownRun> = [],
  now: DateInput = Date.now(),
): BackfillPreview {
  const checked = readDag(dag, "dag");
  const read = readOptions({ ...options, dagId: checked.dagId });
  if (read.cascade)
    throw wrong("cascade", "it in preview() of a service, which knows the other DAGs", read.cascade);
  const clock = readDate(checked.timetable, date(now, "now"), EdgeCode.Point, "now");
  const request = planRequest(checked, read, clock);
  const known = readKnownRuns(() => timetableOf(checked.timetable), existing);
  const timetable = timetableOf({ ...checked.timetable, origin: request.origin });
  const given = call((wasm) => wasm.planRows(timetable, known.dates));
  const builder = new HistoryBuilder();
  for (const [place, ms] of known.dates.entries()) {
    if (ms < request.from || ms > request.to) continue;
    const [start, end] = [known.starts[place] as number, known.ends[place] as number];
    builder.addNumbers(
      ms,
      Number.isNaN(start) ? (given[place] as number) : start,
      Number.isNaN(end) ? (given[known.dates.length + place] as number) : end,
      Number.NaN,
      Number.NaN,
      known.states[place] as number,
      0,
      1,
    );
  }
  const plan = planFrom(checked, read, clock, request, columnsOf(builder.history()));
  plan.warnings = [...severalRuns(known), ...plan.warnings, ...checked.warnings];
  return new Preview(plan);
}
