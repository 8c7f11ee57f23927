// Fields of a DAG or a task for editors and readers, such as a description. They must be JSON, and affect neither dates nor runs.

import type { JsonInput } from "../json.js";
import { json, record } from "../json_input.js";
import { list, type OpenFields, text } from "../options.js";

/** Fields for editors and readers, on a DAG and on a task: accepted and not used. */
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
