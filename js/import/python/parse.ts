// The syntax tree of a DAG file, also of one with faults in it.
import type { SyntaxNode, Tree } from "@lezer/common";
import { parser } from "@lezer/python";

const strict = parser.configure({ strict: true });

/** Going on behind a fault costs the parser a thousand times what a text without any does: longer files are read up to their first. */
const LONGEST_WITH_FAULTS = 50_000;

/** Statements that prose does not parse to. */
const STATEMENTS = [
  "AssignStatement",
  "ClassDefinition",
  "DecoratedStatement",
  "FunctionDefinition",
  "ImportStatement",
  "WithStatement",
];

export interface Parsed {
  tree: Tree;
  /** Where the parser could not go on. */
  faults: SyntaxNode[];
  /** Whether the text behind the last fault was not read. */
  isCut: boolean;
}

export function parsePython(source: string): Parsed {
  const end = firstFault(source);
  if (end === undefined) return { tree: parser.parse(source), faults: [], isCut: false };
  const isCut = source.length > LONGEST_WITH_FAULTS;
  const tree = parser.parse(isCut ? source.slice(0, source.lastIndexOf("\n", end) + 1) : source);
  const faults: SyntaxNode[] = [];
  tree.iterate({
    enter: ({ type, node }) => {
      if (type.isError) faults.push(node);
    },
  });
  if (isCut && faults.length === 0) faults.push(tree.topNode.lastChild ?? tree.topNode);
  return { tree, faults, isCut };
}

/** The place of the first fault; `undefined` where there is none. */
function firstFault(source: string): number | undefined {
  try {
    strict.parse(source);
    return undefined;
  } catch (error) {
    // "No parse at 17"
    const { message } = error as Error;
    return Number(message.slice(message.lastIndexOf(" ") + 1)) || 0;
  }
}

/** Whether anything of a text with faults is Python all the same. */
export function isPython({ tree }: Parsed): boolean {
  for (let node = tree.topNode.firstChild; node !== null; node = node.nextSibling)
    if (STATEMENTS.includes(node.name)) return true;
  return false;
}
