// JSON from outside: a copy of it, so that nothing of the caller's is held, and a refusal that names the place.
import { type Json, setOwn } from "./json.js";
import { isDate, type Reader, reading, wrong } from "./options.js";

/** Deeper values would overflow the stack of the functions that walk them. */
const DEEPEST = 200;

/** A copy of anything JSON can say. What JSON cannot say is named by its path; an `undefined` member counts as absent. */
export const json: Reader<Json> = (value, path) => copy(value, path, []);

/** JSON that templates may print. They are UTF-8 inside the core, which has no lone surrogates: those would be lost. */
export const printable: Reader<Json> = (value, path) => wellFormed(json(value, path), path);

/** A JSON object that templates may print, as conf and params are. */
export const record: Reader<Record<string, Json>> = (value, path) => {
  if (typeof value !== "object" || value === null || reading(path, () => Array.isArray(value)))
    throw wrong(path, "an object", value);
  return printable(value, path) as Record<string, Json>;
};

/** `above`: the objects that `value` is in. */
function copy(value: unknown, path: string, above: object[]): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "object") throw wrong(path, "a JSON value", value);
  if (above.includes(value)) throw wrong(path, "a value that does not contain itself", value);
  if (above.length > DEEPEST) throw wrong(path, `a value at most ${DEEPEST} levels deep`, value);
  above.push(value);
  const copied = reading(path, () =>
    Array.isArray(value) ? copyArray(value, path, above) : copyObject(value, path, above),
  );
  above.pop();
  return copied;
}

function copyArray(value: unknown[], path: string, above: object[]): Json[] {
  return Array.from({ length: value.length }, (_, index) => {
    const at = `${path}[${index}]`;
    return copy(
      reading(at, () => value[index]),
      at,
      above,
    );
  });
}

function copyObject(value: object, path: string, above: object[]): Json {
  if (isDate(value)) throw wrong(path, "a JSON value, such as a date's toISOString()", value);
  if (!isPlain(value)) throw wrong(path, "a JSON value", value);
  const result: Record<string, Json> = {};
  for (const key of Object.keys(value)) {
    const at = `${path}.${key}`;
    const member = reading(at, () => (value as Record<string, unknown>)[key]);
    if (member !== undefined) setOwn(result, key, copy(member, at, above));
  }
  return result;
}

/** No class of its own: a Map or a Set would silently become {}. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function wellFormed(value: Json, path: string): Json {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw wrong(path, "text without lone surrogates", value);
  } else if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) wellFormed(member, `${path}[${index}]`);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      const at = `${path}.${key}`;
      if (!key.isWellFormed()) throw wrong(at, "a key without lone surrogates", key);
      wellFormed(member, at);
    }
  }
  return value;
}
