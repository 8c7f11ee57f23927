// A value as a message shows it.

/** "got" of a message: the value, short, as JavaScript would write it. */
export function shown(value: unknown): string {
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  if (typeof value === "bigint") return `the bigint ${value}`;
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return String(value);
  try {
    return Array.isArray(value) ? `an array of ${value.length}` : "an object";
  } catch {
    return "a revoked Proxy";
  }
}
