// biome-ignore-all lint/a11y/noNoninteractiveTabindex: a list that scrolls must be reachable by keys.
// The tasks of one run over time, in the order of the DAG.
import { useEffect, useState } from "react";
import { validateDag } from "../../face.js";
import { kebab } from "../draw/palette.js";
import { INTERRUPTED } from "../plan/tokens.js";
import type { TaskMark } from "../run/task_marks.js";
import { isOpenTask, TOKEN_OF_TASK } from "../run/task_tokens.js";
import type { PageBackfill } from "../use_backfill.js";
import { Glyph } from "./glyph.js";
import { type PartProps, Root } from "./root.js";
import { useVirtualRows } from "./virtual_rows.js";

export interface TaskGanttProps extends PartProps {
  backfill: Pick<PageBackfill, "dag" | "run" | "version" | "locale" | "selected" | "runId" | "taskMarks"> &
    Partial<Pick<PageBackfill, "plan">>;
  /** Default: the run of the chosen date. */
  runId?: string | undefined;
  /** Most pixels of height; more tasks are scrolled. Default 480. */
  maxHeight?: number | undefined;
}

const ROW = 24;

/** The tasks of a DAG in an order in which each comes behind those it depends on. While a DAG is invalid, the order is that of the last
 *  valid one, like the plan that is shown. */
export function useTaskOrder(dag: PageBackfill["dag"]): readonly string[] {
  // At first the order in which the tasks are written, not validated: a server does not start the core.
  const [order, setOrder] = useState(() =>
    Array.isArray(dag?.tasks) ? dag.tasks.flatMap((task) => task?.taskId ?? []) : [],
  );
  useEffect(() => {
    try {
      setOrder(dag === null ? [] : validateDag(dag).order);
    } catch {
      // The last order stays: the model reports the error.
    }
  }, [dag]);
  return order;
}

/** When each task of a run began and ended. */
export function TaskGantt({ backfill, runId, maxHeight = 480, className, style }: TaskGanttProps) {
  const { locale, dag, selected, plan } = backfill;
  const order = useTaskOrder(dag);
  const shown = runId ?? (selected === null ? null : backfill.runId(selected));
  const marks = shown === null ? null : backfill.taskMarks(shown);
  const isLost = !runId && selected !== null && plan?.tokens[selected] === INTERRUPTED;
  return (
    <Root part="gantt" label={locale.taskTimes} className={className} style={style}>
      {order.length === 0 || marks === null || marks.size === 0 ? (
        <p className="dagfill-dim">
          {order.length === 0
            ? locale.noTasks
            : shown === null && selected === null
              ? locale.chooseForTasks
              : locale.notStarted}
        </p>
      ) : (
        <Bars {...{ order, marks, locale, maxHeight, isLost }} />
      )}
    </Root>
  );
}

interface BarsProps {
  order: readonly string[];
  marks: ReadonlyMap<string, TaskMark>;
  locale: PageBackfill["locale"];
  maxHeight: number;
  /** The run was interrupted with its backfill: its open tasks do not go on. */
  isLost: boolean;
}

/** Only the tasks in sight are elements. */
function Bars({ order, marks, locale, maxHeight, isLost }: BarsProps) {
  const { box, onScroll, sheet, start: first, page } = useVirtualRows(order.length, ROW);
  const begun = [...marks.values()].filter(({ start }) => start !== null);
  const from = Math.min(...begun.map(({ start }) => start as number));
  const isOpen = !isLost && [...marks.values()].some(({ state }) => isOpenTask(state));
  const now = useNow(isOpen);
  const to = Math.max(from + 1, ...begun.map(({ start, end }) => end ?? (isLost ? (start as number) : now)));
  const share = (at: number) => `${((at - from) / (to - from)) * 100}%`;
  const scrolls = order.length * ROW > maxHeight;
  return (
    <div
      ref={box}
      className="dagfill-scroll"
      style={{ maxHeight }}
      tabIndex={scrolls ? 0 : undefined}
      {...{ onScroll }}
    >
      <ol style={{ height: sheet, paddingBlockStart: first * ROW }}>
        {order.slice(first, first + page + 2).map((taskId, place) => {
          const mark = marks.get(taskId);
          // A task without a mark waits while its run goes on.
          const known = mark?.state ?? (isOpen ? "queued" : null);
          const isLeft = isLost && known !== null && isOpenTask(known);
          const token = known === null || isLeft ? "keep" : TOKEN_OF_TASK[known];
          const state = known === null ? "" : isLeft ? locale.reason.interrupted : locale.task[known];
          const { start = null, end = null } = mark ?? {};
          // `now` is renewed in steps: a task may have begun after it.
          const took = start === null || isLeft ? null : Math.max(0, (end ?? now) - start);
          const length = took === null ? "" : `, ${locale.duration(took)}`;
          return (
            <li
              key={taskId}
              data-state={mark?.state}
              aria-posinset={first + place + 1}
              aria-setsize={order.length}
            >
              <span className="dagfill-task" title={taskId}>
                <Glyph token={token} /> {taskId}
              </span>
              <span className="dagfill-track">
                {start !== null && (
                  <span
                    className={`dagfill-t-${kebab(token)}`}
                    style={{
                      insetInlineStart: share(start),
                      width: `max(3px, ${share(from + (took ?? 0))})`,
                    }}
                  />
                )}
              </span>
              <span className="dagfill-dim" title={mark?.error ?? `${state}${length}`}>
                {state}
                {length}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** The time, again and again while something runs. */
function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
