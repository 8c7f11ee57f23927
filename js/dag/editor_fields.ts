// What editors and people keep with a DAG or a task. It is checked to be JSON, and shapes neither dates nor runs.

import type { JsonInput } from "../json.js";
import { json, record } from "../json_input.js";
import { list, type OpenFields, text } from "../options.js";

/** Fields for people and editors, on a DAG and on a task: carried, never read. */
export interface EditorFields {
  description?: string;
  tags?: readonly string[];
  owner?: string;
  /** Where an editor draws it. */
  position?: JsonInput;
  $schema?: string;
  /** Anything else, by name. */
  meta?: Record<string, JsonInput>;
  [extra: `x-${string}`]: JsonInput;
}

const readers = {
  description: text,
  tags: list(text),
  owner: text,
  position: json,
  $schema: text,
  meta: record,
};

export const editorFields: OpenFields = (name) =>
  Object.hasOwn(readers, name)
    ? readers[name as keyof typeof readers]
    : name.startsWith("x-")
      ? json
      : undefined;
