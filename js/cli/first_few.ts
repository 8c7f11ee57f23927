// Lists in sentences.

/** The texts of the first items, separated by commas, and how many more there are. */
export function firstFew<Item>(items: readonly Item[], most: number, textOf: (item: Item) => string): string {
  const rest = items.length > most ? `, and ${items.length - most} more` : "";
  return `${items.slice(0, most).map(textOf).join(", ")}${rest}`;
}
