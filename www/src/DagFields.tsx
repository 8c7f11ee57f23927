import { useState } from "react";
import { readConf } from "./conf";
import type { Draft } from "./model";

/** The fields of the DAG that have no field of their own in the form, as JSON: params, dependsOnPast, start, end, and all others. */
export function DagFields({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const own = draft.rest && Object.keys(draft.rest).length > 0 ? JSON.stringify(draft.rest, null, 2) : "";
  const [typed, setTyped] = useState({ text: own, of: own });
  // What comes from elsewhere (another DAG, an undo) takes the place of what was typed.
  const text = typed.of === own ? typed.text : own;
  const read = readConf(text);
  const type = (next: string) => {
    const parsed = readConf(next);
    const rest = parsed.ok ? (parsed.value as NonNullable<Draft["rest"]>) : draft.rest;
    const of = rest && Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : "";
    setTyped({ text: next, of });
    if (parsed.ok) change({ rest });
  };
  return (
    <details className="rules" open={own !== "" || undefined}>
      <summary>Other fields of the DAG (JSON)</summary>
      <textarea
        aria-label="Other fields of the DAG (JSON)"
        name="rest"
        rows={4}
        spellCheck={false}
        aria-invalid={!read.ok}
        aria-describedby="rest-note"
        placeholder={'{ "dependsOnPast": true, "params": { "table": "orders" } }'}
        value={text}
        onChange={(event) => type(event.target.value)}
      />
      <p id="rest-note" className={read.ok ? "note" : "note bad"}>
        {read.ok
          ? "params, dependsOnPast, start, end, retries of all tasks (taskDefaults), and every other field."
          : `Line ${read.line}, column ${read.column}: expected ${read.expected}.`}
      </p>
    </details>
  );
}
