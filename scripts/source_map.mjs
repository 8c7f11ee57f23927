// A source map after line breaks: the same characters at other lines and columns.

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digitValue = new Map([...digits].map((digit, value) => [digit, value]));

/** The map of a file, `code`, after its lines were broken before the characters at `starts` (ascending, the first is 0). */
export function moved(map, code, starts) {
  const { mappings, ...rest } = JSON.parse(map);
  const lineStarts = [0];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) lineStarts.push(at + 1);
  const all = [...new Set([...starts, ...lineStarts])].sort((a, b) => a - b);
  const lines = all.map(() => []);
  let piece = 0;
  let column = 0;
  for (const [line, segments] of mappings.split(";").entries()) {
    let from = 0;
    for (const segment of segments === "" ? [] : segments.split(",")) {
      const [step, ...origin] = decoded(segment);
      from += step;
      const at = lineStarts[line] + from;
      while (all[piece + 1] <= at) {
        piece += 1;
        column = 0;
      }
      const next = at - all[piece];
      lines[piece].push(encoded([next - column, ...origin]));
      column = next;
    }
  }
  return { ...rest, mappings: lines.map((segments) => segments.join(",")).join(";") };
}

function decoded(segment) {
  const numbers = [];
  let value = 0;
  let shift = 0;
  for (const digit of segment) {
    const bits = digitValue.get(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return numbers;
}

function encoded(numbers) {
  let text = "";
  for (const number of numbers) {
    let rest = number < 0 ? (-number << 1) | 1 : number << 1;
    do {
      const bits = rest & 31;
      rest >>>= 5;
      text += digits[rest > 0 ? bits | 32 : bits];
    } while (rest > 0);
  }
  return text;
}
