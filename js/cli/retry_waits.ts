// Tasks of a resumed backfill that wait for their next attempt: the resume waits on, and says for which and until when.
import { type Dag, durationMs, type RunStore, type TaskInstance } from "../face.js";
import { retryDelayMs } from "../run/tasks/retry_delay.js";

/** So many open runs are read: more do not wait at a time. */
const MOST = 200;

export interface RetryWait {
  runId: string;
  taskId: string;
  executionDate: string;
  /** The attempt that is next, and when it is due, in UTC. */
  attempt: number;
  until: string;
}

/** Of a task; in milliseconds. */
type Delays = Parameters<typeof retryDelayMs>[0];

/** The tasks of a backfill's open runs that wait for an attempt. */
export async function retryWaits(
  store: Pick<RunStore, "listRuns" | "listTaskInstances">,
  dag: Dag,
  backfillId: string,
): Promise<RetryWait[]> {
  const { dagId, taskDefaults } = dag;
  const delays = new Map<string, Delays>();
  for (const task of dag.tasks ?? []) {
    const { retryDelay = 0, retryBackoff = 1 } = { ...taskDefaults, ...task };
    delays.set(task.taskId, { retryDelay: durationMs(retryDelay), retryBackoff });
  }
  const open = await store.listRuns({ dagId, states: ["queued", "running"], limit: MOST });
  const waits: RetryWait[] = [];
  for (const run of open) {
    if (run.backfillId !== backfillId) continue;
    for (const instance of await store.listTaskInstances(dagId, run.runId)) {
      const until = dueAt(instance, delays.get(instance.taskId));
      if (until === undefined) continue;
      const { runId, executionDate } = run;
      const attempt = instance.attempt + 1;
      waits.push({ runId, taskId: instance.taskId, executionDate, attempt, until });
    }
  }
  return waits;
}

/** When the next attempt of a task is due; undefined where it waits for none. */
function dueAt({ state, finishedAt, ...rest }: TaskInstance, delays: Delays | undefined): string | undefined {
  if (state !== "up_for_retry" || finishedAt === undefined || delays === undefined) return undefined;
  const { failures = rest.attempt } = rest as { attempt: number; failures?: number };
  return new Date(Date.parse(finishedAt) + retryDelayMs(delays, failures)).toISOString();
}
