// Templates on their way to the core: what many runs share is made once.

import { type Json, type JsonInput, setOwn } from "../json.js";
import { json } from "../json_input.js";
import { LruCache } from "../lru_cache.js";
import type { DateValue } from "../options.js";
import { call, instance, OnUnknownCode, type Raw } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import type { TimetableWire } from "../schedule/wire.js";
import type { RunType } from "../store/store.js";
import type { MacroHost } from "./lookups.js";
import type { Unresolved } from "./unresolved.js";

/** Settings that the templates of many runs share. */
export interface MacroSettings {
  conf?: Record<string, Json>;
  params?: Record<string, Json>;
  dagId?: string;
  runType?: RunType;
  macroTimeZone?: string;
  onUnknown?: "keep" | "error" | "empty";
}

/** The facts of a single run. */
export interface MacroRun {
  date: DateValue;
  runId?: string | undefined;
  taskId?: string | undefined;
  attempt?: number;
  /** JSON text of what a template may read. */
  xcom?: ((template: string) => string) | undefined;
  /** JSON text of what else is known of the run, for one template: `dag`, `task`, `facts` by the name that a template writes, `now`. */
  known?: (template: string) => string | undefined;
  /** Variables, connections and user-defined macros. */
  host?: MacroHost | undefined;
}

type RawMacros = InstanceType<Raw["RawMacros"]>;

export interface Macros {
  made: number;
  raw: RawMacros;
}

const cache = new LruCache<string, Macros>(64, (old) => {
  if (old.made === instance()) old.raw.free();
});

const ON_UNKNOWN = { keep: OnUnknownCode.Keep, error: OnUnknownCode.Error, empty: OnUnknownCode.Empty };

/** Settings with the text that stands for them, made once where many texts are rendered with the same. */
export interface MacrosKey {
  text: string;
  wire: TimetableWire;
  settings: MacroSettings;
  confText: string;
  paramsText: string;
}

/** The key of runs that share a schedule and settings. */
export function macrosKey(wire: TimetableWire, settings: MacroSettings): MacrosKey {
  const { runType = "backfill", macroTimeZone, dagId, conf = {}, params = {}, onUnknown = "keep" } = settings;
  const [confText, paramsText] = [JSON.stringify(conf), JSON.stringify(params)];
  const text = JSON.stringify([wire, runType, macroTimeZone, dagId, confText, paramsText, onUnknown]);
  return { text, wire, settings, confText, paramsText };
}

/** The macros of a key. Use it now, do not keep it. */
export function macrosOf({ text, wire, settings, confText, paramsText }: MacrosKey): Macros {
  const known = cache.get(text);
  if (known !== undefined && known.made === instance()) return known;
  const { runType = "backfill", macroTimeZone, dagId, onUnknown = "keep" } = settings;
  const raw = call(
    (wasm) =>
      new wasm.RawMacros(
        timetableOf(wire),
        runType,
        macroTimeZone,
        dagId,
        confText,
        paramsText,
        ON_UNKNOWN[onUnknown],
      ),
  );
  const macros = { made: instance(), raw };
  cache.set(text, macros);
  return macros;
}

/** Renders one template. With `reports` the core keeps what stayed as written. */
export function renderText(macros: Macros, template: string, run: MacroRun, reports = false): string {
  if (!hasTags(template)) return template;
  const known = run.known?.(template);
  const { date, runId, taskId, attempt = 1, xcom, host } = run;
  const render = (part: string) =>
    call(() => macros.raw.render(part, date, runId, taskId, attempt, xcom?.(template), known, host, reports));
  return piecewise(template, render);
}

/** Renders one template and adds what stayed as written. */
function reportText(
  macros: Macros,
  template: string,
  run: MacroRun,
  unresolved: Unresolved[] | undefined,
  path: string,
): string {
  // Spans in the pieces around lone surrogates would not be those of the template.
  const reports = unresolved !== undefined && template.isWellFormed();
  const rendered = renderText(macros, template, run, reports);
  // Text that stays has its braces; the core says which of them are a value's own.
  if (!reports || !hasTags(rendered)) return rendered;
  const parts = call(() => macros.raw.takeUnresolved()) as Omit<Unresolved, "path">[];
  for (const part of parts) unresolved.push({ path, ...part });
  return rendered;
}

/** Whether a text has anything that the core could resolve. */
export function hasTags(text: string): boolean {
  for (let at = text.indexOf("{"); at >= 0; at = text.indexOf("{", at + 1)) {
    const next = text[at + 1];
    if (next === "{" || next === "%" || next === "#") return true;
  }
  return false;
}

/** Wasm takes UTF-8, which has no lone surrogates: they stay, and what is between them is rendered. */
export function piecewise(template: string, render: (part: string) => string): string {
  if (template.isWellFormed()) return render(template);
  let [rendered, part] = ["", ""];
  for (const character of template) {
    if (character.isWellFormed()) part += character;
    else {
      rendered += render(part) + character;
      part = "";
    }
  }
  return rendered + render(part);
}

/** Renders every text of a JSON value, keys too, and leaves all else alone. A key whose rendering stands there already keeps its
 *  template, so that no entry is lost. */
function renderJson(macros: Macros, value: Json, run: MacroRun, unresolved?: Unresolved[], path = ""): Json {
  if (typeof value === "string") return reportText(macros, value, run, unresolved, path);
  if (Array.isArray(value)) {
    return value.map((member, index) => renderJson(macros, member, run, unresolved, `${path}[${index}]`));
  }
  if (typeof value !== "object" || value === null) return value;
  const rendered: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) {
    const inner = path === "" ? key : `${path}.${key}`;
    const name = reportText(macros, key, run, unresolved, inner);
    const taken = name !== key && (Object.hasOwn(rendered, name) || Object.hasOwn(value, name));
    setOwn(rendered, taken ? key : name, renderJson(macros, member, run, unresolved, inner));
  }
  return rendered;
}

/** Renders a template, or every text of a JSON value, and adds what stayed as written. */
export function renderValue(
  macros: Macros,
  value: JsonInput,
  run: MacroRun,
  unresolved?: Unresolved[],
  path = "",
): Json {
  return typeof value === "string"
    ? reportText(macros, value, run, unresolved, path)
    : renderJson(macros, json(value, path || "value"), run, unresolved, path);
}
