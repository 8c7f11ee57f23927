// The width of a text in terminal columns, and cutting to a width.

/** Columns of a text without control characters. Wide are the scripts of East Asia and emoji; marks that combine take none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += columns(character.codePointAt(0) ?? 0);
  return width;
}

function columns(point: number): number {
  if (point < 0x300) return 1;
  if (point <= 0x36f || point === 0x200d || (point >= 0xfe00 && point <= 0xfe0f)) return 0;
  return wide.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];

/** The text on one line in at most `width` columns; an ellipsis says that it was cut. Control characters, which would move
 *  the cursor or change colours, become spaces. */
export function fit(text: string, width: number): string {
  const line = oneLine(text);
  if (widthOf(line) <= width) return line;
  let kept = "";
  let left = width - 1;
  for (const character of line) {
    left -= widthOf(character);
    if (left < 0) break;
    kept += character;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** The text with its control characters replaced by spaces. */
export function oneLine(text: string): string {
  let line = "";
  for (const character of text) line += isControl(character.charCodeAt(0)) ? " " : character;
  return line.trim();
}

function isControl(unit: number): boolean {
  return unit < 0x20 || (unit >= 0x7f && unit < 0xa0) || unit === 0x2028 || unit === 0x2029;
}

/** The text padded with spaces to `width` columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}
