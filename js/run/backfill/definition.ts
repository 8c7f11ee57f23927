// The DAG that a stored backfill was made of, compared with the one that it goes on with: another file, or another version of it.

import type { CheckedDag } from "../../dag/dag.js";
import { canonical } from "../../json.js";
import { hashedDag } from "../../plan/hashed_texts.js";
import { attemptKey } from "../attempt/context.js";

const PARTS = ["schedule", "tasks", "params"];

/** A hash of each part. Functions do not count: a service that only enqueues has none. */
export function definitionOf(dag: CheckedDag): string[] {
  const tasks = dag.tasks.map(({ run: _, ...task }) => task);
  const texts = hashedDag({ ...dag, tasks });
  const parts = [`${dag.timetable.timeZone}${texts.schedule}`, texts.tasks, canonical(dag.params)];
  // The key of an attempt is a hash of its parts, and the core's only one of any text.
  return parts.map((text) => attemptKey("", "", text, "", 0));
}

/** A message with the parts in which the DAG differs from the stored one; `undefined` where there are none, or where an older version stored it. */
export function changedSince(stored: readonly string[] | undefined, dag: CheckedDag): string | undefined {
  if (stored === undefined) return undefined;
  const now = definitionOf(dag);
  const changed = PARTS.filter((_, part) => stored[part] !== now[part]);
  if (changed.length === 0) return undefined;
  return `DAG ${dag.dagId} has changed since the backfill was stored (${changed.join(", ")}): the dates of its plan stay, and its other runs follow the DAG as it is here`;
}
