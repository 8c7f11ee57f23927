// dagfill preview: which dates a backfill would run, and why the others would not. Nothing is started or written.
import { type BackfillPreview, BackfillService } from "../../face.js";
import { dateOf } from "../bounds.js";
import { estimated, showEstimate } from "../estimate_view.js";
import { flags } from "../flags.js";
import { foreignRuns, storeOf } from "../foreign_history.js";
import { warnOfRunsInFlight } from "../in_flight_warning.js";
import { chooseDag, loadDagFile } from "../load_dag.js";
import { localDate } from "../local_date.js";
import { planJson, showPlan } from "../plan_view.js";
import { type ExitCode, exitCodes } from "../report_error.js";
import { warningsOfUnrecordedRuns, warnOfUnrecordedTasks } from "../unrecorded_tasks.js";
import type { Request, Verb } from "../verb.js";
import { backfillOptions, SHORT_HASH } from "./backfill_options.js";

export const preview: Verb = {
  summary: "show which dates a backfill would run, and why the others would not",
  positionals: ["FILE"],
  flags: [
    ...flags.dag,
    ...flags.plan,
    ...flags.drive,
    ...flags.store,
    ...flags.history,
    ...flags.estimate,
    ...flags.render,
    ...flags.cascade,
    ...flags.all,
    ...flags.json,
  ],
  run: showPreview,
};

/** The date of `--render`: the first that would run, or of a day its first date. */
function dateToRender(plan: BackfillPreview, { values, notices }: Request): string | undefined {
  const value = values.render;
  if (value === undefined) return undefined;
  const { runs, timeZone } = plan;
  if (value === "first") return runs.find(({ action }) => action !== "skip")?.executionDate;
  if (typeof value !== "string") return undefined;
  const date = dateOf(value, "--render", timeZone, notices);
  const ofDay = runs.find(({ localDate }) => localDate.slice(0, 10) === value);
  const next = date === value ? undefined : runs.find(({ executionDate }) => executionDate >= date);
  return (ofDay ?? next)?.executionDate ?? date;
}

/** Also what `run --dry-run` does. */
export async function showPreview(request: Request): Promise<ExitCode> {
  const { positionals, values, terminal, notices, json, world } = request;
  const file = await loadDagFile(positionals[0] ?? "");
  const options = backfillOptions(file, values);
  const dag = chooseDag(file, values.dagId);
  const foreign = await foreignRuns(values, dag, notices);
  const store =
    foreign === undefined ? await world.openStore(values.store, "read", notices) : await storeOf(foreign);
  try {
    const callbacks = world.callbacks(file, () => {});
    const plan = await new BackfillService({ dags: file.dags, store, ...callbacks }).preview({
      ...options,
      ...(values.cascade === true && { cascade: true }),
    });
    warnOfRunsInFlight(plan);
    if (foreign === undefined) {
      await warnOfUnrecordedTasks(plan, dag, store, request);
      plan.warnings.push(...(await warningsOfUnrecordedRuns(plan, options, file, store)));
    }
    const date = dateToRender(plan, request);
    const rendered = date === undefined ? undefined : plan.render(date);
    const estimate = values.estimate === true ? await estimated(plan) : undefined;
    if (json) {
      terminal.line(
        JSON.stringify({
          ...planJson(plan),
          ...(plan.downstream !== undefined && {
            downstream: plan.downstream.map((one) => planJson(one)),
          }),
          ...(estimate !== undefined && { estimate }),
          ...(rendered !== undefined && { rendered }),
        }),
      );
    } else {
      showPlan(plan, request, values.all === true ? "all" : "some");
      if (estimate !== undefined) showEstimate(estimate, plan.timeZone, terminal);
      for (const { taskId, path, text } of rendered ?? []) {
        terminal.line();
        terminal.line(`${taskId} ${terminal.paint("dim", path)}`);
        for (const line of text.split("\n")) terminal.line(`  ${line}`);
      }
      for (const { dagId, counts, runs, timeZone, stale = [] } of plan.downstream ?? []) {
        const [first = "", last = ""] = [runs[0], runs.at(-1)].map((run) =>
          localDate(run?.executionDate ?? "", timeZone),
        );
        terminal.line(
          `${terminal.paint("bold", "downstream")}  ${dagId}  ${counts.total} dates (${stale.length} stale)  ${first} to ${last}`,
        );
      }
      terminal.line();
      terminal.line(
        terminal.paint(
          "dim",
          values.all === true
            ? `plan ${plan.planHash} (with run --plan-hash, only this plan starts)`
            : `plan ${plan.planHash.slice(0, SHORT_HASH)} (--all shows the whole hash for run --plan-hash, which starts only this plan)`,
        ),
      );
    }
    return exitCodes.ok;
  } finally {
    await store.close();
  }
}
