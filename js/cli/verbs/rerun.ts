// dagfill retry and dagfill clear: run existing runs of the store again.
import { DagfillError } from "../../error.js";
import {
  type BackfillOptions,
  type BackfillPreview,
  BackfillService,
  type Dag,
  type RunState,
  type RunStore,
} from "../../face.js";
import { iso } from "../../time.js";
import { shortened } from "../../visible.js";
import { spanOf, zoneOf } from "../bounds.js";
import { drive, type Session } from "../drive.js";
import { FailedTasks } from "../failed_tasks.js";
import { flags } from "../flags.js";
import { nameTheCommand } from "../in_the_way.js";
import { chooseDag, type DagFile, loadDagFile } from "../load_dag.js";
import { localDate } from "../local_date.js";
import { planJson, showPlan } from "../plan_view.js";
import { type ExitCode, exitCodes } from "../report_error.js";
import { datesOfRuns, datesToRetry, type RerunDate } from "../rerun_dates.js";
import { keptByClear, keptByRetry, rerunBatches } from "../rerun_options.js";
import { dagFlag, quoted, typedLine } from "../typed_line.js";
import { warningsOfUnrecordedRuns } from "../unrecorded_tasks.js";
import type { Request, Verb } from "../verb.js";
import { optionsOf } from "./backfill_options.js";

const common = [
  ...flags.dag,
  ...flags.span,
  ...flags.tasks,
  ...flags.drive,
  ...flags.yes,
  ...flags.engine,
  ...flags.store,
  ...flags.log,
  ...flags.json,
];

export const retry: Verb = {
  summary:
    "run failed and canceled runs again, and dates that an ended backfill left, with its options; tasks that succeeded stay; of canceled backfills only with --from or --to",
  positionals: ["FILE"],
  flags: common,
  run: (request) => rerun(request, ["failed", "canceled"], { reprocess: "failed" }),
};

export const clear: Verb = {
  summary: "run existing runs of a DAG again from the start, with all their tasks",
  positionals: ["FILE"],
  flags: common,
  run: (request) => rerun(request, ["success", "failed", "canceled"], { resetDagRun: true }),
};

async function rerun(request: Request, states: RunState[], action: Partial<BackfillOptions>) {
  const { positionals, values, terminal, notices, json, world } = request;
  const file: DagFile = await loadDagFile(positionals[0] ?? "");
  const dag = chooseDag(file, values.dagId);
  const { dagId } = dag;
  const isRetry = action.reprocess === "failed";
  const store = await world.openStore(values.store, "read", notices);
  const service = new BackfillService({ dags: file.dags, store, ...world.callbacks(file, () => {}) });
  const span = spanOf(values, zoneOf(dag));
  const failedTasks = new FailedTasks();
  const { batches, leftOut, interrupted, plans } = await read().finally(() => store.close());
  if (plans !== undefined) {
    for (const plan of plans) {
      if (json) terminal.line(JSON.stringify(planJson(plan)));
      else showPlan(plan, request, "some");
    }
  }
  if (batches.length === 0) {
    const range = span.from === undefined && span.to === undefined ? "" : " between these dates";
    notices.line(`no runs of ${shortened(dagId, 200)} that are ${states.join(" or ")}${range}`);
    if (interrupted !== undefined) {
      const which = [file.name, interrupted.backfillId].map(quoted).join(" ");
      hint(`a backfill was interrupted; ${typedLine("to continue it", `resume ${which}`, values)}`);
    }
    const place = { file: file.name, dagId, timeZone: zoneOf(dag), servers: values };
    const line = failedTasks.hint(place);
    if (line !== undefined) hint(`tasks failed or did not run in runs that still succeeded; ${line}`);
  }
  if (leftOut.length > 0) hint(leftOutText(leftOut, dag, file, values));
  if (batches.length === 0 || plans !== undefined) return exitCodes.ok;
  return drive(request, file, (session) => runBatches(session, batches, dag, request));

  function hint(text: string): void {
    notices.line(`${notices.paint("cyan", "hint")} ${text}`);
  }

  function batchesFor(dates: readonly RerunDate[]): BackfillOptions[] {
    const isKept = isRetry ? keptByRetry : keptByClear;
    const all = rerunBatches(dates, {
      dagId,
      isKept,
      given: optionsOf(values),
      action,
      inOrder: isInOrder(dag),
    });
    for (const field of ["backfillId", "planHash"] as const) {
      if (values[field] === undefined || all.length < 2) continue;
      const flag = field === "planHash" ? "--plan-hash" : "--backfill-id";
      throw new DagfillError(
        "INVALID_OPTION",
        `expected no ${flag} for dates that run as ${all.length} backfills, because they had other options`,
        { field: flag, hint: "--from and --to choose the dates of one; --dry-run shows the plans" },
      );
    }
    return all;
  }

  async function read() {
    const scope = { dag, store, span, notices };
    const { dates, leftOut } = isRetry
      ? await datesToRetry(scope, service)
      : { dates: await datesOfRuns(scope, states), leftOut: [] };
    if (dates.length === 0) {
      const open = await service.list({ dagId, unfinished: true });
      if (isRetry) await seeFailedTasks(dag, store, span, failedTasks);
      const interrupted = open.find(({ state }) => state === "interrupted");
      return { batches: [], leftOut, interrupted, plans: undefined };
    }
    const batches = batchesFor(dates);
    const plans = values.dryRun === true ? await plansOf(batches) : undefined;
    return { batches, leftOut, interrupted: undefined, plans };
  }

  async function plansOf(batches: readonly BackfillOptions[]): Promise<BackfillPreview[]> {
    const plans: BackfillPreview[] = [];
    for (const { dryRun: _, ...options } of batches) {
      const plan = await service.preview(options);
      plan.warnings.push(...(await warningsOfUnrecordedRuns(plan, options, file, store)));
      plans.push(plan);
    }
    return plans;
  }
}

/** Starts the backfills one after the other. Where dates wait for earlier ones, the first backfill that fails is the last that starts. */
async function runBatches(
  session: Session,
  batches: readonly BackfillOptions[],
  dag: Dag,
  request: Request,
): Promise<ExitCode> {
  // All questions are asked before the first run. A later backfill is planned again when it starts, and the hash of its present plan would refuse it.
  const agreed: BackfillOptions[] = [];
  for (const options of batches) agreed.push(await session.agreed(options));
  const [first, ...others] = agreed;
  const starts = first === undefined ? [] : [first, ...others.map(({ planHash: _, ...options }) => options)];
  let worst: ExitCode = exitCodes.ok;
  for (const [place, options] of starts.entries()) {
    if (worst !== exitCodes.ok && isInOrder(dag)) {
      const { notices } = request;
      const count = starts.slice(place).flatMap(({ dates = [] }) => dates).length;
      const are = count === 1 ? "1 later date waits" : `${count} later dates wait`;
      notices.line(`${notices.paint("cyan", "hint")} ${are} for these, and did not start`);
      break;
    }
    const code = await session.follow((hooks) =>
      session.service.start(options, hooks).catch((error: unknown) => {
        throw nameTheCommand(error, request);
      }),
    );
    if (code === exitCodes.interrupted) return code;
    if (code !== exitCodes.ok) worst = code;
  }
  return worst;
}

/** Whether a date waits for the dates before it. */
function isInOrder({ dependsOnPast, tasks = [], taskDefaults }: Dag): boolean {
  return (
    dependsOnPast === true || tasks.some((task) => ({ ...taskDefaults, ...task }).dependsOnPast === true)
  );
}

function leftOutText(
  dates: readonly number[],
  dag: Dag,
  { name }: DagFile,
  values: Request["values"],
): string {
  const sorted = [...dates].sort((a, b) => a - b);
  const [from = "", to = ""] = [sorted[0], sorted.at(-1)].map((date = 0) =>
    localDate(iso(date), zoneOf(dag)),
  );
  const are = dates.length === 1 ? "1 date is" : `${dates.length} dates are`;
  const which = `${quoted(name)}${dagFlag(dag.dagId)} --from ${from} --to ${to}`;
  const line = typedLine("to run what is left there, too", `retry ${which}`, values);
  return `${are} left out: of canceled backfills, or succeeded before a backfill was to run them from the start; ${line}`;
}

/** Collects the tasks that failed, or did not run therefore, in runs that succeeded. Without a trigger rule there are none, and nothing is read. */
async function seeFailedTasks(
  { dagId, tasks = [], taskDefaults }: Dag,
  store: RunStore,
  span: { from?: number; to?: number },
  seen: FailedTasks,
): Promise<void> {
  const rules = tasks.map((task) => ({ ...taskDefaults, ...task }).triggerRule ?? "all_success");
  if (rules.every((rule) => rule === "all_success")) return;
  const runs = await store.listRuns({ dagId, states: ["success"], ...span, order: "desc", limit: 1_000 });
  for (const { runId, executionDate } of runs) {
    const all = await store.listTaskInstances(dagId, runId);
    const failed = all.flatMap(({ taskId, state }) =>
      state === "failed" || state === "upstream_failed" ? [taskId] : [],
    );
    if (failed.length > 0) seen.add(failed, executionDate);
  }
}
