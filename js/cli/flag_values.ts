// Readers of the values of flags. Each says by throwing what was expected.
import { DagfillError } from "../error.js";
import type { Json } from "../json.js";
import { shown } from "../shown.js";
import { suggestion } from "../suggest.js";
import { readJsonText } from "./json_text.js";

const expected = (what: string, input: string, more: { hint?: string; start?: number; end?: number } = {}) =>
  new DagfillError("INVALID_OPTION", `expected ${what}, got ${shown(input)}`, { input, ...more });

export function numberOf(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw expected("a number", text);
  return value;
}

/** How many of something: a whole number. */
export function countOf(text: string): number {
  const count = numberOf(text);
  if (!Number.isInteger(count) || count < 0) throw expected("a whole number of at least 0", text);
  return count;
}

/** A duration as ISO 8601 has it, which stays text for the core to read; or a number with its unit: 250ms, 30s, 5m, 2h, 1d. A number
 *  without a unit is refused, since people mean seconds by it and programs milliseconds; 0 needs none. */
export function durationOf(text: string): number | string {
  const [, count = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (count === "") return text;
  const short = units.find(([names]) => names.includes(unit.toLowerCase()));
  if (short !== undefined) return short[1](count);
  if (Number(count) === 0 && unit === "") return 0;
  if (unit !== "") return text;
  throw expected("a duration with its unit", text, {
    hint: `such as ${count}s or PT${count}S for seconds, ${count}m or PT${count}M for minutes`,
  });
}

const units: readonly (readonly [string[], (count: string) => number | string])[] = [
  [["ms"], (count) => Number(count)],
  [["s", "sec", "secs", "second", "seconds"], (count) => `PT${count}S`],
  [["m", "min", "mins", "minute", "minutes"], (count) => `PT${count}M`],
  [["h", "hour", "hours"], (count) => `PT${count}H`],
  [["d", "day", "days"], (count) => `P${count}D`],
];

export function objectOf(text: string): Record<string, Json> {
  const value = readJsonText(text, `JSON such as '{"limit": 10}'`, "INVALID_OPTION");
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw expected("a JSON object", text);
  return value as Record<string, Json>;
}

export function listOf(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export function rateOf(text: string): { count: number; per: number | string } {
  const at = text.indexOf("/");
  if (at < 0) throw expected("a count and a duration such as 10/PT1M", text);
  return { count: numberOf(text.slice(0, at)), per: durationOf(text.slice(at + 1)) };
}

export function breakerOf(text: string): Record<string, unknown> {
  const members = labelsOf(text, "a breaker such as failures=3,window=20,action=pause");
  return Object.fromEntries(
    Object.entries(members).map(([key, value]) => [key, key === "action" ? value : numberOf(value)]),
  );
}

export function windowsOf(text: string): { cron: string; duration: number | string }[] {
  const parts = text.split(";").filter((part) => part.trim() !== "");
  return parts.map((part) => {
    const at = part.lastIndexOf("/");
    if (at < 0) throw expected("a cron text and a duration such as '0 22 * * */PT8H'", text);
    return { cron: part.slice(0, at).trim(), duration: durationOf(part.slice(at + 1).trim()) };
  });
}

export function chunkOf(text: string): { dates: number } | { period: string } {
  if (text.startsWith("P")) return { period: text };
  const dates = Number(text);
  if (text.trim() === "" || Number.isNaN(dates))
    throw expected("a number of dates, or P1D, P1W, P1M, P3M or P1Y", text);
  return { dates };
}

export function orderOf(text: string): string | { newest: number } {
  return text.startsWith("newest:") ? { newest: numberOf(text.slice("newest:".length)) } : text;
}

export function labelsOf(text: string, what = "labels such as team=sales,ticket=42"): Record<string, string> {
  const pairs = listOf(text).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw expected(what, text);
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** One of the names, or an error with the nearest one. */
export function oneOf<Name extends string>(text: string, names: readonly Name[], field: string): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  const near = suggestion(text, names);
  throw new DagfillError("INVALID_OPTION", `expected ${names.join(", ")}, got ${shown(text)}`, {
    field,
    ...(near !== undefined && { hint: `did you mean ${near}?` }),
  });
}
