// The preview: columns owned by JavaScript, and rows built from them on demand.
import { DagfillError } from "../error.js";
import { type Inspect, inspect, inspected } from "../inspect.js";
import { date, name, reading, wrong } from "../options.js";
import { call, EdgeCode } from "../raw.js";
import type { DateInput } from "../schedule/input.js";
import { readDate, timetableOf } from "../schedule/timetable.js";
import type { RunRecord } from "../store/store.js";
import { iso } from "../time.js";
import type { Warning } from "../warning.js";
import { renderedRun } from "./chunks.js";
import {
  type FixedEstimate,
  type FixedEstimateOptions,
  fixedEstimate,
  type HistoryEstimate,
  type HistoryEstimateOptions,
  historyEstimate,
  type PastDurations,
} from "./estimate.js";
import { columnsOf, copied, isExistingRuns, recordsOf } from "./existing_runs.js";
import type { PlanData, PlannedRun } from "./plan_data.js";
import { plannedRuns, rowOn } from "./plan_rows.js";
import { planJson, planOnTerminal } from "./plan_shown.js";
import { type PreviewTemplateData, PreviewTemplates } from "./preview_templates.js";
import type { RenderedText } from "./template_texts.js";

export interface BackfillPreview {
  dagId: string;
  timeZone: string;
  /** The bounds as they were read. */
  start: string;
  end: string;
  /** Every logical date, in run order. */
  dates: string[];
  /** Every record that stands on one of them, oldest first. The records are made when they are asked for. */
  existingRuns: RunRecord[];
  /** The rows with action "create". */
  newRuns: PlannedRun[];
  /** One row a date, in run order; what starts is every row whose action is not "skip". */
  runs: PlannedRun[];
  /** One row, without making the others. `undefined` beyond the last. */
  run(index: number): PlannedRun | undefined;
  counts: { total: number; create: number; rerun: number; reset: number; skip: number };
  warnings: Warning[];
  /** Offsets in seconds. */
  clockChanges: { at: string; offsetBefore: number; offsetAfter: number }[];
  planHash: string;
  /** A result has one: `if (answer.state === undefined)` tells a plan from a result where `dryRun` is not known. */
  readonly state?: undefined;
  /** With `cascade`: the plans of the DAGs that read what this one runs again, each behind its inputs. Each of their runs says by `upstream`
   *  which dates it is for. */
  readonly downstream?: readonly BackfillPreview[] | undefined;
  /** Of a preview downstream: dates whose run has succeeded and has read what is run again now. */
  readonly stale?: readonly string[] | undefined;
  /** Columns for large plans, in run order; the caller's own copies. */
  columns(): {
    executionDate: Float64Array;
    offsetSeconds: Int32Array;
    action: Uint8Array;
    reason: Uint8Array;
  };
  /** A structured-clonable form; `previewFrom` makes a preview of it again.
   *
   *  ```js
   *  const data = preview.toTransferable();
   *  postMessage(data, data.transfer); // its columns move instead of being copied
   *  ``` */
  toTransferable(): TransferablePreview;
  /** The form that JSON.stringify writes: these members; with more than 100 rows only the first of each list, and `leftOut`
   *  with the number of the others. JSON.stringify(preview.runs) has all rows. */
  toJSON(): object;
  days(): { date: string; create: number; rerun: number; reset: number; skip: number }[];
  /** Finish time by simulation, if every run took `runDuration`. Default pace: the options of the preview. */
  estimate(options: FixedEstimateOptions): FixedEstimate;
  /** The same with the durations that past successful runs took: many outcomes are simulated, and `quantiles` says when so many of them
   *  have ended. Rejects with INVALID_OPTION below five past runs. */
  estimate(options: HistoryEstimateOptions): Promise<HistoryEstimate>;
  /** Every templated text of one date as it would run, of one task or of all: commands and params. XCom is not known before the run, and
   *  stays; values of variables and connections are `***`. */
  render(executionDate: DateInput, task?: string): RenderedText[];
  /** The texts that two dates render differently. `path` begins with the task's id. */
  renderDiff(a: DateInput, b: DateInput, task?: string): { path: string; a: string; b: string }[];
}

/** A preview as plain data and typed arrays. What is in it belongs to this version of the package. */
export interface TransferablePreview {
  readonly kind: "dagfill.preview";
  readonly version: 1;
  /** The buffers of its columns, copies of the preview's own: the second argument of postMessage. */
  readonly transfer: ArrayBuffer[];
}

export class Preview implements BackfillPreview {
  /** @internal Minifying renames classes. */
  static readonly name: string = "BackfillPreview";
  declare readonly dagId: string;
  declare readonly timeZone: string;
  declare readonly start: string;
  declare readonly end: string;
  declare readonly dates: string[];
  declare readonly existingRuns: RunRecord[];
  declare readonly newRuns: PlannedRun[];
  declare readonly runs: PlannedRun[];
  declare readonly counts: BackfillPreview["counts"];
  declare readonly warnings: Warning[];
  declare readonly clockChanges: BackfillPreview["clockChanges"];
  declare readonly planHash: string;
  declare readonly downstream?: Preview[];
  declare readonly stale?: string[];
  readonly #data: PlanData;
  readonly #past: (() => Promise<PastDurations>) | undefined;
  readonly #templates: PreviewTemplates | undefined;

  /** `past` reads the durations of past runs, where there is a store. */
  constructor(data: PlanData, templates?: PreviewTemplates, past?: () => Promise<PastDurations>) {
    this.#data = data;
    this.#templates = templates;
    this.#past = past;
    const { dagId, timeZone, start, end, existing, executionDate, downstream, upstream } = data;
    const { counts, warnings, clockChanges, planHash } = data;
    Object.assign(this, { dagId, timeZone, start, end });
    // Own members, so that spreading and structuredClone take them. Lists are made when they are asked for.
    own(this, "dates", () => Array.from(executionDate, iso));
    own(this, "existingRuns", () => recordsOf(dagId, existing));
    own(this, "newRuns", () => this.runs.filter((run) => run.action === "create"));
    own(this, "runs", () => plannedRuns(data, 0, executionDate.length));
    Object.assign(this, { counts, warnings, clockChanges, planHash });
    if (downstream !== undefined) own(this, "downstream", () => downstream.map((plan) => new Preview(plan)));
    if (upstream === undefined) return;
    own(this, "stale", () =>
      this.runs.filter((run) => run.existingState === "success").map((run) => run.executionDate),
    );
  }

  run(index: number): PlannedRun | undefined {
    // Not `integer`: what lies beyond the rows is undefined, also before the first.
    if (!Number.isInteger(index)) throw wrong("index", "an integer", index);
    return plannedRuns(this.#data, index, index + 1)[0];
  }

  columns(): ReturnType<BackfillPreview["columns"]> {
    const { executionDate, offsetSeconds, action, reason } = this.#data;
    return {
      executionDate: executionDate.slice(),
      offsetSeconds: offsetSeconds.slice(),
      action: action.slice(),
      reason: reason.slice(),
    };
  }

  toTransferable(): TransferablePreview {
    const columns = this.columns();
    const existing = copied(this.#data.existing);
    // Not enumerable: a list of what moves would itself be cloned, and then hold what has moved away.
    const templates = this.#templates?.toTransferable();
    const data = { ...this.#data, ...columns, existing, ...(templates === undefined ? {} : { templates }) };
    return Object.defineProperty(data as never as TransferablePreview, "transfer", {
      value: [...Object.values(columns), ...columnsOf(existing)].map(({ buffer }) => buffer),
    });
  }

  days(): ReturnType<BackfillPreview["days"]> {
    const { timetable, executionDate, action } = this.#data;
    return call((wasm) => wasm.planDays(timetableOf(timetable), executionDate, action));
  }

  estimate(options: FixedEstimateOptions): FixedEstimate;
  estimate(options: HistoryEstimateOptions): Promise<HistoryEstimate>;
  estimate(options: FixedEstimateOptions | HistoryEstimateOptions): FixedEstimate | Promise<HistoryEstimate> {
    if (reading("options", () => typeof options === "object" && options !== null && "from" in options))
      return historyEstimate(this.#data, options as HistoryEstimateOptions, this.#past);
    return fixedEstimate(this.#data, options as FixedEstimateOptions);
  }

  render(executionDate: DateInput, task?: string): RenderedText[] {
    const templates = this.#templates;
    if (templates === undefined) {
      throw new DagfillError("INVALID_OPTION", "this preview does not know the DAG's templates", {
        hint: "ask the preview that the service returned",
      });
    }
    const path = "executionDate";
    const at = readDate(this.#data.timetable, date(executionDate, path), EdgeCode.Point, path);
    const row = rowOn(this.#data.executionDate, at);
    const run = row < 0 ? undefined : renderedRun(this.#data, row);
    if (run === undefined) {
      const message = `executionDate: expected a date of the plan, got ${iso(at)}`;
      throw new DagfillError("INVALID_OPTION", message, { field: path });
    }
    return templates.render(run, task === undefined ? undefined : name(task, "task"));
  }

  renderDiff(a: DateInput, b: DateInput, task?: string): { path: string; a: string; b: string }[] {
    const other = this.render(b, task);
    return this.render(a, task).flatMap(({ taskId, path, text }, index) => {
      const text2 = other[index]?.text ?? "";
      return text === text2 ? [] : [{ path: `${taskId}.${path}`, a: text, b: text2 }];
    });
  }

  toJSON(): object {
    return planJson(this.#data);
  }

  /** @internal */
  [inspect](depth: number | null, options: { depth: number | null }, show: Inspect): string {
    return inspected("BackfillPreview", planOnTerminal(this.#data), depth, options, show);
  }
}

/** A member that is made once, when it is asked for. */
function own<K extends keyof Preview>(preview: Preview, name: K, make: () => Preview[K]): void {
  let made: Preview[K] | undefined;
  const get = () => {
    made ??= make();
    return made;
  };
  Object.defineProperty(preview, name, { enumerable: true, get });
}

/** A preview of what `toTransferable` returned, on the other side of a postMessage. */
export function previewFrom(data: unknown): BackfillPreview {
  return reading("data", () => {
    const { templates, ...plan } = whole(data);
    const known = templates === undefined ? undefined : new PreviewTemplates(templates, plan.timetable);
    return new Preview(plan, known);
  });
}

function whole(data: unknown): PlanData & { templates?: PreviewTemplateData } {
  const plan = (data ?? {}) as Partial<PlanData>;
  const isWhole =
    plan.kind === "dagfill.preview" &&
    plan.version === 2 &&
    plan.executionDate instanceof Float64Array &&
    plan.offsetSeconds instanceof Int32Array &&
    plan.action instanceof Uint8Array &&
    plan.reason instanceof Uint8Array &&
    // A buffer that was transferred leaves an empty column behind.
    [plan.executionDate, plan.offsetSeconds, plan.action, plan.reason].every(
      ({ length }) => length === plan.counts?.total,
    ) &&
    isExistingRuns(plan.existing) &&
    [plan.timetable, plan.counts, plan.warnings, plan.clockChanges].every(
      (part) => typeof part === "object" && part !== null,
    ) &&
    [plan.dagId, plan.timeZone, plan.start, plan.end, plan.planHash].every(
      (part) => typeof part === "string",
    );
  if (!isWhole) throw wrong("data", "what toTransferable() of a preview returned", data);
  return plan as PlanData;
}
