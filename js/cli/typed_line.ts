// Words of the command lines that hints tell the user to type.

/** A text as a word of a shell. */
export function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The flag for a store that was named, with a space before it. The default store needs none. */
export function storeFlag(store: unknown): string {
  return typeof store === "string" ? ` --store ${store}` : "";
}

/** The flag that chooses a DAG, with a space before it. An id that is too long for a line is left out. */
export function dagFlag(dagId: string): string {
  return dagId.length > 200 ? "" : ` --dag-id ${quoted(dagId)}`;
}
