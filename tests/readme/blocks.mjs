// The code blocks of a Markdown file, and what is to be done with each.

/** All fenced blocks: { language, text, line, skip, file, output }. A comment `<!-- not run: reason -->` on the line before a
 *  block skips it, `<!-- file: NAME -->` makes it a file for the blocks behind it; a block ```text right after a block is
 *  what that prints. */
export function blocksOf(markdown) {
  const blocks = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at += 1) {
    const open = /^(`{3,})(\w*)\s*$/.exec(lines[at]);
    if (open === null) continue;
    const end = lines.indexOf(open[1], at + 1);
    const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
    const skip = /^<!-- not run: (.+) -->$/.exec(before)?.[1];
    const file = /^<!-- file: (\S+) -->$/.exec(before)?.[1];
    const text = lines.slice(at + 1, end).join("\n");
    const previous = blocks.at(-1);
    const between = previous === undefined ? [""] : lines.slice(previous.end + 1, at);
    if (open[2] === "text" && previous !== undefined && between.every((line) => line.trim() === "")) {
      previous.output = text;
      previous.end = end;
    } else {
      blocks.push({ language: open[2], text, line: at + 1, end, skip, file });
    }
    at = end;
  }
  return blocks;
}
