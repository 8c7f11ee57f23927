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

/** One JSON document, or one a line. `refused` makes the error of a text that is neither. */
export function jsonDocuments(text: string, refused: (cause: Error) => Error): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch (cause) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    try {
      if (lines.length > 1) return lines.map((line) => JSON.parse(line));
    } catch {
      // The error of the whole text says more than that of its first line.
    }
    throw refused(cause as Error);
  }
}
