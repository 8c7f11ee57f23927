// Plans of the DAGs downstream of a backfill: those that read its runs, directly or through other DAGs.
import type { CheckedDag } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import { ActionCode } from "../raw.js";
import { suggestion } from "../suggest.js";
import type { Warning } from "../warning.js";
import { type CheckedOptions, readOptions } from "./backfill_options.js";
import type { PlanData } from "./plan_data.js";
import { covered, type Rerun, touchedDates } from "./touched.js";
import { untouched } from "./untouched.js";

/** The ids of all DAGs downstream of one, each behind its inputs. CYCLE when they read each other in a circle. */
export function downstreamOf(dags: ReadonlyMap<string, CheckedDag>, dagId: string): string[] {
  const readers = new Map<string, string[]>();
  for (const dag of dags.values()) {
    for (const input of dag.inputs) {
      const known = readers.get(input.dagId) ?? [];
      readers.set(input.dagId, known);
      known.push(dag.dagId);
    }
  }
  const order: string[] = [];
  const done = new Set<string>();
  // The way down to where the search is, without a stack of calls: chains may be long.
  const path = [{ id: dagId, next: 0 }];
  const open = new Set([dagId]);
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const reader = readers.get(at.id)?.[at.next];
    at.next += 1;
    if (reader === undefined) {
      path.pop();
      open.delete(at.id);
      done.add(at.id);
      order.push(at.id);
    } else if (open.has(reader)) {
      const ids = path.map(({ id }) => id);
      const circle = [...ids.slice(ids.indexOf(reader)), reader];
      throw new DagfillError("CYCLE", `DAGs read each other in a circle: ${circle.join(" -> ")}`, {
        field: "inputs",
        details: { path: circle },
      });
    } else if (!done.has(reader)) {
      path.push({ id: reader, next: 0 });
      open.add(reader);
    }
  }
  return order.reverse().slice(1);
}

/** The dates of a plan that start a run. */
function rerunOf(dagId: string, { timetable, executionDate, action }: PlanData): Rerun {
  const starting = executionDate.filter((_, row) => action[row] !== ActionCode.Skip).sort();
  return { dagId, ...covered(timetable, starting) };
}

/** Inputs of DAGs that nobody knows: what lies behind them cannot be planned. */
export function unknownInputs(dags: ReadonlyMap<string, CheckedDag>): Warning[] {
  const unknown = (id: string, reader: string): Warning => {
    const near = suggestion(id, dags.keys());
    const meant = near === undefined ? "" : `: did you mean ${near}?`;
    const message = `${reader} has the input ${id}, which is no DAG of this service: it is not planned${meant}`;
    return { code: "unknown_input", message, ...(near && { suggestion: near }) };
  };
  return [...dags.values()].flatMap(({ dagId, inputs }) =>
    inputs.filter((input) => !dags.has(input.dagId)).map((input) => unknown(input.dagId, dagId)),
  );
}

/** The plans downstream of one, in an order in which they can be started. `plan` makes one. RANGE_TOO_LARGE for one of more than `maxRuns`.
 *  DAGs that have no date to run again are warned of in `root`, unless it starts nothing itself. */
export async function cascade(
  dags: ReadonlyMap<string, CheckedDag>,
  root: PlanData,
  maxRuns: number,
  plan: (dag: CheckedDag, options: CheckedOptions) => Promise<PlanData>,
): Promise<PlanData[]> {
  const reruns = new Map([[root.dagId, rerunOf(root.dagId, root)]]);
  const found: PlanData[] = [];
  const starts = root.action.some((action) => action !== ActionCode.Skip);
  for (const dagId of downstreamOf(dags, root.dagId)) {
    const dag = dags.get(dagId) as CheckedDag;
    const inputs = [...new Set(dag.inputs.map((input) => input.dagId))];
    const theirs = inputs.flatMap((input) => reruns.get(input) ?? []);
    const { dates, causes } = touchedDates(dag, theirs);
    const [first, last] = [dates[0], dates.at(-1)];
    if (first === undefined || last === undefined) {
      if (starts) root.warnings = [...root.warnings, untouched(dag, theirs)];
      continue;
    }
    if (dates.length > maxRuns) {
      const message = `${dagId}: ${dates.length} dates downstream: expected at most ${maxRuns} (maxRuns)`;
      throw new DagfillError("RANGE_TOO_LARGE", message, {
        field: "maxRuns",
        hint: "Shorten the range, or raise maxRuns.",
        details: { dagId, count: dates.length, maxRuns },
      });
    }
    const options = {
      dagId,
      ...{ startDate: first, endDate: last, dates: Array.from(dates) },
      // A run that succeeded has read data that the backfill replaces, so it is stale and runs again.
      reprocess: "completed",
      maxRuns,
    };
    const planned = await plan(dag, readOptions(options));
    const rows = new Map(Array.from(dates, (date, row) => [date, row]));
    const upstream = causes
      .filter(({ from, to }) => from.some((at, row) => at < (to[row] as number)))
      .map(({ dagId: input, dates: read, from, to }) => {
        const place = Uint32Array.from(planned.executionDate, (date) => rows.get(date) ?? 0);
        return {
          dagId: input,
          dates: read,
          from: place.map((row) => from[row] as number),
          to: place.map((row) => to[row] as number),
        };
      });
    found.push({ ...planned, upstream });
    reruns.set(dagId, rerunOf(dagId, planned));
  }
  return found;
}
