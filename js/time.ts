// Instants as text. Dates are read in Rust; writing them needs no calendar of ours.

/** Milliseconds since 1970 as `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only when they are not zero. */
export function iso(ms: number): string {
  const text = new Date(ms).toISOString();
  return text.endsWith(".000Z") ? `${text.slice(0, 19)}Z` : text;
}
