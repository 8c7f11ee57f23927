// Limits on reading one DAG file (steps, DAGs, tasks, text), so that loops and growing texts end.
import type { SyntaxNode } from "@lezer/common";

/** More steps than this are a loop that nobody wrote for a DAG. A step is an expression, a statement, a member of a value that is looked
 *  at, or a dependency. */
const MOST_STEPS = 500_000;
const MOST_OBJECTS = 10_000;
const MOST_NESTING = 400;
const LONGEST_TEXT = 100_000;
/** Characters of source that are read again and again cost a step for so many. */
const CHARACTERS_A_STEP = 64;

/** Thrown inside when a limit is reached; what was read until then is kept. */
export class LimitReached extends Error {}

export class Budget {
  readonly #note: (message: string, node: SyntaxNode) => void;
  #at: SyntaxNode | undefined;
  #steps = 0;
  #objects = 0;
  #nesting = 0;

  constructor(note: (message: string, node: SyntaxNode) => void) {
    this.#note = note;
  }

  /** One expression or statement. */
  step(node: SyntaxNode, characters = 0): void {
    this.#at = node;
    this.spend(1 + Math.floor(characters / CHARACTERS_A_STEP));
  }

  /** So many members or dependencies. */
  spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) this.#stop(`more than ${MOST_STEPS} steps`);
  }

  /** A DAG or a task. */
  object(): void {
    this.#objects += 1;
    if (this.#objects > MOST_OBJECTS) this.#stop(`more than ${MOST_OBJECTS} DAGs and tasks`);
  }

  #stop(what: string): never {
    const message = `the file takes ${what}: the text after this line is missing`;
    if (this.#at !== undefined) this.#note(message, this.#at);
    throw new LimitReached(message);
  }

  /** The value of an expression or statement inside of another; `undefined` where it is deeper than any author nests. */
  nested<T>(node: SyntaxNode, read: () => T): T | undefined {
    if (this.#nesting >= MOST_NESTING) {
      this.#note(`nested more than ${MOST_NESTING} deep: what is inside is not read`, node);
      return undefined;
    }
    this.#nesting += 1;
    try {
      return read();
    } finally {
      this.#nesting -= 1;
    }
  }

  /** A text that is read from its start to its end. */
  text(text: string): void {
    this.spend(Math.floor(text.length / CHARACTERS_A_STEP));
  }

  /** Several texts as one; `undefined` where it would be longer than any command. */
  joined(pieces: readonly string[]): string | undefined {
    let length = 0;
    for (const piece of pieces) length += piece.length;
    this.spend(Math.floor(length / CHARACTERS_A_STEP));
    return this.#holds(length) ? pieces.join("") : undefined;
  }

  /** A text so many times; `undefined` where it would be longer than any command. */
  repeated(text: string, times: number): string | undefined {
    const length = text.length * Math.max(0, times);
    this.spend(Math.floor(Math.min(length, LONGEST_TEXT) / CHARACTERS_A_STEP));
    return this.#holds(length) ? text.repeat(Math.max(0, times)) : undefined;
  }

  #holds(length: number): boolean {
    if (length <= LONGEST_TEXT) return true;
    if (this.#at !== undefined)
      this.#note(`a text of more than ${LONGEST_TEXT} characters is not followed`, this.#at);
    return false;
  }
}

/** Values deeper than this contain themselves. */
const DEEPEST_VALUE = 100;

/** The depth one further down; `undefined` where a value contains itself. */
export function deeper(depth: number): number | undefined {
  return depth >= DEEPEST_VALUE ? undefined : depth + 1;
}
