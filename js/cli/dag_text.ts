// DAGs as text, JSON or YAML: their values, and the line of each. A file of its own, because only such DAG files need YAML's reader.
import { isNode, LineCounter, parseAllDocuments } from "yaml";
import { DagfillError } from "../error.js";

export interface DagText {
  /** What the text holds; a file of several YAML documents holds the list of them. */
  value: unknown;
  /** The line of a value, from 1, by its path (`[0].tasks[2].retries`), or of the nearest value around it that is there. */
  lineOf(path: string): number;
}

/** Aliases that a document may unfold. More are an attack on the reader's memory, not a DAG. */
const MOST_ALIASES = 1_000;

/** What to write instead, by the reader's code of a mistake that DAGs invite. */
const hints: Partial<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces: YAML allows no tab there",
  BAD_INDENT: "the keys of one object, and the dashes of one list, stand in one column",
  BLOCK_IN_FLOW: "the keys of one object, and the dashes of one list, stand in one column",
  MULTILINE_IMPLICIT_KEY: "the keys of one object stand in one column: is this line indented too far?",
  UNEXPECTED_TOKEN:
    "is this line indented too far, or with a tab? The keys of one object stand in one column",
  BLOCK_AS_IMPLICIT_KEY: "text with a colon and a space is quoted, or written as a block of text: command: |",
  BAD_SCALAR_START: 'text that begins with @ or ` is quoted: schedule: "@daily"',
};

/** Reads YAML, of which JSON is a part. INVALID_DAG with the line of what is wrong in it. */
export function readDagText(text: string, name: string): DagText {
  const lines = new LineCounter();
  const documents = read(name, () =>
    parseAllDocuments(text, {
      lineCounter: lines,
      uniqueKeys: true,
      prettyErrors: false,
      merge: true,
      logLevel: "error",
    }),
  );
  const list = Array.isArray(documents) ? documents : [];
  for (const { errors } of list) {
    const [fault] = errors;
    if (fault === undefined) continue;
    const { line, col } = lines.linePos(fault.pos[0]);
    if (fault.message.includes("call stack")) throw tooDeep(name);
    const hint = quoteHint(text.split("\n")[line - 1] ?? "") ?? hints[fault.code];
    throw new DagfillError("INVALID_DAG", `expected YAML in ${name}, got at line ${line}: ${fault.message}`, {
      input: text,
      start: fault.pos[0],
      end: Math.max(fault.pos[1], fault.pos[0] + 1),
      details: { line, column: col },
      ...(hint !== undefined && { hint }),
    });
  }
  const values = list.map((document) =>
    read(name, () => document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown),
  );
  return {
    value: values.length === 1 ? values[0] : values,
    lineOf(path) {
      const [index, ...rest] = keysOf(path);
      const isStream = list.length > 1;
      const document = isStream ? list[Number(index)] : list[0];
      // One document holds one DAG, or a list of them.
      const keys = !isStream && Array.isArray(values[0]) ? [index, ...rest] : rest;
      for (let depth = keys.length; depth >= 0; depth -= 1) {
        const node = document?.getIn(keys.slice(0, depth), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return 1;
    },
  };
}

/** A cron text and a template that begin with a sign of YAML. */
function quoteHint(line: string): string | undefined {
  const [, key, value = "", sign] = /([\w-]+):\s+((\*|\{\{|\{%).*)$/.exec(line.slice(0, 500)) ?? [];
  return key && `quote it, since ${sign} is a sign of YAML: ${key}: ${JSON.stringify(value.trim())}`;
}

/** What the reader of YAML answers; INVALID_DAG for what it throws, a stack that overflows among it. */
function read<T>(name: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    if (cause instanceof RangeError) throw tooDeep(name);
    const { message } = cause as Error;
    throw new DagfillError("INVALID_DAG", `expected YAML in ${name}, got ${message}`, { cause });
  }
}

function tooDeep(name: string): DagfillError {
  return new DagfillError("INVALID_DAG", `expected a DAG in ${name}, got values that are nested too deeply`);
}

/** `[0].tasks[2].retries` as 0, "tasks", 2, "retries". */
function keysOf(path: string): (string | number)[] {
  const keys: (string | number)[] = [];
  for (const part of path.split(".")) {
    const [name, ...indices] = part.split("[");
    if (name !== undefined && name !== "") keys.push(name);
    for (const index of indices) keys.push(Number.parseInt(index, 10));
  }
  return keys;
}
