import { useState } from "react";
import { readConf } from "./conf";
import { JsonField } from "./JsonField";
import type { Change, Draft } from "./model";

/** The fields of the DAG that have no field of their own in the form, as JSON: params, dependsOnPast, startDate, endDate, and all others. */
export function DagFields({ draft, change }: { draft: Draft; change: Change }) {
  const own = textOf(draft.rest);
  const [typed, setTyped] = useState({ text: own, of: own });
  // The typed text is dropped when the fields change elsewhere: another DAG, or an undo.
  const text = typed.of === own ? typed.text : own;
  const type = (next: string) => {
    const parsed = readConf(next);
    const rest = parsed.ok ? (parsed.value as NonNullable<Draft["rest"]>) : draft.rest;
    setTyped({ text: next, of: textOf(rest) });
    if (parsed.ok) change({ rest });
  };
  return (
    <JsonField
      label="Other fields of the DAG (JSON)"
      name="rest"
      className="rules"
      isSet={own !== ""}
      placeholder={'{ "dependsOnPast": true, "params": { "table": "orders" } }'}
      note="params, dependsOnPast, startDate, endDate, retries of all tasks (taskDefaults), and every other field."
      text={text}
      onChange={type}
    />
  );
}

function textOf(rest: Draft["rest"]): string {
  return rest && Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : "";
}
