// Durations in English words.

const UNITS: readonly [number, string][] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

/** `1 min 30 s`, `2 h 5 min`, `850 ms`: two units at most. */
export function englishDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  // Rounded to the unit below, which may fill the one above: 59.6 s are 1 min.
  const rounded = (at: number) => {
    const [step] = UNITS[at + 1] ?? [1000];
    return Math.round(ms / step) * step;
  };
  const at = UNITS.findIndex(([size], unit) => rounded(unit) >= size);
  const [size, name] = UNITS[at] as [number, string];
  const [step, lower] = UNITS[at + 1] ?? [size, ""];
  const rest = (rounded(at) % size) / step;
  return `${Math.floor(rounded(at) / size)} ${name}${rest > 0 ? ` ${rest} ${lower}` : ""}`;
}
