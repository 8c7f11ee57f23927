/** Anything JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Input values: anything JSON can say, checked at run time. */
export type JsonInput = unknown;

/** Sets a key made of user text. An assignment to `__proto__` would set the prototype instead. */
export function setOwn<T>(target: { [key: string]: T }, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/** The same text for the same value, whatever the order of its keys; functions count by presence. */
export function canonical(value: unknown): string {
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return String(JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${canonical(member)}`);
  }
  return `{${members.join()}}`;
}
