// Syntax errors of a Python file: a bracket or a string that is never closed, or a closing bracket without an opening one.

export interface PythonFault {
  /** Where, as an offset. */
  at: number;
  expected: string;
  got: string;
}

const CLOSING: { readonly [open: string]: string } = { "(": ")", "[": "]", "{": "}" };

/** The first bracket or quote without its counterpart. `undefined` where all have one. */
export function unbalanced(source: string): PythonFault | undefined {
  const open: { sign: string; at: number }[] = [];
  for (let at = 0; at < source.length; at += 1) {
    const sign = source[at] as string;
    if (sign === "#") at = endOfLine(source, at);
    else if (sign === '"' || sign === "'") {
      const end = endOfText(source, at);
      if (end === undefined) return { at, expected: `a closing ${sign}`, got: "none" };
      at = end;
    } else if (Object.hasOwn(CLOSING, sign)) open.push({ sign, at });
    else if (sign === ")" || sign === "]" || sign === "}") {
      const last = open.pop();
      if (last === undefined) return { at, expected: "an opening bracket before it", got: sign };
      if (CLOSING[last.sign] !== sign)
        return { at, expected: `${CLOSING[last.sign]} for ${place(last, source)}`, got: sign };
    }
  }
  const last = open.pop();
  if (last === undefined) return undefined;
  return { at: last.at, expected: `a closing ${CLOSING[last.sign]}`, got: "none" };
}

function place({ sign, at }: { sign: string; at: number }, source: string): string {
  return `the ${sign} of line ${source.slice(0, at).split("\n").length}`;
}

function endOfLine(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

/** Where the text that begins at `from` has its last quote. `undefined` where its line, or the file, ends before. */
function endOfText(source: string, from: number): number | undefined {
  const quote = source[from] as string;
  const isLong = source.startsWith(quote.repeat(3), from);
  const mark = isLong ? quote.repeat(3) : quote;
  for (let at = from + mark.length; at < source.length; at += 1) {
    if (source[at] === "\\") at += 1;
    else if (source.startsWith(mark, at)) return at + mark.length - 1;
    else if (!isLong && source[at] === "\n") return undefined;
  }
  return undefined;
}
