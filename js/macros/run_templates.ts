// The templates of the runs that share a conf: made once, however many runs render how many texts.
import type { CheckedDag, CheckedTask } from "../dag/dag.js";
import type { Json, JsonInput } from "../json.js";
import type { TimetableWire } from "../schedule/wire.js";
import type { RunType } from "../store/store.js";
import { attributesOf, knownText, onUnknownOf, type TemplateEnvironment } from "./environment.js";
import { type CheckedLookups, lookupHost } from "./lookups.js";
import type { OnUnknown } from "./options.js";
import { type MacrosKey, macrosKey, macrosOf, renderValue } from "./render.js";
import type { Unresolved } from "./unresolved.js";

/** The run, and the task of it, that a text belongs to. */
export interface TemplateRun {
  executionDate: string;
  runId: string;
  attempt: number;
  startedAt?: string | undefined;
  /** The dates of a chunk: `{{ chunk.dates }}`, `{{ chunk.size }}`. */
  chunk?: { readonly dates: readonly string[] } | undefined;
  dataInterval?: { end: string } | undefined;
  task?: CheckedTask | undefined;
  /** JSON text of what a template may read. */
  xcom?: ((template: string) => string) | undefined;
  /** XCom of other runs, JSON text. */
  elsewhere?: string | undefined;
}

/** Settings of templates as plain data. */
export interface PortableTemplates {
  timetable: TimetableWire;
  /** Attributes of the DAG as JSON text. */
  dag: string;
  params: Record<string, Json>;
  /** `onUnknown` of the backfill. */
  onUnknown?: OnUnknown;
  /** `onUnknown` of the service, for a worker that has none of its own. */
  fallback?: OnUnknown;
  macroTimeZone?: string;
}

export class RunTemplates {
  readonly #environment: TemplateEnvironment;
  readonly #settings: { wire: TimetableWire; runType: RunType; conf: Record<string, Json> };
  readonly #keys = new Map<OnUnknown, MacrosKey>();

  constructor(
    environment: TemplateEnvironment,
    wire: TimetableWire,
    runType: RunType,
    conf: Record<string, Json>,
  ) {
    this.#environment = environment;
    this.#settings = { wire, runType, conf };
  }

  get dag(): CheckedDag {
    return this.#environment.dag;
  }

  /** The data that render the same texts elsewhere, without the values of lookups. */
  get portable(): PortableTemplates {
    const { dag, asked, fallback, macroTimeZone } = this.#environment;
    return {
      timetable: this.#settings.wire,
      dag: attributesOf(dag),
      params: dag.params,
      ...(asked && { onUnknown: asked }),
      ...(fallback && { fallback }),
      ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
    };
  }

  /** The effective `onUnknown` for a task; `undefined` where none is set. */
  onUnknown(task?: CheckedTask, own?: OnUnknown): OnUnknown | undefined {
    return onUnknownOf(this.#environment, task, own);
  }

  /** Renders a value. What stayed as written is added to `unresolved`. */
  render(
    value: JsonInput,
    run: TemplateRun,
    own: OnUnknown | undefined,
    unresolved: Unresolved[],
    path = "",
  ): Json {
    const { executionDate, runId, attempt, task, xcom, chunk } = run;
    const environment = this.#environment;
    const macros = macrosOf(this.#key(this.onUnknown(task, own) ?? "keep"));
    const context = {
      date: executionDate,
      runId,
      attempt,
      taskId: task?.taskId,
      xcom,
      host: lookupHost([...chunkLookup(chunk), ...environment.lookups], environment.masked),
      known: (template: string) => knownText(environment, template, run),
    };
    const before = unresolved.length;
    const rendered = renderValue(macros, value, context, unresolved, path);
    environment.unresolved += unresolved.length - before;
    return rendered;
  }

  #key(onUnknown: OnUnknown): MacrosKey {
    let key = this.#keys.get(onUnknown);
    if (key === undefined) {
      const { wire, runType, conf } = this.#settings;
      const { dag, macroTimeZone } = this.#environment;
      const { dagId, params } = dag;
      key = macrosKey(wire, {
        runType,
        dagId,
        conf,
        params,
        onUnknown,
        ...(macroTimeZone === undefined ? {} : { macroTimeZone }),
      });
      this.#keys.set(onUnknown, key);
    }
    return key;
  }
}

/** A chunk as the value of the name `chunk`. */
function chunkLookup(chunk: TemplateRun["chunk"]): CheckedLookups[] {
  if (chunk === undefined) return [];
  const { dates } = chunk;
  const value = JSON.stringify({ dates, size: dates.length });
  return [{ macros: (name) => (name === "chunk" ? value : undefined) }];
}
