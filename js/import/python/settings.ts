// Settings that a DAG file reads where Airflow runs: environment variables and Airflow's Variables. Only their defaults are known here.
import type { SyntaxNode } from "@lezer/common";
import type { Arguments } from "./call.js";
import type { Reader } from "./reader.js";
import { isKnown, type Value } from "./value.js";

/** Functions by the end of their dotted name, with what they read and the names of the default. */
const SETTINGS: readonly { ends: readonly string[]; what: string; defaults: readonly string[] }[] = [
  { ends: ["environ.get", "getenv"], what: "environment variable", defaults: ["default"] },
  { ends: ["Variable.get"], what: "Airflow Variable", defaults: ["default_var", "default"] },
];

/** The default of a setting that is not read, with a note that says so; `undefined` for other calls, and without a default. */
export function settingDefault(
  path: string,
  { positional, named }: Arguments,
  node: SyntaxNode,
  reader: Reader,
): Value | undefined {
  const setting = SETTINGS.find(({ ends }) => ends.some((end) => path === end || path.endsWith(`.${end}`)));
  if (setting === undefined) return undefined;
  const name = positional[0] ?? named.get("key");
  const fallback =
    positional[1] ?? setting.defaults.map((word) => named.get(word)).find((value) => value !== undefined);
  if (fallback === undefined || fallback === null || !isKnown(fallback, reader.budget)) return undefined;
  const which = typeof name === "string" ? `${setting.what} ${name}` : setting.what;
  reader.note(`the ${which} is not read: its default is taken in ${reader.text(node)}`, node);
  return fallback;
}
