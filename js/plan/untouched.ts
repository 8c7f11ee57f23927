// Why a DAG downstream has no date that a cascade would plan.
import type { CheckedDag } from "../dag/dag.js";
import type { CheckedInput } from "../dag/inputs.js";
import type { Warning } from "../warning.js";
import { type Rerun, touchedDates } from "./touched.js";

/** The warning of a DAG that reads DAGs of a cascade and has nothing to run again. `reruns`: what its inputs run again. */
export function untouched(dag: CheckedDag, reruns: readonly Rerun[]): Warning {
  const { startDate, endDate, ...unbounded } = dag;
  const { dagId, inputs, hasSchedule, timetable } = dag;
  const ids = [...new Set(inputs.map((input) => input.dagId))].join(", ");
  const why = () => {
    if (!hasSchedule) return "it has no schedule";
    const starting = inputs.filter((input) =>
      reruns.some((rerun) => rerun.dagId === input.dagId && rerun.dates.length > 0),
    );
    if (starting.length === 0) return "no input of it starts a run";
    if ((startDate ?? endDate) !== undefined && touchedDates(unbounded, reruns).dates.length > 0)
      return "its startDate or endDate leaves those dates out";
    const maps = starting.map((input) => `${input.dagId} (${mapText(input.map)})`).join(", ");
    const isEmpty = timetable.kind === "trigger" && timetable.interval === undefined;
    return `none of its dates reads one that starts of ${maps}${isEmpty ? "; its data intervals are empty (kind trigger)" : ""}`;
  };
  return { code: "downstream_untouched", message: `${dagId} reads ${ids} and is not planned: ${why()}` };
}

function mapText(map: CheckedInput["map"]): string {
  return typeof map === "string" ? map : Object.entries(map).flat().join(" ");
}
