// dagfill retry and dagfill clear: run what the store has once more.
import { type BackfillOptions, BackfillService, type RunState } from "../../face.js";
import { shortened } from "../../visible.js";
import { spanOf, zoneOf } from "../bounds.js";
import { confirmed } from "../confirm.js";
import { drive } from "../drive.js";
import { flags } from "../flags.js";
import { chooseDag, type DagFile, loadDagFile } from "../load_dag.js";
import { planJson, showPlan } from "../plan_view.js";
import { exitCodes } from "../report_error.js";
import type { Request, Verb } from "../verb.js";
import { optionsOf } from "./backfill_options.js";

const common = [
  ...flags.dag,
  ...flags.span,
  ...flags.tasks,
  ...flags.drive,
  ...flags.yes,
  ...flags.store,
  ...flags.log,
  ...flags.json,
];

export const retry: Verb = {
  summary: "run failed and canceled runs of a DAG again; tasks that succeeded stay",
  positionals: ["FILE"],
  flags: common,
  run: (request) => again(request, ["failed", "canceled"], { rerunFailed: true }),
};

export const clear: Verb = {
  summary: "run existing runs of a DAG again from the start, with all their tasks",
  positionals: ["FILE"],
  flags: common,
  run: (request) => again(request, ["success", "failed", "canceled"], { resetDagRun: true }),
};

async function again(request: Request, states: RunState[], how: Partial<BackfillOptions>) {
  const { positionals, values, terminal, notices, json, world } = request;
  const file: DagFile = await loadDagFile(positionals[0] ?? "");
  const dag = chooseDag(file, values.dagId);
  const { dagId } = dag;
  const store = await world.openStore(values.store, "read", notices);
  const service = new BackfillService({ dags: file.dags, store, ...world.callbacks(file, () => {}) });
  const { found, interrupted, plan } = await read().finally(() => store.close());
  const dates = found.map(({ executionDate }) => executionDate);
  const [first] = dates;
  if (plan !== undefined) {
    if (json) terminal.line(JSON.stringify(planJson(plan)));
    else showPlan(plan, terminal, "some");
    return exitCodes.ok;
  }
  if (first === undefined) {
    notices.line(`no runs of ${shortened(dagId, 200)} that are ${states.join(" or ")}`);
    if (interrupted !== undefined) {
      const where = typeof values.store === "string" ? ` --store ${values.store}` : "";
      notices.line(
        `${notices.paint("cyan", "hint")} a backfill was interrupted: dagfill resume ${file.name} ${interrupted.backfillId}${where} goes on with it`,
      );
    }
    return exitCodes.ok;
  }
  const options = optionsFor(dates);
  return drive(request, file, async ({ service, follow }) => {
    const agreed = await confirmed(service, options, request);
    return follow((hooks) => service.start(agreed, hooks));
  });

  function optionsFor(dates: readonly string[]): BackfillOptions {
    const [startDate = "", endDate = startDate] = [dates[0], dates.at(-1)];
    return { ...optionsOf(values), ...how, dagId, startDate, endDate, dates: [...dates] };
  }

  async function read() {
    const found = await store.listRuns({ dagId, states, ...spanOf(values, zoneOf(dag)) });
    if (found.length === 0) {
      const open = await service.list({ dagId, unfinished: true });
      return { found, interrupted: open.find(({ state }) => state === "interrupted"), plan: undefined };
    }
    const { dryRun, ...options } = optionsFor(found.map(({ executionDate }) => executionDate));
    return {
      found,
      interrupted: undefined,
      plan: dryRun === true ? await service.preview(options) : undefined,
    };
  }
}
