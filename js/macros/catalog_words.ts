// Signs that stand for words in the catalog of the built package, in the order in which `scripts/catalog_text.mjs` puts them there.
export const words: readonly (readonly [string, string])[] = [
  ["@", "logical_date"],
  ["~", "(next_execution_date - @)."],
  ["^", "Whether "],
  ["`", "macros.dateutil.relativedelta"],
  ["*", "2024-03-0"],
  ["#", " of "],
  ["?", "date"],
  ["$", "he "],
  ["K", "00:00"],
];
