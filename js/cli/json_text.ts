// JSON written by users. For invalid JSON the error has the position, which JSON.parse reports only for some errors, and only inside
// its message.
import { DagfillError, type ErrorCode } from "../error.js";

/** The value of a JSON text; `what` names the text in the error. */
export function readJsonText(text: string, what: string, code: ErrorCode): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const scan = new Scan(text);
    const start = scan.fault();
    const end = start >= text.length ? "its end too early" : "something else";
    const got = scan.tooDeep ? `brackets more than ${DEEPEST} levels deep` : end;
    throw new DagfillError(code, `expected ${what}, got ${got} at character ${start + 1}`, {
      input: text,
      start,
      end: start + 1,
      cause: error,
    });
  }
}

/** A deeper text would overflow the stack of the walk. */
const DEEPEST = 1_000;

/** Walks a text as JSON's grammar says, to the character that does not fit it. */
class Scan {
  private at = 0;
  private depth = 0;

  /** Whether the walk ended at a bracket that is too deep. */
  get tooDeep(): boolean {
    return this.depth > DEEPEST;
  }

  constructor(private readonly text: string) {}

  fault(): number {
    if (this.value()) this.space();
    return this.at;
  }

  private value(): boolean {
    this.space();
    switch (this.text[this.at]) {
      case "{":
        return this.list(
          "}",
          () => this.space() && this.quoted() && this.space() && this.sign(":") && this.value(),
        );
      case "[":
        return this.list("]", () => this.value());
      case '"':
        return this.quoted();
      default:
        return this.match(/-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null/y);
    }
  }

  private list(close: string, member: () => boolean): boolean {
    this.depth += 1;
    if (this.tooDeep) return false;
    const fits = this.members(close, member);
    if (fits) this.depth -= 1;
    return fits;
  }

  private members(close: string, member: () => boolean): boolean {
    this.at += 1;
    this.space();
    if (this.sign(close)) return true;
    for (;;) {
      if (!member()) return false;
      this.space();
      if (this.sign(close)) return true;
      if (!this.sign(",")) return false;
    }
  }

  private quoted(): boolean {
    if (!this.sign('"')) return false;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON forbids in a string.
    this.match(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y);
    return this.sign('"');
  }

  private space(): true {
    this.match(/[ \t\n\r]*/y);
    return true;
  }

  private sign(character: string): boolean {
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private match(pattern: RegExp): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) return false;
    this.at = pattern.lastIndex;
    return true;
  }
}
