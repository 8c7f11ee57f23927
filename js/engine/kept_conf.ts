// The warning that a cleared run keeps a conf which is not the backfill's: Airflow cannot change the conf of a run.
import { canonical } from "../json.js";
import type { EngineStatus } from "./engine.js";

type Conf = Record<string, unknown>;

/** `undefined` where both are the same. It names keys and no values: those may be secret. */
export function keptConf(run: string, dag: string, kept: unknown, ours: unknown): EngineStatus["warning"] {
  const [theirs, own] = [(kept ?? {}) as Conf, (ours ?? {}) as Conf];
  const differ = [...new Set([...Object.keys(theirs), ...Object.keys(own)])].filter(
    (key) => canonical(theirs[key]) !== canonical(own[key]),
  );
  if (differ.length === 0) return undefined;
  const message = `DAG run ${run} of ${dag} was there and is cleared, and keeps its own conf (${keysOf(theirs)}) instead of the backfill's (${keysOf(own)}), which differs in ${differ.sort().join(", ")}: to run it with the backfill's conf, delete the run in Airflow first`;
  return { code: "engine_conf_kept", message };
}

function keysOf(conf: Conf): string {
  return Object.keys(conf).sort().join(", ") || "empty";
}
