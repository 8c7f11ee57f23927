// The output stream: a terminal with colours, a width and one status line that is redrawn; or a pipe without these.
import type { Writable } from "node:stream";
import { visible } from "../visible.js";
import { coloursOnly } from "./control_codes.js";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "blue" | "magenta" | "cyan";

const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

// Colour codes of `paint` carry this random mark until they are written. Every other escape sequence comes from outside, such as from
// the id of a DAG: it is made visible instead of being sent.
const mark = `${Math.random()}${Math.random()}:`;
const marked = new RegExp(`${mark.replaceAll(".", "\\.")}(\\d+);`, "g");

/** The text as it is sent: its own escape sequences made visible, and those of `paint` made real. */
function sent(text: string): string {
  return visible(text).replace(marked, "\x1b[$1m");
}

/** A stream that may be a terminal. */
export type Output = Writable & { isTTY?: boolean; columns?: number };

type Environment = Record<string, string | undefined>;

export class Terminal {
  /** Whether the output is a terminal, in which lines can be redrawn. */
  readonly interactive: boolean;
  private readonly given: number | undefined;
  private readonly colours: boolean;
  private readonly unicode: boolean;
  private statusText = "";
  private broken = false;
  /** Why the output could not be written, as on a full disk. A reader that has closed its end, such as `head`, is no failure. */
  failure: Error | undefined;

  constructor(
    private readonly output: Output,
    environment: Environment,
  ) {
    this.given = /^[1-9]\d{0,4}$/.test(environment.COLUMNS ?? "") ? Number(environment.COLUMNS) : undefined;
    const dumb = environment.TERM === "dumb";
    this.interactive = output.isTTY === true && !dumb;
    this.colours = wantsColours(environment) ?? this.interactive;
    this.unicode = speaksUnicode(environment);
    // With `dagfill run | head` the reader closes its end. The backfill continues without output.
    output.on("error", (error: NodeJS.ErrnoException) => {
      this.broken = true;
      if (error.code !== "EPIPE") this.failure ??= error;
    });
  }

  /** Columns of a line. A pipe has no width: COLUMNS may give it one, else it is 120, which suits a log. */
  get width(): number {
    return this.output.columns || this.given || 120;
  }

  /** Columns of a table: in a pipe without COLUMNS as many as it needs, since a program may read it. */
  get tableWidth(): number {
    return this.output.columns || this.given || Number.POSITIVE_INFINITY;
  }

  paint(style: Style, text: string): string {
    if (!this.colours || text === "") return text;
    const [on, off] = codes[style];
    return `${mark}${on};${text}${mark}${off};`;
  }

  /** The Unicode sign, or the ASCII one where only ASCII is sure to be displayed. */
  sign(unicode: string, ascii: string): string {
    return this.unicode ? unicode : ascii;
  }

  /** Writes a line (or several) that stays. `verbatim` follows it unchanged in a pipe or file; a terminal gets its colours and no other
   *  control code. */
  line(text = "", verbatim = ""): void {
    const raw = this.output.isTTY === true ? coloursOnly(verbatim) : verbatim;
    this.write(`${this.erase()}${sent(text)}${raw}\n${this.statusText}`);
  }

  /** The status line at the bottom, which the next call replaces. Outside a terminal nothing is written. */
  status(text: string): void {
    const line = sent(text);
    if (!this.interactive || line === this.statusText) return;
    const erase = this.erase();
    this.statusText = line;
    this.write(erase + line);
  }

  /** Fulfils when everything was handed to the system. */
  flush(): Promise<void> {
    if (this.broken) return Promise.resolve();
    return new Promise((resolve) => this.output.write("", () => resolve()));
  }

  private erase(): string {
    return this.statusText === "" ? "" : "\r\x1b[2K";
  }

  private write(text: string): void {
    if (!this.broken) this.output.write(text);
  }
}

// FORCE_COLOR goes before NO_COLOR (https://force-color.org, https://no-color.org): FORCE_COLOR wins.
function wantsColours(environment: Environment): boolean | undefined {
  const forced = environment.FORCE_COLOR;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== "") return false;
  return undefined;
}

function speaksUnicode(environment: Environment): boolean {
  if (process.platform === "win32")
    return environment.WT_SESSION !== undefined || environment.TERM_PROGRAM !== undefined;
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  return locale.toLowerCase().replace("-", "").includes("utf8");
}
