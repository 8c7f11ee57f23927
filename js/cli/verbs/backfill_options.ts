// The flags of a plan and its driving as BackfillOptions. The service checks their values.
import { DagfillError } from "../../error.js";
import type { BackfillOptions, Dag } from "../../face.js";
import { nearest } from "../../nearest.js";
import { shown } from "../../shown.js";
import { checkOrder, zoneOf } from "../bounds.js";
import { flags, optionOf } from "../flags.js";
import { chooseDag, type DagFile } from "../load_dag.js";

/** The length of the short form of a plan's hash, which `preview` prints. */
export const SHORT_HASH = 12;

const names = [...flags.plan, ...flags.drive].map(optionOf);

export function backfillOptions(file: DagFile, values: Record<string, unknown>): BackfillOptions {
  const dag = chooseDag(file, values.dagId);
  const { dagId } = dag;
  checkTasks(dag, values.taskIds);
  requireFlag(values.startDate, "--start-date");
  requireFlag(values.endDate, "--end-date");
  checkOrder([values.startDate, "--start-date"], [values.endDate, "--end-date"], () => zoneOf(dag));
  return { ...optionsOf(values), dagId } as BackfillOptions;
}

/** The options of a backfill that were given by flags. INVALID_OPTION for two mistakes that only the command line can name by its flags. */
export function optionsOf(values: Record<string, unknown>): Partial<BackfillOptions> {
  if (values.withUpstream === false && values.taskIds === undefined)
    throw new DagfillError("INVALID_OPTION", "expected --task-ids beside --no-upstream, got none", {
      field: "--no-upstream",
      hint: "--no-upstream leaves out what the tasks of --task-ids depend on",
    });
  if (typeof values.planHash === "string" && values.planHash.length === SHORT_HASH)
    throw new DagfillError(
      "INVALID_OPTION",
      `expected the whole hash of a plan, got ${shown(values.planHash)}, the short form that preview prints`,
      {
        field: "--plan-hash",
        hint: 'dagfill preview --all prints the whole hash, and --json has it as "planHash"',
      },
    );
  const given = names.filter((name) => values[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, values[name]]));
}

function requireFlag(value: unknown, flag: string): void {
  if (value !== undefined) return;
  throw new DagfillError("INVALID_OPTION", `expected ${flag} DATE, got nothing`, {
    field: flag,
    hint: "such as 2024-01-01, which is that whole day in the schedule's zone",
  });
}

function checkTasks({ dagId, tasks = [] }: Dag, wanted: unknown): void {
  const known = tasks.map(({ taskId }) => taskId);
  const unknown = Array.isArray(wanted)
    ? (wanted as string[]).find((taskId) => !known.includes(taskId))
    : undefined;
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw new DagfillError("UNKNOWN_TASK", `expected a task of ${dagId}, got ${shown(unknown)}`, {
    field: "--task-ids",
    hint:
      meant === undefined
        ? `it has ${known.slice(0, 10).join(", ")}${known.length > 10 ? ", ..." : ""}`
        : `did you mean ${meant}?`,
  });
}
