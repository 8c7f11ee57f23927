// A stream of text cut into lines, in bounded memory whatever arrives.
import type { Readable } from "node:stream";

/** UTF-16 units of a line that are kept; what a longer line has beyond them is dropped, and the reader is told so. */
export const LONGEST_LINE = 1 << 20;

/** Calls `onLine` for every line of a stream, the last one also without its line feed. `cut`: the line was longer than
 *  what is kept of it. The stream is read as fast as `onLine` returns, so that a fast writer waits for a slow reader. */
export function readLines(stream: Readable, onLine: (line: string, cut: boolean) => void): void {
  let rest = "";
  let cut = false;
  const take = (text: string) => {
    const room = LONGEST_LINE - rest.length;
    cut ||= text.length > room;
    rest += cut ? text.slice(0, room) : text;
  };
  const finish = () => {
    // Taken before the call: a listener that throws must not see its line again.
    const line = rest.endsWith("\r") ? rest.slice(0, -1) : rest;
    const wasCut = cut;
    rest = "";
    cut = false;
    onLine(line, wasCut);
  };
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    let from = 0;
    for (let at = chunk.indexOf("\n"); at >= 0; at = chunk.indexOf("\n", from)) {
      take(chunk.slice(from, at));
      finish();
      from = at + 1;
    }
    take(chunk.slice(from));
  });
  stream.on("end", () => {
    if (rest !== "" || cut) finish();
  });
}

/** The last lines of a text of any length. */
export class Tail {
  private readonly lines: string[] = [];
  private next = 0;

  constructor(
    private readonly count: number,
    private readonly width: number,
  ) {}

  push(line: string): void {
    this.lines[this.next % this.count] = line.length > this.width ? `${line.slice(0, this.width)}…` : line;
    this.next += 1;
  }

  /** The lines kept, oldest first. */
  text(): string {
    const from = this.next % this.count;
    return [...this.lines.slice(from), ...this.lines.slice(0, from)].join("\n");
  }
}
