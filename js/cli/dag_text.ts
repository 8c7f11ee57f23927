// DAGs as text, JSON or YAML: their values, and the line of each. It is a separate file, because only these DAG files need the YAML parser.
import { type Document, isCollection, isNode, LineCounter, parseAllDocuments, visit } from "yaml";
import { DagfillError } from "../error.js";

export interface DagText {
  /** The value of the text; a file of several YAML documents holds the list of them. */
  value: unknown;
  /** The line of a value, from 1, by its path (`[0].tasks[2].retries`), or of the nearest value around it that is there. */
  lineOf(path: string): number;
}

/** The most aliases that a document may expand. More are an attack on memory, not a DAG. */
const MOST_ALIASES = 1_000;

/** Hints by the parser's code, for mistakes that are common in DAGs. */
const hints: Partial<Record<string, string>> = {
  TAB_AS_INDENT: "indent with spaces: YAML allows no tab there",
  BAD_INDENT: "the keys of an object, and the dashes of a list, must start in the same column",
  BLOCK_IN_FLOW: "the keys of an object, and the dashes of a list, must start in the same column",
  MULTILINE_IMPLICIT_KEY:
    "the keys of an object must start in the same column: is this line indented too far?",
  UNEXPECTED_TOKEN:
    "is this line indented too far, or with a tab? The keys of an object must start in the same column",
  BLOCK_AS_IMPLICIT_KEY:
    "quote text that contains a colon and a space, or write it as a block of text: command: |",
  BAD_SCALAR_START: 'quote text that begins with @ or `: schedule: "@daily"',
};

/** Reads YAML, which includes JSON. INVALID_DAG names the line of a fault. */
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
  for (const document of list) {
    const [fault] = [...document.errors, ...collectionKeys(document)];
    if (fault === undefined) continue;
    const { line, col } = lines.linePos(fault.pos[0]);
    if (fault.message.includes("call stack")) throw tooDeep(name);
    const hint = quoteHint(text.split("\n")[line - 1] ?? "") ?? hints[fault.code];
    throw new DagfillError("INVALID_DAG", `${name}:${line}: expected YAML, got: ${fault.message}`, {
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

interface Fault {
  code: string;
  message: string;
  pos: [number, number];
}

/** Keys that are not text. `{{ ds }}` without quotes is a mapping whose key is a mapping. */
function collectionKeys(document: Document.Parsed): Fault[] {
  const found: Fault[] = [];
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key) || !key.range) return undefined;
      const [start, end] = key.range;
      found.push({
        code: "COLLECTION_KEY",
        message: "A key that is a mapping or a list and no text",
        pos: [start, end],
      });
      return visit.BREAK;
    },
  });
  return found;
}

/** A hint with the quoted value, for a line whose text YAML does not read as text: a cron text that begins with `*`, or a template. */
function quoteHint(written: string): string | undefined {
  const line = written.slice(0, 500);
  const [, field, cron = ""] = /([\w-]+):\s+(\*.*)$/.exec(line) ?? [];
  if (field !== undefined)
    return `quote it, since * is a sign of YAML: ${field}: ${JSON.stringify(cron.trim())}`;
  // A value goes up to the next key of its flow mapping, or to the bracket that closes that.
  const values = /([\w-]+):\s+(?!["'])((?:(?!,\s*[\w-]+:\s)[^{}]|\{\{.*?\}\}|\{%.*?%\})*)/g;
  for (const [, key, value = ""] of line.matchAll(values)) {
    const [sign] = /\{[{%]/.exec(value) ?? [];
    if (sign !== undefined)
      return `quote it, since ${sign} is a sign of YAML: ${key}: ${JSON.stringify(value.trim())}`;
  }
  return undefined;
}

/** The result of the YAML parser. INVALID_DAG if it throws, also on a stack overflow. */
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
