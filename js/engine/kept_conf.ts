// A warning that a run was cleared whose conf is not the backfill's: Airflow cannot change the conf of a run.
import type { EngineStatus } from "./engine.js";

type Conf = Record<string, unknown>;

/** `undefined` where both are the same. It names keys and no values: those may be secret. */
export function keptConf(run: string, dag: string, kept: unknown, ours: unknown): EngineStatus["warning"] {
  const [theirs, own] = [(kept ?? {}) as Conf, (ours ?? {}) as Conf];
  const differ = [...new Set([...Object.keys(theirs), ...Object.keys(own)])].filter(
    (key) => textOf(theirs[key]) !== textOf(own[key]),
  );
  if (differ.length === 0) return undefined;
  const message = `DAG run ${run} of ${dag} was there and is cleared, and keeps its own conf (${keysOf(theirs)}) instead of the backfill's (${keysOf(own)}), which differs in ${differ.sort().join(", ")}: to run it with the backfill's conf, delete the run in Airflow first`;
  return { code: "engine_conf_kept", message };
}

function keysOf(conf: Conf): string {
  return Object.keys(conf).sort().join(", ") || "empty";
}

/** JSON whose keys have one order. */
function textOf(value: unknown): string | undefined {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === "object" && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
