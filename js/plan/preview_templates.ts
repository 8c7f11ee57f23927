// The templates of a plan's runs before they run: as they would be rendered, and what of them nothing resolves.
import type { CheckedDag, CheckedTask } from "../dag/dag.js";
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { environmentOf } from "../macros/environment.js";
import type { CheckedTemplateOptions, OnUnknown } from "../macros/options.js";
import { hasTags } from "../macros/render.js";
import { RunTemplates } from "../macros/run_templates.js";
import type { Unresolved } from "../macros/unresolved.js";
import type { TimetableWire } from "../schedule/wire.js";
import type { RunType } from "../store/store.js";
import { suggestion } from "../suggest.js";
import type { PlannedRun } from "./plan_data.js";
import { type RenderedText, type TemplateText, templateTexts } from "./template_texts.js";

/** The data that render a plan's templates; in `toTransferable` without the lookups, which cannot be cloned. */
export interface PreviewTemplateData {
  dag: CheckedDag;
  conf: Record<string, Json>;
  onUnknown?: OnUnknown;
  macroTimeZone?: string;
}

/** A run whose texts are rendered; of a chunk with its dates. */
export type RenderedRun = Omit<PlannedRun, "chunk"> & { chunk?: { dates: readonly string[] } };

export class PreviewTemplates {
  readonly data: PreviewTemplateData;
  readonly #host: CheckedTemplateOptions & { now?: () => number };
  readonly #timetable: TimetableWire;
  readonly #byType = new Map<RunType, RunTemplates>();

  constructor(
    data: PreviewTemplateData,
    timetable: TimetableWire,
    host: CheckedTemplateOptions & { now?: () => number } = {},
  ) {
    this.data = data;
    this.#timetable = timetable;
    this.#host = host;
  }

  /** Structured-clonable: functions and secrets stay behind. */
  toTransferable(): PreviewTemplateData {
    const { variables, connections, macros, ...dag } = this.data.dag;
    return { ...this.data, dag: { ...dag, tasks: dag.tasks.map(({ run: _, ...task }) => task) } };
  }

  /** Texts of one run, with `***` for values of variables and connections. Errors of a template are its text: a preview shows them. */
  render(run: RenderedRun, taskId?: string): RenderedText[] {
    const templates = this.#templates(run);
    return this.#tasks(taskId).flatMap((task) =>
      templateTexts(task).map(({ path, template }) => {
        const text = this.#text(templates, run, task, template);
        return { taskId: task.taskId, path, template, text };
      }),
    );
  }

  /** A text of a task of one run, as `render` makes it. */
  text(run: RenderedRun, task: CheckedTask, template: string): string {
    return this.#text(this.#templates(run), run, task, template);
  }

  /** The tags of each text that would stay as written if this run ran now. XCom of tasks is not known before they run, and values of variables and
   *  connections count as given: what becomes of them would tell what they are. */
  unresolved(
    run: RenderedRun,
  ): { text: TemplateText; parts: Unresolved[]; onUnknown: OnUnknown | undefined }[] {
    const templates = this.#templates(run);
    return this.data.dag.tasks.flatMap((task) =>
      templateTexts(task)
        .filter(({ template }) => hasTags(template))
        .map((text) => {
          const parts: Unresolved[] = [];
          templates.render(text.template, { ...run, attempt: 1, task }, "keep", parts, text.path);
          return { text, parts, onUnknown: templates.onUnknown(task) };
        }),
    );
  }

  /** Made once for runs of a type: a preview may render a million of them. */
  #templates({ runType = "backfill" }: RenderedRun): RunTemplates {
    const made = this.#byType.get(runType) ?? this.#made(runType);
    this.#byType.set(runType, made);
    return made;
  }

  #made(runType: RunType): RunTemplates {
    const { dag, conf, onUnknown, macroTimeZone } = this.data;
    const environment = environmentOf(dag, this.#host, {
      ...(onUnknown === undefined ? {} : { onUnknown }),
      ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
    });
    return new RunTemplates({ ...environment, masked: true }, this.#timetable, runType, conf);
  }

  #text(templates: RunTemplates, run: RenderedRun, task: CheckedTask, template: string): string {
    const onUnknown = templates.onUnknown(task) === "empty" ? "empty" : "keep";
    return templates.render(template, { ...run, attempt: 1, task }, onUnknown, []) as string;
  }

  #tasks(taskId: string | undefined): readonly CheckedTask[] {
    const { tasks } = this.data.dag;
    if (taskId === undefined) return tasks;
    const task = tasks.find((task) => task.taskId === taskId);
    if (task !== undefined) return [task];
    const near = suggestion(
      taskId,
      tasks.map((task) => task.taskId),
    );
    throw new DagfillError("UNKNOWN_TASK", `there is no task ${JSON.stringify(taskId)}`, {
      field: "task",
      ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
    });
  }
}
