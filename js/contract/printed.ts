// Values, and the place where two of them differ, as a failure of a contract shows them.

const DEEPEST = 6;

/** A value, short, with what JSON would leave out. */
export function printed(value: unknown, longest = 300): string {
  const text = written(value, 0);
  return text.length > longest ? `${text.slice(0, longest)}...` : text;
}

function written(value: unknown, depth: number): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return errorText(value);
  if (depth > DEEPEST) return "...";
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name} [${[...(value as Uint8Array)].join(", ")}]`;
  if (value instanceof Map) return `Map ${written([...value], depth + 1)}`;
  if (Array.isArray(value)) return `[${value.map((item) => written(item, depth + 1)).join(", ")}]`;
  const members = Object.entries(value).map(
    ([key, member]) => `${keyText(key)}: ${written(member, depth + 1)}`,
  );
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function keyText(key: string): string {
  return /^[\w$]+$/.test(key) ? key : JSON.stringify(key);
}

/** An error with its code. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return `${printed(error)}, which is no Error`;
  const { code, details } = error as { code?: unknown; details?: unknown };
  const known = [
    ...(code === undefined ? [] : [`code ${String(code)}`]),
    ...(details === undefined ? [] : [`details ${printed(details)}`]),
  ];
  const more = known.length === 0 ? "" : ` (${known.join(", ")})`;
  return `${error.name}${more}: ${error.message}`;
}

/** Where `actual` is another value than `expected`, and both there. */
export function difference(actual: unknown, expected: unknown): string {
  const [path, got, wanted] = differing(actual, expected, "");
  return `${path === "" ? "" : `at ${path}: `}expected ${wanted}, got ${got}`;
}

type Difference = [path: string, got: string, wanted: string];

function differing(actual: unknown, expected: unknown, path: string): Difference {
  const whole: Difference = [path, printed(actual), printed(expected)];
  if (Array.isArray(actual) && Array.isArray(expected)) {
    if (actual.length !== expected.length) return [path, sized(actual), sized(expected)];
    const at = expected.findIndex((item, index) => written(item, 0) !== written(actual[index], 0));
    return at < 0 ? whole : differing(actual[at], expected[at], `${path}[${at}]`);
  }
  if (!isRecord(actual) || !isRecord(expected)) return whole;
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const at = path === "" ? key : `${path}.${key}`;
    if (!Object.hasOwn(actual, key)) return [at, "no such member", printed(expected[key])];
    if (!Object.hasOwn(expected, key)) return [at, printed(actual[key]), "no such member"];
    if (written(actual[key], 0) !== written(expected[key], 0))
      return differing(actual[key], expected[key], at);
  }
  return whole;
}

function sized(items: readonly unknown[]): string {
  return `${items.length === 1 ? "1 item" : `${items.length} items`}: ${printed(items)}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
