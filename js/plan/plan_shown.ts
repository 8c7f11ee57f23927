// A plan as JSON.stringify and console.log show it: what its type says, with the first rows of each list. A plan of a hundred
// thousand rows would be 40 MB of text.

import { leftOut } from "../inspect.js";
import { ActionCode } from "../raw.js";
import { iso } from "../time.js";
import { recordsOf } from "./existing_runs.js";
import type { PlanData } from "./plan_data.js";
import { plannedRuns } from "./plan_rows.js";

/** Longer lists are cut in JSON. */
const IN_JSON = 100;
/** Longer lists are cut on a terminal. */
const ON_TERMINAL = 3;

/** The plan as plain data. Where it has more than 100 rows, or existing runs, its lists end there and `leftOut` says how many
 *  more there are. */
export function planJson(data: PlanData): object {
  const [rows, existingRuns] = [data.executionDate.length, data.existing.executionMs.length].map((length) =>
    Math.max(0, length - IN_JSON),
  );
  const whole = rows === 0 && existingRuns === 0;
  return { ...members(data, IN_JSON), ...(whole ? {} : { leftOut: { rows, existingRuns } }) };
}

/** The plan for util.inspect. */
export function planOnTerminal(data: PlanData): object {
  const shown = members(data, ON_TERMINAL);
  const all = data.executionDate.length;
  return {
    ...shown,
    dates: leftOut(shown.dates, all),
    existingRuns: leftOut(shown.existingRuns, data.existing.executionMs.length),
    newRuns: leftOut(shown.newRuns, data.counts.create),
    runs: leftOut(shown.runs, all),
  };
}

function members(data: PlanData, most: number) {
  const { dagId, timeZone, start, end, counts, warnings, clockChanges, planHash, existing } = data;
  const created: number[] = [];
  const create = ActionCode.Create;
  for (let row = 0; row < data.action.length && created.length < most; row += 1) {
    if (data.action[row] === create) created.push(row);
  }
  return {
    ...{ dagId, timeZone, start, end },
    dates: Array.from(data.executionDate.subarray(0, most), iso),
    existingRuns: recordsOf(dagId, existing, 0, most),
    newRuns: created.flatMap((row) => plannedRuns(data, row, row + 1)),
    runs: plannedRuns(data, 0, most),
    ...{ counts, warnings, clockChanges, planHash },
    ...(data.downstream && { downstream: data.downstream.map((plan): object => members(plan, most)) }),
  };
}
