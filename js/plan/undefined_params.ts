// Params that a condition compares and that the run does not have: the condition is false, and no text shows it.
import type { Unresolved } from "../macros/unresolved.js";
import { suggestion } from "../suggest.js";
import { type Fault, faultOf } from "./template_fault.js";
import type { TemplateText } from "./template_texts.js";
import type { Use } from "./unquoted.js";

const CONDITION = /^\{%[-+]?\s*(if|elif)\b/;
/** The filters and tests of a param that may be absent. */
const EXPECTS_ABSENCE = /^(d|default|defined|undefined|none)$/;

/** A warning for each param in an `{% if %}` or `{% elif %}` that is not among `params`, unless its tag is one of the unresolved `parts`. */
export function undefinedParams(
  text: TemplateText,
  uses: readonly Use[],
  params: object,
  parts: readonly Unresolved[],
): Fault[] {
  const { template } = text;
  const faults: Fault[] = [];
  for (const [at, { name, kind, start, end }] of uses.entries()) {
    const [key, next] = uses.slice(at + 1, at + 3);
    // Behind `params` and one sign, a dot or a bracket.
    const isParam = kind === "macro" && name === "params" && key?.kind === "key" && key.start <= end + 1;
    if (!isParam || Object.hasOwn(params, key.name)) continue;
    const open = template.lastIndexOf("{%", start);
    const tag = template.slice(open, template.indexOf("%}", open) + 2);
    if (!CONDITION.test(tag) || start > open + tag.length) continue;
    if (EXPECTS_ABSENCE.test(next?.name ?? "")) continue;
    if (parts.some((part) => part.start === open)) continue;
    const message = `params has no ${key.name}, which counts as undefined in ${tag}`;
    faults.push(faultOf(text, "undefined_param", message, key, suggestion(key.name, Object.keys(params))));
  }
  return faults;
}
