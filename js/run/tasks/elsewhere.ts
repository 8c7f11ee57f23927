// XCom of other runs, as far as templates ask for it: of other DAGs on the same date, and of earlier dates.
import type { CheckedTask } from "../../dag/dag.js";
import { type Json, setOwn } from "../../json.js";
import { templateTexts } from "../../plan/template_texts.js";
import type { RunStore } from "../../store/store.js";
import type { Values } from "../attempt/run_context.js";
import { pullsOf } from "./xcom.js";

/** A value that a template pulls from another run. */
interface Wanted {
  dagId: string;
  taskId: string;
  key: string;
  prior: boolean;
}

/** So many runs before one are looked through for a value that none of them has left. */
const MOST_RUNS = 1_000;
const PAGE = 50;

/** XCom that the templates of tasks pull from other runs; most DAGs pull none. */
export function wantedElsewhere(dagId: string, tasks: readonly CheckedTask[]): Wanted[] {
  const wanted: Wanted[] = [];
  for (const { template } of tasks.flatMap(templateTexts)) {
    if (!template.includes("xcom_pull")) continue;
    for (const { taskId, key, dagId: other = dagId, prior = false } of pullsOf(template))
      if (other !== dagId || prior) wanted.push({ dagId: other, taskId, key, prior });
  }
  return wanted;
}

/** The values, as templates read them: JSON text of `{ same, prior }`, each by DAG, task and key. Earlier dates are those before `at`
 *  (epoch milliseconds), the newest with a value first, as they are now. */
export async function readElsewhere(
  store: RunStore,
  own: string,
  wanted: readonly Wanted[],
  at: number,
): Promise<string | undefined> {
  if (wanted.length === 0) return undefined;
  const same: Record<string, Values> = {};
  const prior: Record<string, Values> = {};
  for (const dagId of new Set(wanted.map((value) => value.dagId))) {
    if (dagId !== own) {
      const [run] = await store.listRuns({ dagId, from: at, to: at });
      setOwn(same, dagId, run === undefined ? {} : await store.getXcom(dagId, run.runId));
    }
    const open = wanted.filter((value) => value.dagId === dagId && value.prior);
    if (open.length > 0) setOwn(prior, dagId, await readPrior(store, dagId, open, at));
  }
  return JSON.stringify({ same, prior });
}

async function readPrior(
  store: RunStore,
  dagId: string,
  wanted: readonly Wanted[],
  at: number,
): Promise<Values> {
  const found = new Map<string, Map<string, Json>>();
  let open = [...wanted];
  let after: string | undefined;
  for (let seen = 0; open.length > 0 && seen < MOST_RUNS; seen += PAGE) {
    const page = { dagId, to: at - 1, order: "desc", limit: PAGE } as const;
    const runs = await store.listRuns(after === undefined ? page : { ...page, after });
    for (const { runId } of runs) {
      const values = await store.getXcom(dagId, runId);
      open = open.filter(({ taskId, key }) => {
        const task = Object.hasOwn(values, taskId) ? values[taskId] : undefined;
        if (task === undefined || !Object.hasOwn(task, key)) return true;
        const kept = found.get(taskId) ?? new Map<string, Json>();
        found.set(taskId, kept.set(key, task[key] as Json));
        return false;
      });
      if (open.length === 0) break;
    }
    after = runs.at(-1)?.runId;
    if (runs.length < PAGE) break;
  }
  return Object.fromEntries(Array.from(found, ([taskId, values]) => [taskId, Object.fromEntries(values)]));
}
