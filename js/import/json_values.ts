// Looks at foreign JSON member by member: what has another type than expected counts as absent.

/** Members of a foreign object. */
export type Fields = { readonly [name: string]: unknown };

export function asObject(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function asNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The texts of a list. */
export function asTexts(value: unknown): string[] {
  return asList(value).filter((item) => typeof item === "string");
}
