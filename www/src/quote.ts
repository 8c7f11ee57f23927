/** Text of a plan as text of a program. A plan may come from a link that somebody else wrote: nothing in it may end a
 *  string, a comment or a line of what is copied, and nothing may reach a terminal but what can be seen. */

/** Control characters, on which a terminal acts when they are pasted, line separators, and marks that reorder what is read. */
function isHidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    code < 0x20 ||
    (code >= 0x7f && code <= 0x9f) ||
    code === 0x061c ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    (code >= 0xd800 && code <= 0xdfff) ||
    code === 0xfeff
  );
}

/** Thrown for a text that cannot be written safely in the chosen language. */
export class Refusal extends Error {}

/** One argument for a POSIX shell, quoted only where it has to be. Throws `Refusal` for what a terminal would act on. */
export function shell(text: string): string {
  const hidden = [...text].find(isHidden);
  if (hidden !== undefined) {
    const code = (hidden.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw new Refusal(
      `A value of this plan has the hidden character U+${code}, on which a terminal may act: ${printable(text)}`,
    );
  }
  const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:/@%+";
  if (text !== "" && [...text].every((character) => plain.includes(character))) return text;
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}

/** An option with its value; a value that begins with a dash is tied to its name. */
export function option(name: string, value: string): string {
  return value.startsWith("-") ? `--${name}=${shell(value)}` : `--${name} ${shell(value)}`;
}

/** One line that shows every character: for comments and messages. */
export function printable(text: string): string {
  return [...text].map((each) => (isHidden(each) ? escaped(each) : each)).join("");
}

/** JSON whose hidden characters are escapes, indented by two spaces where `indent` is set. */
export function json(value: unknown, indent = false): string {
  const text = JSON.stringify(value, null, indent ? 2 : undefined);
  // Inside strings JSON has no line break: those that are left are its own.
  return text
    .split("\n")
    .map((line) => printable(line))
    .join("\n");
}

/** A JavaScript literal. Other than in JSON, `"__proto__": x` in braces would set the prototype. */
export function literal(value: unknown, margin = ""): string {
  const inner = `${margin}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[\n${value.map((each) => `${inner}${literal(each, inner)}`).join(",\n")}\n${margin}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    if (entries.length === 0) return "{}";
    const lines = entries.map(([key, each]) => {
      const name = key === "__proto__" ? '["__proto__"]' : json(key);
      return `${inner}${name}: ${literal(each, inner)}`;
    });
    return `{\n${lines.join(",\n")}\n${margin}}`;
  }
  return json(value);
}

/** A file name made of a DAG's id: no folder, no hidden file, no option. */
export function fileName(dagId: string, ending: string): string {
  const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  const safe = [...dagId.slice(0, 80)].map((each) => (allowed.includes(each) ? each : "_")).join("");
  return `${/^[A-Za-z0-9]/.test(safe) ? safe : `dag${safe}`}.${ending}`;
}

function escaped(character: string): string {
  return [...character]
    .flatMap((each) => each.split(""))
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
