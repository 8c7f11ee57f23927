// Validates the settings of a hook or an element before anything is planned from them.
import { DagfillError } from "../../face.js";
import { nearest } from "../../nearest.js";
import { localeFault } from "../english.js";
import type { BackfillSettings } from "./settings.js";

type Kind = "object" | "function" | "any";

const KINDS: Record<keyof BackfillSettings, Kind> = {
  dag: "object",
  options: "object",
  store: "object",
  existing: "any",
  executeRun: "function",
  executeTask: "function",
  engine: "object",
  runDuration: "any",
  locale: "object",
  worker: "any",
  onEvent: "function",
};

/** The first fault, or null. `dag` may be missing: there is nothing to plan then. */
export function settingsFault(settings: BackfillSettings): DagfillError | null {
  for (const [name, value] of Object.entries(settings)) {
    const kind = KINDS[name as keyof BackfillSettings];
    if (kind === undefined) return unknown(name);
    if (name === "options" || value === undefined || (name === "dag" && value === null)) continue;
    if (kind !== "any" && (typeof value !== kind || value === null)) return wrong(name, kind, value);
  }
  const { options, locale } = settings;
  if (typeof options !== "object" || options === null) return wrong("options", "object", options);
  return localeFault(locale);
}

function unknown(name: string): DagfillError {
  const near = nearest(name, Object.keys(KINDS));
  return new DagfillError("INVALID_OPTION", `useBackfill: there is no setting "${name}"`, {
    field: name,
    hint: near === undefined ? `The settings are ${Object.keys(KINDS).join(", ")}.` : `Did you mean ${near}?`,
  });
}

function wrong(name: string, kind: Kind, value: unknown): DagfillError {
  const got = value === null ? "null" : typeof value;
  const text = `${name}: expected ${kind === "object" ? "an object" : "a function"}, got ${got}`;
  return new DagfillError("INVALID_OPTION", text, { field: name });
}

/** Whether something would execute the dates of a plan. */
export function hasExecutor({ dag, executeRun, executeTask, engine }: BackfillSettings): boolean {
  const given = executeRun ?? executeTask ?? engine;
  return given !== undefined || (dag?.tasks ?? []).some((task) => task?.run !== undefined);
}
