/** Reads the conf field. The platform's own messages differ from browser to browser, so the place and the expectation
 *  are found here; the value itself is the platform's. */
export type ConfReading =
  | { ok: true; value: Record<string, unknown> }
  | { ok: false; line: number; column: number; expected: string };

export function readConf(text: string): ConfReading {
  if (text.trim() === "") return { ok: true, value: {} };
  const fault = new Reader(text).read();
  if (fault) return { ok: false, ...place(text, fault.at), expected: fault.expected };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { ok: true, value: value as Record<string, unknown> };
  } catch {
    // Falls through: the reader below is stricter in nothing, so this is only a safety net.
  }
  return { ok: false, line: 1, column: 1, expected: "an object in braces" };
}

/** The place of a fault and what was expected there, as a sentence. */
export const confFault = ({ line, column, expected }: Extract<ConfReading, { ok: false }>) =>
  `line ${line}, column ${column}: expected ${expected}.`;

function place(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") };
}

class Fault {
  constructor(
    readonly at: number,
    readonly expected: string,
  ) {}
}

class Reader {
  private at = 0;
  constructor(private readonly text: string) {}

  read(): Fault | null {
    try {
      this.value(0);
      if (this.at < this.text.length) throw new Fault(this.at, "the end of the text");
      return null;
    } catch (fault) {
      if (fault instanceof Fault) return fault;
      throw fault;
    }
  }

  private space() {
    while (" \t\r\n".includes(this.text[this.at] ?? "x")) this.at++;
  }

  private value(depth: number) {
    if (depth > 200) throw new Fault(this.at, "fewer than 200 levels");
    this.space();
    const first = this.text[this.at];
    if (first === "{") this.members("}", depth);
    else if (first === "[") this.members("]", depth);
    else if (first === '"') this.string("a value");
    else if (first !== undefined && "-0123456789".includes(first)) this.number();
    else if (!["true", "false", "null"].some((word) => this.word(word))) throw new Fault(this.at, "a value");
    this.space();
  }

  private word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private members(close: "}" | "]", depth: number) {
    this.at++;
    this.space();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      if (close === "}") {
        this.space();
        this.string("a name in double quotes");
        this.space();
        if (this.text[this.at] !== ":") throw new Fault(this.at, "a colon");
        this.at++;
      }
      this.value(depth + 1);
      if (this.text[this.at] === close) break;
      if (this.text[this.at] !== ",") throw new Fault(this.at, `a comma or ${close}`);
      this.at++;
    }
    this.at++;
  }

  private string(expected: string) {
    if (this.text[this.at] !== '"') throw new Fault(this.at, expected);
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const character = this.text[this.at];
      if (character === undefined || character < " ") throw new Fault(this.at, "a closing quote");
      if (character !== "\\") continue;
      this.at++;
      const letter = this.text[this.at] ?? "";
      if (letter === "u") {
        const code = this.text.slice(this.at + 1, this.at + 5);
        if (code.length < 4 || [...code].some((digit) => !"0123456789abcdefABCDEF".includes(digit)))
          throw new Fault(this.at + 1, "four hexadecimal digits");
        this.at += 4;
      } else if (letter === "" || !'"\\/bfnrt'.includes(letter))
        throw new Fault(this.at, "an escape such as \\n");
    }
    this.at++;
  }

  private digits() {
    const from = this.at;
    while ("0123456789".includes(this.text[this.at] ?? "x")) this.at++;
    if (from === this.at) throw new Fault(this.at, "a digit");
  }

  private number() {
    if (this.text[this.at] === "-") this.at++;
    if (this.text[this.at] === "0") this.at++;
    else this.digits();
    if (this.text[this.at] === ".") {
      this.at++;
      this.digits();
    }
    if ("eE".includes(this.text[this.at] ?? "x")) {
      this.at++;
      if ("+-".includes(this.text[this.at] ?? "x")) this.at++;
      this.digits();
    }
  }
}
