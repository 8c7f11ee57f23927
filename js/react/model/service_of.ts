// The service that executes on the page's side, with the callbacks of a backfill's newest settings: a component makes new ones each time
// it is drawn.
import { type BackfillOptions, BackfillService, type RunStore } from "../../face.js";
import { defined } from "../plan/defined.js";
import type { PlanColumns } from "../plan/plan_columns.js";
import { RanCommands } from "../run/ran_commands.js";
import { RunWarnings } from "../run/run_warnings.js";
import { wrongSetting } from "../wrong_setting.js";
import { isRow } from "./selection.js";
import { type BackfillSettings, hasPlan, type PlannableSettings } from "./settings.js";

/** The settings that a backfill was started with. It keeps its DAG and its options; its callbacks are the newest that were
 *  given with this DAG. */
export class Origin {
  readonly warnings = new RunWarnings();
  readonly commands = new RanCommands(this.warnings);
  #settings: PlannableSettings;

  constructor(settings: PlannableSettings) {
    this.#settings = settings;
  }

  get settings(): PlannableSettings {
    return this.#settings;
  }

  /** Replaces options, for backfills that are started from this one, such as a retry. */
  setOptions(options: PlannableSettings["options"]): void {
    this.#settings = { ...this.#settings, options };
  }

  /** Takes the callbacks of settings with the same DAG; those of another DAG are not its own. */
  renew({ dag, executeRun, executeTask }: PlannableSettings): void {
    const own = this.#settings;
    if (dag.dagId !== own.dag.dagId) return;
    this.#settings = {
      ...own,
      ...(executeRun && own.executeRun && { executeRun }),
      ...(executeTask && own.executeTask && { executeTask }),
    };
  }
}

export function serviceOf(store: RunStore, origin: Origin): BackfillService {
  const { dag, executeRun, executeTask, engine } = origin.settings;
  const { commands } = origin;
  return new BackfillService({
    dags: [dag],
    store,
    ...(engine && { engine }),
    ...(executeRun && { executeRun: (run) => commands.observe(run, origin.settings.executeRun) }),
    ...(executeTask && { executeTask: (task) => commands.observe(task, origin.settings.executeTask) }),
  });
}

/** Options that run again what has not succeeded: of all dates without a row, or of the one of a row. */
export function retryOf(plan: PlanColumns | null, row: number | undefined): OtherOptions {
  if (row !== undefined && !isRow(plan, row))
    throw wrongSetting("row", `row: expected a row of the plan, got ${String(row)}`);
  const date = row === undefined ? undefined : plan?.dates[row];
  const one = { startDate: date, endDate: date, dates: undefined, coverage: undefined };
  return {
    reprocess: "failed",
    rerunFailed: undefined,
    resetDagRun: undefined,
    ...(date !== undefined && one),
  };
}

/** The settings, where something can be planned of them. */
export function plannableOf(settings: BackfillSettings, fault: Error | null): PlannableSettings | null {
  return hasPlan(settings) && fault === null ? settings : null;
}

/** The origin of a backfill of the settings; throws why none can be started. */
export function originOf(settings: BackfillSettings, fault: Error | null): Origin {
  const plannable = plannableOf(settings, fault);
  if (plannable !== null) return new Origin(plannable);
  const field = !settings.dag ? "dag" : settings.options ? "store" : "options";
  throw fault ?? wrongSetting(field, `${field}: not given yet`);
}

export type OtherOptions = { [name in keyof BackfillOptions]?: BackfillOptions[name] | undefined };

/** The options of the settings with others in their place; `undefined` takes one out. */
export function optionsWith({ dag, options }: PlannableSettings, more: OtherOptions): BackfillOptions {
  return defined({ ...options, dagId: dag.dagId, ...more }) as BackfillOptions;
}
