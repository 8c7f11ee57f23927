// Removes control sequences from the output of tasks before a terminal shows it: titles, cursor moves, bells. Colours stay.

const esc = "\\x1b";
// Strings of OSC, DCS, SOS, PM and APC up to their end; CSI; any other escape; and single characters but for the tab.
const sequences = new RegExp(
  [
    `(?:${esc}[\\]PX^_]|[\\x90\\x98\\x9d-\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x9c|${esc}\\\\)?`,
    `(?:${esc}\\[|\\x9b)[\\x30-\\x3f]*[\\x20-\\x2f]*[\\x40-\\x7e]?`,
    `${esc}[\\x20-\\x2f]*[\\x30-\\x7e]?`,
    "[\\x00-\\x08\\x0a-\\x1a\\x1c-\\x1f\\x7f-\\x9f]",
  ].join("|"),
  "g",
);
const colour = new RegExp(`^${esc}\\[[\\d;:]*m$`);

/** The text without control codes other than those of colours, which end with it. */
export function coloursOnly(text: string): string {
  let painted = false;
  const kept = text.replace(sequences, (sequence) => {
    if (!colour.test(sequence)) return "";
    painted = true;
    return sequence;
  });
  return painted ? `${kept}\x1b[0m` : kept;
}

/** The text without any control code. */
export function withoutCodes(text: string): string {
  return text.replace(sequences, "");
}
