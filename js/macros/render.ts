// Templates on their way to the core: what many runs share is made once.

import { type Json, type JsonInput, setOwn } from "../json.js";
import { json } from "../json_input.js";
import { LruCache } from "../lru_cache.js";
import type { DateValue } from "../options.js";
import { call, instance, type Raw } from "../raw.js";
import { timetableOf } from "../schedule/timetable.js";
import type { TimetableWire } from "../schedule/wire.js";
import type { RunType } from "../store/store.js";

/** What the templates of many runs share. */
export interface MacroSettings {
  conf?: Record<string, Json>;
  params?: Record<string, Json>;
  dagId?: string;
  runType?: RunType;
  macroTimeZone?: string;
  onUnknown?: "keep" | "error" | "empty";
}

/** What differs from run to run. */
export interface MacroRun {
  date: DateValue;
  runId?: string | undefined;
  taskId?: string | undefined;
  attempt?: number;
  /** JSON text. */
  xcom?: string | undefined;
  /** JSON text of what else is known of the run: `dag`, `task`, `facts` by the name that a template writes, `now`. */
  known?: string | undefined;
  /** Variables, connections and user-defined macros. */
  host?: MacroHost | undefined;
}

/** Answers by name, at once: 0 is a variable, 1 a connection, 2 a macro. JSON text, or nothing. */
export interface MacroHost {
  knows(lookup: number): boolean;
  lookUp(lookup: number, name: string): string | undefined;
}

type RawMacros = InstanceType<Raw["RawMacros"]>;

export interface Macros {
  made: number;
  raw: RawMacros;
}

const cache = new LruCache<string, Macros>(64, (old) => {
  if (old.made === instance()) old.raw.free();
});

const ON_UNKNOWN = { keep: 0, error: 1, empty: 2 };

/** The macros of runs that share a schedule and settings. Use it now, do not keep it. */
export function macrosOf(wire: TimetableWire, settings: MacroSettings): Macros {
  const { runType = "backfill", macroTimeZone, dagId, conf = {}, params = {}, onUnknown = "keep" } = settings;
  const [confText, paramsText] = [JSON.stringify(conf), JSON.stringify(params)];
  const key = JSON.stringify([wire, runType, macroTimeZone, dagId, confText, paramsText, onUnknown]);
  const known = cache.get(key);
  if (known !== undefined && known.made === instance()) return known;
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
  cache.set(key, macros);
  return macros;
}

/** Renders one template. */
export function renderText(macros: Macros, template: string, run: MacroRun): string {
  if (!hasTags(template)) return template;
  const render = (part: string) =>
    call(() =>
      macros.raw.render(
        part,
        run.date,
        run.runId,
        run.taskId,
        run.attempt ?? 1,
        run.xcom,
        run.known,
        run.host,
      ),
    );
  return piecewise(template, render);
}

/** Whether a text has anything that the core could resolve. */
function hasTags(text: string): boolean {
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
export function renderJson(macros: Macros, value: Json, run: MacroRun): Json {
  if (typeof value === "string") return renderText(macros, value, run);
  if (Array.isArray(value)) return value.map((member) => renderJson(macros, member, run));
  if (typeof value !== "object" || value === null) return value;
  const rendered: { [key: string]: Json } = {};
  for (const [key, member] of Object.entries(value)) {
    const name = renderText(macros, key, run);
    const taken = name !== key && (Object.hasOwn(rendered, name) || Object.hasOwn(value, name));
    setOwn(rendered, taken ? key : name, renderJson(macros, member, run));
  }
  return rendered;
}

/** Renders a template, or every text of a JSON value. */
export function renderValue(macros: Macros, value: JsonInput, run: MacroRun): Json {
  return typeof value === "string"
    ? renderText(macros, value, run)
    : renderJson(macros, json(value, "value"), run);
}
