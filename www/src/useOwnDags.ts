import { startTransition, useCallback, useEffect, useState } from "react";
import { number } from "./days";
import type { Draft } from "./model";

/** A DAG that was brought, without the plan around it: no conf, which may hold secrets, and no days that were taken out. */
export type OwnDag = Partial<Draft> & Pick<Draft, "dagId" | "schedule" | "timeZone" | "tasks">;

const KEY = "dagfill.dags";
/** The most DAGs, and the most characters of all of them: the storage of a page is small, and its records of backfills come first. */
const MOST = 5;
const MOST_CHARACTERS = 500_000;

/** The DAGs that were brought last, the newest first, in this browser's storage. They are read when `isReady`, behind the first plan.
 *  `unkept` says why the one that was brought last is not among them. */
export function useOwnDags(isReady: boolean) {
  const [dags, setDags] = useState<readonly OwnDag[]>([]);
  const [unkept, setUnkept] = useState<{ dagId: string; reason: string } | null>(null);
  useEffect(() => {
    if (isReady) startTransition(() => setDags(stored()));
  }, [isReady]);
  // Another tab may have written since: each change begins with what is stored.
  const keep = useCallback((dag: OwnDag) => {
    const { dagId } = dag;
    const { kept, isStored } = store([dag, ...without(stored(), dagId)]);
    setDags(kept);
    const isKept = kept.includes(dag);
    setUnkept(isKept && isStored ? null : { dagId, reason: isKept ? REFUSED : TOO_LARGE });
  }, []);
  const forget = useCallback((dagId: string) => setDags(store(without(stored(), dagId)).kept), []);
  const dismiss = useCallback(() => setUnkept(null), []);
  return { dags, unkept, keep, forget, dismiss };
}

const TOO_LARGE = `it has more than ${number(MOST_CHARACTERS)} characters`;
const REFUSED = "this browser refuses to store it";

const without = (dags: readonly OwnDag[], dagId: string) => dags.filter((dag) => dag.dagId !== dagId);

function stored(): OwnDag[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value.filter(isOwnDag).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

/** Stores the first of them that have room. Those that the storage refuses are kept until the page is closed. */
function store(dags: readonly OwnDag[]): { kept: OwnDag[]; isStored: boolean } {
  let room = MOST_CHARACTERS;
  const kept = dags.slice(0, MOST).filter((dag) => {
    const { length } = JSON.stringify(dag);
    if (length > room) return false;
    room -= length;
    return true;
  });
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
    return { kept, isStored: true };
  } catch {
    return { kept, isStored: false };
  }
}

/** Checks the members that the page reads: another version of it, or another page of this origin, may have written the text. */
function isOwnDag(value: unknown): value is OwnDag {
  if (typeof value !== "object" || value === null) return false;
  const { dagId, schedule, timeZone, tasks } = value as Record<string, unknown>;
  return (
    [dagId, schedule, timeZone].every((text) => typeof text === "string") &&
    Array.isArray(tasks) &&
    tasks.every(
      (task) =>
        typeof task?.taskId === "string" &&
        typeof task.command === "string" &&
        Array.isArray(task.dependsOn) &&
        task.dependsOn.every((other: unknown) => typeof other === "string"),
    )
  );
}
