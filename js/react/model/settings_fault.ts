// Validates the settings of a hook or an element before anything is planned from them.
import type { DagfillError } from "../../face.js";
import { localeFault } from "../english.js";
import { didYouMean, wrongSetting } from "../wrong_setting.js";
import type { BackfillSettings } from "./settings.js";

type Kind = "object" | "function" | "list" | "duration" | "any";

const KINDS: Record<keyof BackfillSettings, Kind> = {
  dag: "object",
  options: "object",
  store: "object",
  existing: "list",
  executeRun: "function",
  executeTask: "function",
  engine: "object",
  runDuration: "duration",
  locale: "object",
  worker: "any",
  onEvent: "function",
};

const WAITED = ["dag", "options", "store"];

/** Renders in a row that may each have another store. A user who chooses stores stays below: between two choices the page is drawn with the same one. */
const MOST_STORE_CHANGES = 8;

/** The faults of the settings of one hook or element, from render to render. */
export class SettingsCheck {
  #store: BackfillSettings["store"];
  #storeChanges = 0;

  /** The first fault, or null. A store that is made in the render is another one each time: opening it draws the page again, which makes the
   *  next one, in an endless loop. */
  fault(settings: BackfillSettings): DagfillError | null {
    this.#storeChanges = settings.store === this.#store ? 0 : this.#storeChanges + 1;
    this.#store = settings.store;
    const fault = settingsFault(settings);
    if (fault !== null || this.#storeChanges <= MOST_STORE_CHANGES) return fault;
    return wrongSetting(
      "store",
      "store: expected the same one in each render: make it outside of the component",
    );
  }
}

/** The first fault, or null. `dag`, `options` and `store` may be null: they are waited for. */
function settingsFault(settings: BackfillSettings): DagfillError | null {
  for (const [name, value] of Object.entries(settings)) {
    const kind = KINDS[name as keyof BackfillSettings];
    if (kind === undefined) {
      const hint = didYouMean(name, Object.keys(KINDS));
      return wrongSetting(name, `useBackfill: there is no setting "${name}"`, hint);
    }
    if (value === undefined || (value === null && WAITED.includes(name))) continue;
    if (!fits(kind, value)) return wrong(name, kind, value);
  }
  return otherDag(settings) ?? localeFault(settings.locale);
}

/** The options have the DAG of the settings: callers without types may give another one, which would be ignored. */
function otherDag({ dag, options }: BackfillSettings): DagfillError | null {
  const { dagId } = (options ?? {}) as { dagId?: unknown };
  if (dagId === undefined || !dag || dagId === dag.dagId) return null;
  return wrongSetting(
    "options.dagId",
    `options.dagId: expected nothing, or the id of dag (${dag.dagId}), got ${String(dagId)}`,
  );
}

function fits(kind: Kind, value: unknown): boolean {
  if (kind === "any") return true;
  if (kind === "duration") return typeof value === "number" || typeof value === "string";
  if (kind === "list") return typeof (value as Iterable<unknown> | null)?.[Symbol.iterator] === "function";
  return typeof value === kind && value !== null && !isPromise(value);
}

const isPromise = (value: unknown) => typeof (value as { then?: unknown } | null)?.then === "function";

function wrong(name: string, kind: Kind, value: unknown): DagfillError {
  const got = value === null ? "null" : isPromise(value) ? "a promise" : typeof value;
  const expected = `${kind === "object" ? "an" : "a"} ${kind}`;
  return wrongSetting(
    name,
    `${name}: expected ${expected}, got ${got}`,
    isPromise(value) ? "await it, with null until then" : undefined,
  );
}

/** Whether something would execute the dates of a plan. */
export function hasExecutor({ dag, executeRun, executeTask, engine }: BackfillSettings): boolean {
  const given = executeRun ?? executeTask ?? engine;
  const tasks = dag?.tasks;
  return given !== undefined || (Array.isArray(tasks) && tasks.some((task) => task?.run !== undefined));
}
