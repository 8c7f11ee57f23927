// dagfill retry and dagfill clear: run existing runs of the store again.
import { DagfillError } from "../../error.js";
import { type BackfillOptions, BackfillService, type Dag, type RunState, type RunStore } from "../../face.js";
import { abandonment, unfinishedIds } from "../../plan/history.js";
import { shortened } from "../../visible.js";
import { spanOf, zoneOf } from "../bounds.js";
import { drive } from "../drive.js";
import { FailedTasks } from "../failed_tasks.js";
import { flags } from "../flags.js";
import { nameTheCommand } from "../in_the_way.js";
import { chooseDag, type DagFile, loadDagFile } from "../load_dag.js";
import { planJson, showPlan } from "../plan_view.js";
import { exitCodes } from "../report_error.js";
import type { Terminal } from "../terminal.js";
import { quoted, typedLine } from "../typed_line.js";
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
    "run failed and canceled runs of a DAG again, and dates that an ended backfill left; tasks that succeeded stay",
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

async function rerun(request: Request, states: RunState[], how: Partial<BackfillOptions>) {
  const { positionals, values, terminal, notices, json, world } = request;
  const file: DagFile = await loadDagFile(positionals[0] ?? "");
  const dag = chooseDag(file, values.dagId);
  const { dagId } = dag;
  const store = await world.openStore(values.store, "read", notices);
  const service = new BackfillService({ dags: file.dags, store, ...world.callbacks(file, () => {}) });
  const span = spanOf(values, zoneOf(dag));
  const failedTasks = new FailedTasks();
  const { dates, interrupted, plan } = await read().finally(() => store.close());
  const [first] = dates;
  if (plan !== undefined) {
    if (json) terminal.line(JSON.stringify(planJson(plan)));
    else showPlan(plan, request, "some");
    return exitCodes.ok;
  }
  if (first === undefined) {
    const range = span.from === undefined && span.to === undefined ? "" : " between these dates";
    notices.line(`no runs of ${shortened(dagId, 200)} that are ${states.join(" or ")}${range}`);
    if (interrupted !== undefined) {
      const which = [file.name, interrupted.backfillId].map(quoted).join(" ");
      const line = typedLine("to continue it", `resume ${which}`, values);
      notices.line(`${notices.paint("cyan", "hint")} a backfill was interrupted; ${line}`);
    }
    const place = { file: file.name, dagId, timeZone: zoneOf(dag), servers: values };
    const hint = failedTasks.hint(place);
    if (hint !== undefined)
      notices.line(
        `${notices.paint("cyan", "hint")} tasks failed or did not run in runs that still succeeded; ${hint}`,
      );
    return exitCodes.ok;
  }
  const options = optionsFor(dates);
  return drive(request, file, async (session) => {
    const agreed = await session.agreed(options);
    return session.follow((hooks) =>
      session.service.start(agreed, hooks).catch((error: unknown) => {
        throw nameTheCommand(error, request);
      }),
    );
  });

  function optionsFor(dates: readonly string[]): BackfillOptions {
    const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)];
    // A run that exists is run again even if its date is not due, because it has been started before.
    const chosen = { startDate, endDate, dates: [...dates], includeNotDue: true };
    return { ...optionsOf(values), ...how, dagId, ...chosen };
  }

  async function read() {
    const known = await knownDates(store, dagId, states, span);
    const left = how.reprocess === "failed" ? await leftDates(service, dagId, span, notices) : [];
    const dates = [...new Set([...known, ...left])].sort((a, b) => Date.parse(a) - Date.parse(b));
    if (dates.length === 0) {
      const open = await service.list({ dagId, unfinished: true });
      if (how.reprocess === "failed") await seeFailedTasks(dag, store, span, failedTasks);
      return { dates, interrupted: open.find(({ state }) => state === "interrupted"), plan: undefined };
    }
    const { dryRun, ...options } = optionsFor(dates);
    const plan = dryRun === true ? await service.preview(options) : undefined;
    plan?.warnings.push(...(await warningsOfUnrecordedRuns(plan, options, file, store)));
    return { dates, interrupted: undefined, plan };
  }
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

/** The dates of the runs in these states, and of runs that a killed process left. Runs of an interrupted backfill are not among them: a resume continues those. */
async function knownDates(
  store: RunStore,
  dagId: string,
  states: readonly RunState[],
  span: { from?: number; to?: number },
): Promise<string[]> {
  const isAbandoned = abandonment(store);
  const unfinished = await unfinishedIds(store, dagId);
  const dates: string[] = [];
  for (const run of await store.listRuns({ dagId, states: [...states, "queued", "running"], ...span })) {
    const isOpen = !states.includes(run.state);
    if (isOpen && (unfinished.has(run.backfillId ?? "") || !(await isAbandoned(run)))) continue;
    dates.push(run.executionDate);
  }
  return dates;
}

/** Dates that a backfill of the DAG planned and never started, as after `--max-failures` or a cancel, and that have not succeeded since. */
async function leftDates(
  service: BackfillService,
  dagId: string,
  { from = Number.NEGATIVE_INFINITY, to = Number.POSITIVE_INFINITY }: { from?: number; to?: number },
  notices: Terminal,
): Promise<string[]> {
  const stopped = (await service.list({ dagId })).filter(
    ({ state, progress }) => (state === "failed" || state === "canceled") && progress.canceled > 0,
  );
  const left: string[] = [];
  for (const { backfillId, options } of stopped) {
    const { startDate, endDate, dates, maxRuns } = options;
    try {
      const plan = await service.preview({
        dagId,
        startDate,
        endDate,
        reprocess: "failed",
        ...(dates !== undefined && { dates }),
        ...(maxRuns !== undefined && { maxRuns }),
      });
      for (const { executionDate, action } of plan.runs) {
        const at = Date.parse(executionDate);
        if (action !== "skip" && at >= from && at <= to) left.push(executionDate);
      }
    } catch (error) {
      if (!(error instanceof DagfillError)) throw error;
      notices.line(
        `${notices.paint("yellow", "warning")} the dates that ${backfillId} left are not run: ${error.message}`,
      );
    }
  }
  return left;
}
